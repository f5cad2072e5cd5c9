/// A value that is touched on one serial queue only.
///
/// Unchecked, because the compiler can't see the queue: all uses are inside the closures that
/// `DatabaseQueue` runs one at a time.
final class QueueBound<Value>: @unchecked Sendable {
    var value: Value

    init(_ value: Value) { self.value = value }
}
