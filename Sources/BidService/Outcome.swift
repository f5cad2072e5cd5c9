public import AuctionRules

/// Something that a committed batch has for somebody, in the order in which it happened.
///
/// Each holds its parts by pointers: a place in the batch's list is small, and nothing large is moved
/// whenever that grows.
enum Outcome: Sendable {
    case answer(Answer, to: Submission)
    /// An answer that shall be given with a signed receipt.
    indirect case receipt(Reply, on: AuctionID, to: Submission)
    case publication(Publication)
    /// The place of an answer, until it is known.
    case awaited

    /// Gives another answer than it holds to whoever waits for one: the batch did not come to disk.
    ///
    /// - Parameter answer: what is said instead of the one given.
    func respond(instead answer: (Answer) -> Answer) {
        switch self {
        case .answer(let given, let submission): submission.respond(answer(given))
        case .receipt(let reply, _, let submission):
            submission.respond(answer(.reply(reply)))
        case .publication, .awaited: break
        }
    }
}

/// What goes out to watchers and bidders once it is on disk.
///
/// A pointer to what is large, as it is handed on more often than looked at.
public enum Publication: Sendable {
    /// A lot's public change.
    case change(PublicChange)
    /// A lot came into being.
    indirect case created(PublicState)
    /// For one bidder only.
    case notice(PrivateNotice)
    /// Words from the auctioneer about a lot.
    indirect case announcement(AuctionID, sale: SaleID?, text: String, at: Instant)
    /// A bidder's request and its verdict, for administrators only; there is none while nobody
    /// listens, see ``BidService/requestListeners``.
    indirect case request(JudgedRequest)
    /// A credential or a bidder is no longer good: live connections have to know.
    indirect case house(HouseEvent)
}

/// Who distributes what has been committed. Called by one thread at a time, batch by batch, in order;
/// must not block.
public protocol Publisher: Sendable {
    /// - Parameter version: the board's, which holds this already.
    func publish(_ publication: Publication, version: Int64)
    /// The batch is complete: what was kept back may go out.
    func flush()
}

/// A publisher for a service that nobody watches.
public struct SilentPublisher: Publisher {
    public init() {}
    public func publish(_ publication: Publication, version: Int64) {}
    public func flush() {}
}
