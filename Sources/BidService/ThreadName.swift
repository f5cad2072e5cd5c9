import Foundation

/// The name by which the system knows a thread: `top -H` shows it.
public enum ThreadName {
    /// Names the calling thread, where that can be done.
    ///
    /// On Linux not by Foundation's `Thread.name`: what is given before the start it tells nobody; and a thread
    /// that has just been started it may not know yet, and then the thread keeps the name of whoever has started it. Glibc's
    /// own function is not to be had from Swift.
    ///
    /// - Parameter name: at most 15 bytes; Linux keeps no more.
    public static func set(_ name: String) {
        #if os(Linux)
            let file = FileHandle(forWritingAtPath: "/proc/thread-self/comm")
            try? file?.write(contentsOf: Data(name.utf8))
        #else
            Thread.current.name = name
        #endif
    }
}
