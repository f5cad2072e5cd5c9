public import AuctionRules
import StrictJSON

/// What an administrator who watches is told and nobody else: the other events of the stream that
/// ``AdminWatch`` asks for.
public enum ConsoleMessage: Hashable, Sendable {
    /// The first one.
    case console(Beginning)
    /// A request was decided, and is on disk. It stands before the change that it made.
    case request(RequestRow)
    /// How many watch. Comes every few seconds, too, when nothing has changed: who gets none has lost
    /// the connection.
    case watchers(Watchers)
    /// Bids were turned away as they came too fast. They were not judged, and nothing of them is in the
    /// log.
    case tooFast(TooFast)

    public struct Beginning: Hashable, Sendable {
        /// The id of the log that the seqs of changes count in.
        public let log: String
        /// By the name on the token; nil over the machine's own socket.
        public let administrator: String?
        public let reveals: Bool
        public let serverTime: Instant

        public init(log: String, administrator: String?, reveals: Bool, serverTime: Instant) {
            self.log = log
            self.administrator = administrator
            self.reveals = reveals
            self.serverTime = serverTime
        }
    }

    /// Connections that watch, on all event loops; administrators' own are not among them.
    public struct Watchers: Hashable, Sendable {
        /// Of the sale as a whole; 0 where single lots are watched.
        public var ofSale: Int
        /// Of single lots, beside: those that have any.
        public var ofAuctions: [AuctionID: Int]
        public var serverTime: Instant

        public init(ofSale: Int, ofAuctions: [AuctionID: Int], serverTime: Instant) {
            self.ofSale = ofSale
            self.ofAuctions = ofAuctions
            self.serverTime = serverTime
        }
    }

    /// The bids of one bidder on one lot that came too fast, since the last time that this was told.
    public struct TooFast: Hashable, Sendable {
        public let auction: AuctionID
        public let bidder: BidderID
        /// How many, at least 1.
        public let bids: Int
        /// When it was told.
        public let at: Instant

        public init(auction: AuctionID, bidder: BidderID, bids: Int, at: Instant) {
            self.auction = auction
            self.bidder = bidder
            self.bids = bids
            self.at = at
        }
    }

    /// Names the event.
    public var type: String {
        switch self {
        case .console: "console"
        case .request: "request"
        case .watchers: "watchers"
        case .tooFast: "too_fast"
        }
    }

    /// The event's data.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("type", type)
            switch self {
            case .console(let beginning):
                writer.field("log", beginning.log)
                writer.field("administrator", beginning.administrator)
                writer.field("reveal", beginning.reveals)
                writer.field("server_time", beginning.serverTime)
            case .request(let row): row.encodeFields(into: &writer)
            case .tooFast(let bids):
                writer.field("auction", bids.auction)
                writer.field("bidder", bids.bidder)
                writer.field("bids", bids.bids)
                writer.field("at", bids.at)
            case .watchers(let watchers):
                writer.field("sale", watchers.ofSale)
                writer.array("auctions") { writer in
                    for (id, count) in watchers.ofAuctions.sorted(by: { $0.key < $1.key }) {
                        writer.object { writer in
                            writer.field("auction", id)
                            writer.field("watchers", count)
                        }
                    }
                }
                writer.field("server_time", watchers.serverTime)
            }
        }
        return writer.bytes
    }
}
