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

/// A command, and who gets its answer.
///
/// A class, as it is made once, and then only handed on: from the connection to the queue, and from
/// there to the writer.
public final class Submission: Sendable {
    public let command: Command
    /// The answer shall come with a signed receipt.
    public let wantsReceipt: Bool
    public let respond: Responder

    public init(
        _ command: Command, wantsReceipt: Bool = false, respond: @escaping Responder
    ) {
        self.command = command
        self.wantsReceipt = wantsReceipt
        self.respond = respond
    }
}

extension Command {
    /// The answer when nothing happened because the service can't work now.
    var unavailable: Answer {
        switch self {
        case .request, .status: .refused(.unavailable)
        default: .unavailable
        }
    }
}

extension Answer {
    /// An administrator's command was not carried out, as the service can't work now.
    fileprivate static let unavailable = Answer.declined(
        Objection(.unavailable, "The service can't store anything now; try again later."))

    /// What is answered to the same command when nothing happened because the service can't work now.
    var whenUnavailable: Answer {
        switch self {
        case .reply, .receipted, .notSeen, .refused: .refused(.unavailable)
        case .done, .declined, .declinedAll, .unknownOutcome: .unavailable
        }
    }
}
