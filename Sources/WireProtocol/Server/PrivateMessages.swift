public import AuctionRules
import StrictJSON

/// What one bidder is told, and nobody else.
extension ServerMessage {
    public init(_ notice: PrivateNotice) {
        self =
            switch notice.content {
            case .outbid(let ownMax):
                .outbid(
                    Outbid(
                        auction: notice.auction, seq: notice.seq, price: notice.price,
                        minimum: notice.minimum, ownMax: ownMax))
            case .won(let due):
                .won(
                    Settled(
                        auction: notice.auction, seq: notice.seq, price: notice.price, due: due))
            case .lost:
                .lost(
                    Settled(
                        auction: notice.auction, seq: notice.seq, price: notice.price, due: nil))
            case .voided(let reason):
                .bidVoided(
                    BidVoided(
                        auction: notice.auction, seq: notice.seq, price: notice.price,
                        minimum: notice.minimum, reason: reason))
            case .belowRefusedOffer:
                .belowOffer(
                    BelowOffer(
                        auction: notice.auction, seq: notice.seq, price: notice.price,
                        minimum: notice.minimum))
            }
    }

    /// Somebody else leads now.
    public struct Outbid: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let seq: Int64
        public let price: Amount?
        public let minimum: Amount?
        public let ownMax: Amount?

        init(auction: AuctionID, seq: Int64, price: Amount?, minimum: Amount?, ownMax: Amount?) {
            self.auction = auction
            self.seq = seq
            self.price = price
            self.minimum = minimum
            self.ownMax = ownMax
        }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            seq = try object.count("seq")
            price = try object.optionalAmount("price")
            minimum = try object.optionalAmount("minimum")
            ownMax = try object.optionalAmount("your_max")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("seq", seq)
            writer.field("price", price)
            writer.field("minimum", minimum)
            writer.field("your_max", ownMax)
        }
    }

    /// The lot closed, with the bidder as its winner or without.
    public struct Settled: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let seq: Int64
        public let price: Amount?
        /// What the winner pays; nil for everybody else.
        public let due: Amount?

        init(auction: AuctionID, seq: Int64, price: Amount?, due: Amount?) {
            self.auction = auction
            self.seq = seq
            self.price = price
            self.due = due
        }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            seq = try object.count("seq")
            price = try object.optionalAmount("price")
            due = try object.optionalAmount("due")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("seq", seq)
            writer.field("price", price)
            writer.field("due", due)
        }
    }

    /// A bid of the bidder's was voided. (An addition to the protocol's first table.)
    public struct BidVoided: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let seq: Int64
        public let price: Amount?
        public let minimum: Amount?
        public let reason: String

        init(auction: AuctionID, seq: Int64, price: Amount?, minimum: Amount?, reason: String) {
            self.auction = auction
            self.seq = seq
            self.price = price
            self.minimum = minimum
            self.reason = reason
        }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            seq = try object.count("seq")
            price = try object.optionalAmount("price")
            minimum = try object.optionalAmount("minimum")
            reason = try object.text("reason")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("seq", seq)
            writer.field("price", price)
            writer.field("minimum", minimum)
            writer.field("reason", reason)
        }
    }

    /// After a void the lot takes again what the bidder had offered and was refused. (An addition,
    /// too.)
    public struct BelowOffer: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let seq: Int64
        public let price: Amount?
        public let minimum: Amount?

        init(auction: AuctionID, seq: Int64, price: Amount?, minimum: Amount?) {
            self.auction = auction
            self.seq = seq
            self.price = price
            self.minimum = minimum
        }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            seq = try object.count("seq")
            price = try object.optionalAmount("price")
            minimum = try object.optionalAmount("minimum")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("seq", seq)
            writer.field("price", price)
            writer.field("minimum", minimum)
        }
    }
}
