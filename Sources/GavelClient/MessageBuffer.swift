import Synchronization

/// A bounded queue from one producer to one consumer, as an asynchronous sequence.
///
/// The bound is soft: an element is always taken, and the producer is told to stop until there is
/// room again. Iterate it from one task at a time; cancelling that task ends its iteration only.
public final class MessageBuffer<Element: Sendable>: AsyncSequence, Sendable {
    /// What becomes of an element that comes when the buffer is full.
    public enum Overflow: Sendable {
        /// It is kept, and the producer shall wait.
        case producerWaits
        /// The oldest one goes, so that the producer never waits.
        case dropOldest
    }

    private typealias Consumer = CheckedContinuation<Element?, any Error>

    private struct State {
        /// A queue: `elements[head...]`; what is before the head is gone.
        var elements: [Element?] = []
        var head = 0
        var isFinished = false
        var failure: (any Error)?
        var consumer: Consumer?
        var whenRoom: [@Sendable () -> Void] = []

        var count: Int { elements.count - head }

        mutating func takeFirst() -> Element? {
            guard head < elements.count else { return nil }
            let first = elements[head]
            elements[head] = nil
            head += 1
            if head > 64, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
            return first
        }

        mutating func takeWaiters() -> [@Sendable () -> Void] {
            defer { whenRoom = [] }
            return whenRoom
        }
    }

    private let state = Mutex(State())
    private let countMax: Int
    private let overflow: Overflow

    init(countMax: Int, overflow: Overflow = .producerWaits) {
        self.countMax = countMax
        self.overflow = overflow
    }

    // MARK: - The producer's side

    /// Adds an element. False: the buffer is full, add no more until ``whenRoom(_:)``.
    ///
    /// - Parameter supersedes: the newest waiting element for which this is true is taken out;
    ///   the search ends without one at the first element for which it is nil.
    @discardableResult
    func append(_ element: Element, supersedes: ((Element) -> Bool?)? = nil) -> Bool {
        let (consumer, hasRoom): (Consumer?, Bool) = state.withLock { state in
            guard !state.isFinished else { return (nil, true) }
            if let consumer = state.consumer {
                state.consumer = nil
                return (consumer, true)
            }
            if let supersedes { Self.remove(supersededBy: supersedes, from: &state) }
            if overflow == .dropOldest, state.count >= countMax { _ = state.takeFirst() }
            state.elements.append(element)
            return (nil, overflow == .dropOldest || state.count < countMax)
        }
        consumer?.resume(returning: element)
        return hasRoom
    }

    private static func remove(
        supersededBy supersedes: (Element) -> Bool?, from state: inout State
    ) {
        for index in (state.head..<state.elements.count).reversed() {
            guard let element = state.elements[index] else { continue }
            switch supersedes(element) {
            case true?:
                state.elements.remove(at: index)
                return
            case false?: continue
            case nil: return
            }
        }
    }

    /// Calls `body` once, as soon as at most half of the buffer is in use or it is finished.
    func whenRoom(_ body: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.isFinished || state.count <= countMax / 2 { return true }
            state.whenRoom.append(body)
            return false
        }
        if isNow { body() }
    }

    /// No more elements will come; those that wait can still be taken.
    func finish(throwing failure: (any Error)? = nil) {
        let (consumer, waiters): (Consumer?, [@Sendable () -> Void]) = state.withLock { state in
            guard !state.isFinished else { return (nil, state.takeWaiters()) }
            state.isFinished = true
            defer { state.consumer = nil }
            // A consumer waits only while there is nothing to take.
            if state.consumer == nil { state.failure = failure }
            return (state.consumer, state.takeWaiters())
        }
        consumer?.resume(with: failure.map { .failure($0) } ?? .success(nil))
        for waiter in waiters { waiter() }
    }

    // MARK: - The consumer's side

    /// Goes through the elements of a buffer.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let buffer: MessageBuffer

        /// The next element; waits for it. Nil when there will be none.
        ///
        /// - Throws: what has ended the sequence.
        public mutating func next() async throws -> Element? { try await buffer.next() }
    }

    /// Begins to take the elements: from one task at a time.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(buffer: self) }

    private func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { take($0) }
        } onCancel: {
            let consumer = state.withLock { state in
                defer { state.consumer = nil }
                return state.consumer
            }
            consumer?.resume(returning: nil)
        }
    }

    private func take(_ continuation: Consumer) {
        var waiters: [@Sendable () -> Void] = []
        let answer: Result<Element?, any Error>? = state.withLock { state in
            // Asked under the lock: a later cancellation then finds the consumer in its place.
            if Task.isCancelled { return .success(nil) }
            if let element = state.takeFirst() {
                if state.count <= countMax / 2 { waiters = state.takeWaiters() }
                return .success(element)
            }
            if let failure = state.failure {
                state.failure = nil
                return .failure(failure)
            }
            if state.isFinished { return .success(nil) }
            precondition(state.consumer == nil, "A message buffer has one consumer at a time")
            state.consumer = continuation
            return nil
        }
        if let answer { continuation.resume(with: answer) }
        for waiter in waiters { waiter() }
    }
}
