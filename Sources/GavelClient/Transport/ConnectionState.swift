import Synchronization
import WireProtocol

/// What a connection's event loop and its users share: the messages, the requests that wait for
/// their reply, and how it ended.
final class ConnectionState: Sendable {
    typealias Waiter = CheckedContinuation<Result<ServerFrame, GavelClientError>, Never>

    private struct Shared {
        var waiters: [String: Waiter] = [:]
        var reason = CloseReason()
        var isClosed = false
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let messages: MessageBuffer<ServerFrame>
    private let shared = Mutex(Shared())

    init(bufferMax: Int, overflow: MessageBuffer<ServerFrame>.Overflow) {
        messages = MessageBuffer(countMax: bufferMax, overflow: overflow)
    }

    /// Hands a frame to whoever waits for it. False: read no more until there is room.
    func receive(_ frame: ServerFrame) -> Bool {
        let waiter = shared.withLock { shared in
            if case .bye(let bye) = frame.message { shared.reason.bye = bye }
            return frame.ref.flatMap { shared.waiters.removeValue(forKey: $0) }
        }
        if let waiter {
            waiter.resume(returning: .success(frame))
            return true
        }
        return messages.append(frame)
    }

    /// Waits for the reply with this ref; false when the connection has ended.
    func add(_ waiter: Waiter, for ref: String) -> Bool {
        shared.withLock { shared in
            guard !shared.isClosed else { return false }
            shared.waiters[ref] = waiter
            return true
        }
    }

    func giveUp(_ ref: String) {
        let waiter = shared.withLock { $0.waiters.removeValue(forKey: ref) }
        waiter?.resume(returning: .failure(.cancelled))
    }

    var reason: CloseReason { shared.withLock { $0.reason } }

    /// Keeps what is first known of the end.
    func note(code: CloseCode?, text: String) {
        shared.withLock { shared in
            guard shared.reason.code == nil else { return }
            shared.reason.code = code
            shared.reason.text = text
        }
    }

    func note(fault: String) {
        shared.withLock { $0.reason.fault = $0.reason.fault ?? fault }
    }

    /// The channel is closed: nobody will get an answer any more.
    func close() {
        let (waiters, closeWaiters, reason) = shared.withLock { shared in
            shared.isClosed = true
            defer {
                shared.waiters = [:]
                shared.closeWaiters = []
            }
            return (shared.waiters.values, shared.closeWaiters, shared.reason)
        }
        for waiter in waiters { waiter.resume(returning: .failure(.connectionClosed(reason))) }
        messages.finish()
        for waiter in closeWaiters { waiter.resume() }
    }

    func waitForClose() async {
        await withCheckedContinuation { continuation in
            let isClosed = shared.withLock { shared in
                if !shared.isClosed { shared.closeWaiters.append(continuation) }
                return shared.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }
}
