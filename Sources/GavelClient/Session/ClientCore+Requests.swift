import AuctionRules
import WireProtocol

/// A request on its way to an answer, over as many connections as it takes.
struct PendingRequest {
    let frame: ClientFrame
    let waiter: CheckedContinuation<Result<ServerMessage, GavelClientError>, Never>
    let deadline: Task<Void, Never>
    var repeats = 0
    /// Whether the server may have got it.
    var wasSent = false
    /// It waits for its time to be sent again.
    var isResting = false

    /// What it means that no answer came.
    var failure: GavelClientError {
        switch frame.message {
        case .bid, .buy, .retract: wasSent ? .unknownOutcome : .timedOut("never connected")
        default: .timedOut("no answer to \(frame.message.type)")
        }
    }
}

extension ClientCore {
    /// Sends a message, again and again under the same ids if need be, until it is answered.
    func request(
        _ message: ClientMessage, within limit: Duration
    ) async -> Result<ServerMessage, GavelClientError> {
        let ref = "r\(nextNumber())"
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                if let end { return waiter.resume(returning: .failure(end)) }
                let clock = configuration.clock
                let deadline = Task { [weak self] in
                    guard (try? await clock.sleep(for: limit)) != nil else { return }
                    await self?.expire(ref)
                }
                requests[ref] = PendingRequest(
                    frame: ClientFrame(message, ref: ref), waiter: waiter, deadline: deadline)
                if Task.isCancelled { complete(ref, .failure(.cancelled)) } else { send(ref) }
            }
        } onCancel: {
            Task { await self.complete(ref, .failure(.cancelled)) }
        }
    }

    /// On a new connection: everything that has no answer yet, in the order in which it was asked.
    func sendRequests() {
        for ref in requests.keys.sorted(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }) {
            send(ref)
        }
    }

    private func send(_ ref: String) {
        guard let connection, let request = requests[ref], !request.isResting else { return }
        requests[ref]?.wasSent = true
        connection.send(request.frame)
    }

    func receive(_ reply: ServerMessage, for ref: String) {
        guard let request = requests[ref] else { return }
        switch RequestVerdict(reply, repeats: request.repeats) {
        case .answer(let answer): complete(ref, .success(answer))
        case .refused(let failure): complete(ref, .failure(.rejected(failure)))
        case .again(let delay):
            requests[ref]?.repeats += 1
            requests[ref]?.isResting = true
            let clock = configuration.clock
            Task { [weak self] in
                try? await clock.sleep(for: delay)
                await self?.wake(ref)
            }
        }
    }

    private func wake(_ ref: String) {
        requests[ref]?.isResting = false
        send(ref)
    }

    private func expire(_ ref: String) {
        guard let request = requests[ref] else { return }
        complete(ref, .failure(request.failure))
    }

    func complete(_ ref: String, _ result: Result<ServerMessage, GavelClientError>) {
        guard let request = requests.removeValue(forKey: ref) else { return }
        request.deadline.cancel()
        request.waiter.resume(returning: result)
    }
}
