public import AuctionRules
public import Proof

/// What the service answers to a command. Given only when it is on disk.
public enum Answer: Hashable, Sendable {
    /// The stored reply to a request, the first time or again.
    case reply(Reply)
    /// The same, with the receipt that was asked for: a signed ``Proof/ReceiptStatement``.
    case receipted(Reply, SignedStatement)
    /// No request with that id has had a final verdict.
    case notSeen
    /// A request's refusal that is no final verdict.
    case refused(Refusal)
    /// An administrator's command was carried out.
    case done
    case declined(Objection)
    /// None of several commands was carried out; the objections by the command's index.
    case declinedAll([Int: Objection])
    /// It may be on disk or not: repeat the same id, or ask for its status.
    case unknownOutcome
}

/// Gets an answer, once, on the log's thread or on the submitting one; must not block.
public typealias Responder = @Sendable (Answer) -> Void

extension Command {
    /// The answer when nothing happened because the service can't work now.
    var unavailable: Answer {
        switch self {
        case .request, .status: return .refused(.unavailable)
        default: break
        }
        return .declined(
            Objection(.unavailable, "The service can't store anything now; try again later."))
    }
}
