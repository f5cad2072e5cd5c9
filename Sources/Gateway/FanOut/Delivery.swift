import AuctionRules
import BidService
import WireProtocol

/// Names one WebSocket connection, for as long as the process lives.
struct ConnectionID: Hashable, Sendable {
    let number: Int64

    /// As the client is told it, and as it stands in the log.
    var name: String { String(number, radix: 36) }
}

/// What the releasing thread has for the connections of one event loop. Small, as there are two of them for every
/// bid: what is large is an object.
enum Delivery: Sendable {
    /// The answer to something that a connection asked.
    case answer(Asked, Answer)
    /// For everybody who watches the lot or its sale.
    case broadcast(Broadcast)
    /// For every connection of one bidder.
    indirect case notice(BidderID, SharedMessage)
    /// Somebody was displaced, for every connection of the bidder: the notice as it was published. Nearly
    /// every bid has one, and nothing is made for it on the releasing thread.
    case outbid(PrivateNotice)
    /// A request and its verdict, for administrators who watch. Indirect like an answer.
    indirect case request(JudgedRequest)
    /// A bidder or a token is no longer good.
    indirect case revoked(Revocation)
}

/// One message to all watchers of a lot, which all event loops share.
final class Broadcast: Sendable {
    enum Kind: Sendable {
        /// A price: one that comes later stands for it.
        case price
        /// A status, or the auctioneer's words: never skipped.
        case important
    }

    let kind: Kind
    let auction: AuctionID
    let sale: SaleID?
    /// The lot's newest public change, and its end, for the heartbeats; nil for mere words.
    let head: LotHead?
    /// The board's version that holds it: who was told of the lot at this version or later has it.
    let version: Int64
    let message: SharedMessage

    init(
        kind: Kind, auction: AuctionID, sale: SaleID?, head: LotHead?, version: Int64,
        message: SharedMessage
    ) {
        self.kind = kind
        self.auction = auction
        self.sale = sale
        self.head = head
        self.version = version
        self.message = message
    }
}

/// What the heartbeats have to know of a lot.
struct LotHead: Sendable {
    let seq: Int64
    /// When an open lot ends; nil for any other.
    let endsAt: Instant?

    init(seq: Int64, endsAt: Instant?) {
        self.seq = seq
        self.endsAt = endsAt
    }

    init(_ state: PublicState) {
        seq = state.seq
        endsAt = state.status == .open ? state.endsAt : nil
    }
}

/// What a connection has asked the bid service, and how to say the answer.
struct Question: Sendable {
    enum Kind: Sendable {
        /// A bid, a buy or a retraction.
        case request
        /// What became of one.
        case status
        /// The receipt for one.
        case receipt
    }

    let kind: Kind
    let auction: AuctionID
    let id: BidID
    let ref: String?
}

/// A question on its way through the bid service and, with its answer, back to the connection's event loop.
final class Asked: Submission, @unchecked Sendable {
    // Sendable: nothing of it ever changes.
    let connection: ConnectionID
    let question: Question
    private let mailbox: LoopMailbox

    /// - Parameter mailbox: that of the connection's event loop.
    init(
        _ question: Question, _ command: Command, wantsReceipt: Bool = false,
        by connection: ConnectionID, on mailbox: LoopMailbox
    ) {
        self.question = question
        self.connection = connection
        self.mailbox = mailbox
        super.init(command, wantsReceipt: wantsReceipt)
    }

    override func respond(_ answer: Answer) { mailbox.append(.answer(self, answer)) }
}

/// Whose live connections have lost their right to bid.
enum Revocation: Sendable {
    case token(TokenHash)
    /// Keys of the identity provider that are no longer trusted.
    case keys(Set<IssuerKey.ID>)
    case bidder(BidderID)
}
