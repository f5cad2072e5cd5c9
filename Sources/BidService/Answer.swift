public import AuctionRules
public import Proof

/// What the service answers to a command. Given only when it is on disk.
///
/// No larger than a pointer, as it is handed on by three threads before it is looked at: what is no object has
/// memory of its own.
public enum Answer: Hashable, Sendable {
    /// The stored reply to a request, the first time or again.
    case reply(Reply)
    /// The same, with the receipt that was asked for: a signed ``Proof/ReceiptStatement``.
    indirect case receipted(Reply, SignedStatement)
    /// No request with that id has had a final verdict.
    case notSeen
    /// A request's refusal that is no final verdict.
    indirect case refused(Refusal)
    /// An administrator's command was carried out.
    case done
    indirect case declined(Objection)
    /// None of several commands was carried out; the objections by the command's index.
    case declinedAll([Int: Objection])
    /// It may be on disk or not: repeat the same id, or ask for its status.
    case unknownOutcome
}

/// Gets an answer, once, on one of the service's threads or the submitting one; must not block.
public typealias Responder = @Sendable (Answer) -> Void

/// A command, and who gets its answer.
///
/// A class, as it is made once, and then only handed on: from the connection to the queue, from there to the
/// writer, and with the answer to whoever lets that out. Whoever has to remember something with it makes a
/// subclass that does, and not a closure beside it.
open class Submission: @unchecked Sendable {
    // Sendable: nothing of it ever changes. A subclass has to promise the same.
    /// What the writer will need for it, if it is a request.
    let foresight: RequestForesight?
    public let command: Command
    /// The answer shall come with a signed receipt.
    public let wantsReceipt: Bool
    private let responder: Responder?

    /// - Parameter respond: gets the answer; nil in a subclass that takes it by itself.
    public init(
        _ command: Command, wantsReceipt: Bool = false, respond: Responder? = nil
    ) {
        self.command = command
        self.wantsReceipt = wantsReceipt
        responder = respond
        foresight =
            if case .request(let request, let lot) = command {
                RequestForesight(request, on: lot)
            } else {
                nil
            }
    }

    /// Gets the answer, once, on one of the service's threads or the submitting one; must not block.
    open func respond(_ answer: Answer) { responder?(answer) }
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
