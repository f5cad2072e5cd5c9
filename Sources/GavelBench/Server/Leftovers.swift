import Foundation
import Synchronization

/// What has to be cleared away when the measurement ends in the middle: the server that was started,
/// and its folder.
public enum Leftovers {
    private static let known = Mutex<[Int: @Sendable () -> Void]>([:])

    /// Clears away what there is; for a handler of signals, before the process ends.
    public static func clear() {
        let clearing = known.withLock { known in
            defer { known = [:] }
            return known.sorted { $0.key > $1.key }.map(\.value)
        }
        for clear in clearing { clear() }
    }

    /// - Parameter clear: done by ``clear()``, unless it is forgotten before.
    /// - Returns: what to forget it by.
    static func note(_ clear: @escaping @Sendable () -> Void) -> Int {
        known.withLock { known in
            let key = (known.keys.max() ?? 0) + 1
            known[key] = clear
            return key
        }
    }

    static func forget(_ key: Int) { known.withLock { $0[key] = nil } }
}
