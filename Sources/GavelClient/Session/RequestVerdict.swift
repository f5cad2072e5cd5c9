import AuctionRules
import WireProtocol

/// What to do on the reply to a request. Every request of this client may be repeated: bids carry
/// an id, and the others change nothing.
enum RequestVerdict: Hashable {
    case answer(ServerMessage)
    /// Nothing was decided: send the same again after this delay.
    case again(after: Duration)
    case refused(ServerMessage.Failure)

    /// - Parameter repeats: how often the request has been sent again already.
    init(_ reply: ServerMessage, repeats: Int) {
        let pause = Duration.milliseconds(100) * (1 << min(repeats, 6))
        switch reply {
        case .bidRejected(let rejected) where rejected.code == Refusal.unavailable.code:
            self = .again(after: pause)
        case .error(let failure):
            switch failure.code {
            case .unknownOutcome, .unavailable: self = .again(after: pause)
            case .rateLimited:
                let asked = failure.retryAfter.map { Duration.milliseconds($0) }
                self = .again(after: max(asked ?? pause, .milliseconds(1)))
            default: self = .refused(failure)
            }
        default: self = .answer(reply)
        }
    }
}
