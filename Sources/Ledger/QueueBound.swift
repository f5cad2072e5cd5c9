import Synchronization

/// A value that is touched on one serial queue only.
///
/// Unchecked, because the compiler can't see the queue: all uses are inside the closures that
/// `DatabaseQueue` runs one at a time.
final class QueueBound<Value>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) { self.value = value }
}

/// A lock file that can be given back before its owner ends.
final class HeldLock: Sendable {
    private let file: Mutex<LockFile?>

    init(_ file: consuming LockFile) { self.file = Mutex(file) }

    func release() { file.withLock { $0 = nil } }
}
