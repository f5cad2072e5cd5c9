import Foundation

/// A value that one thread uses at a time, whatever it is.
///
/// Not a `Mutex` of the value: that takes only what can be given away whole, and a connection's writer is known
/// to SQLite, too.
final class Locked<Value>: @unchecked Sendable {
    // Sendable: `value` is used only while `lock` is locked. Who is lent it must not keep it.
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    /// Waits until nobody else uses the value, and lends it.
    func withLock<Result, E: Error>(_ body: (inout Value) throws(E) -> Result) throws(E) -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
