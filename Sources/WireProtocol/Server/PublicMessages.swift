public import AuctionRules
import StrictJSON

extension ServerMessage {
    /// The whole public state of a lot; for an authenticated bidder also how it stands itself.
    public struct Snapshot: Hashable, Sendable, MessageBody {
        /// How one bidder stands. Made by whoever knows who asks, and put beside the public state.
        public struct Viewer: Hashable, Sendable {
            /// Nil where the format does not tell before the close.
            public let isLeading: Bool?
            public let ownMax: Amount?

            public init(isLeading: Bool?, ownMax: Amount?) {
                self.isLeading = isLeading
                self.ownMax = ownMax
            }
        }

        public let lot: PublicLot
        /// The log that `seq` counts in; another one after a restored database.
        public let log: String
        /// Nil for a watcher who said no name.
        public let viewer: Viewer?
        public let serverTime: Instant

        public init(
            _ state: PublicState, log: String, viewer: Viewer? = nil, serverTime: Instant
        ) {
            lot = PublicLot(state)
            self.log = log
            self.viewer = viewer
            self.serverTime = serverTime
        }

        init(_ object: JSONObject) throws(FieldFault) {
            lot = try PublicLot(object)
            log = try object.text("log")
            let isLeading = try object.optionalFlag("leading")
            let ownMax = try object.optionalAmount("your_max")
            viewer =
                isLeading == nil && ownMax == nil
                ? nil : Viewer(isLeading: isLeading, ownMax: ownMax)
            serverTime = try object.instant("server_time")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            lot.encodeName(into: &writer)
            writer.field("log", log)
            lot.encodeBidding(into: &writer)
            writer.field("leading", viewer?.isLeading)
            writer.field("your_max", viewer?.ownMax)
            lot.encodeRest(into: &writer)
            writer.field("server_time", serverTime)
        }
    }

    /// The bidding moved.
    public struct Price: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let seq: Int64
        public let price: Amount?
        public let minimum: Amount?
        /// An alias.
        public let leader: String?
        public let bids: Int
        public let reserve: ReserveState
        public let endsAt: Instant?
        public let extensions: Int
        public let at: Instant
        public let buyNow: Amount?
        /// Of live-room lots.
        public let block: PublicBlock?
        /// Of live-room lots: where the lot stands, as a bid takes fair warnings back.
        public let status: String?

        public init(_ state: PublicState, at: Instant) {
            auction = state.auction
            seq = state.seq
            price = state.price
            minimum = state.minimum
            leader = state.leader
            bids = state.bids
            reserve = state.reserve
            endsAt = state.endsAt
            extensions = state.extensions
            self.at = at
            buyNow = state.buyNow
            block = state.block
            status = state.block == nil ? nil : state.status.rawValue
        }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            seq = try object.count("seq")
            price = try object.optionalAmount("price")
            minimum = try object.optionalAmount("minimum")
            leader = try object.optionalText("leader")
            bids = Int(try object.count("bids"))
            reserve = try object.choice("reserve")
            endsAt = try object.optionalInstant("ends_at")
            extensions = Int(try object.count("extensions"))
            at = try object.instant("at")
            buyNow = try object.optionalAmount("buy_now")
            block = try PublicBlock(object)
            status = try object.optionalText("status")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("seq", seq)
            writer.field("price", price)
            writer.field("minimum", minimum)
            writer.field("leader", leader)
            writer.field("bids", bids)
            writer.field("reserve", reserve.rawValue)
            writer.field("ends_at", endsAt)
            writer.field("extensions", extensions)
            writer.field("at", at)
            writer.field("buy_now", buyNow)
            block?.encode(into: &writer)
            writer.fieldIfPresent("status", status)
        }
    }

    /// The lot itself changed: it opened, paused, moved its end, closed.
    public struct Status: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let seq: Int64
        public let status: String
        public let outcome: String?
        public let price: Amount?
        /// An alias; nil unless the lot is sold.
        public let winner: String?
        public let reserve: ReserveState
        public let startsAt: Instant
        public let endsAt: Instant?
        public let reason: String?
        public let at: Instant
        /// Of live-room lots.
        public let block: PublicBlock?
        /// An alias; told of live-room lots only, which come on the block with a leader.
        public let leader: String?

        public init(_ state: PublicState, reason: String?, at: Instant) {
            auction = state.auction
            seq = state.seq
            status = state.status.rawValue
            outcome = state.outcome
            price = state.price
            winner = state.outcome == "sold" ? state.leader : nil
            reserve = state.reserve
            startsAt = state.startsAt
            endsAt = state.endsAt
            self.reason = reason
            self.at = at
            block = state.block
            leader = state.block == nil ? nil : state.leader
        }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            seq = try object.count("seq")
            status = try object.text("status")
            outcome = try object.optionalText("outcome")
            price = try object.optionalAmount("price")
            winner = try object.optionalText("winner")
            reserve = try object.choice("reserve")
            startsAt = try object.instant("starts_at")
            endsAt = try object.optionalInstant("ends_at")
            reason = try object.optionalText("reason")
            at = try object.instant("at")
            block = try PublicBlock(object)
            leader = try object.optionalText("leader")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("seq", seq)
            writer.field("status", status)
            writer.field("outcome", outcome)
            writer.field("price", price)
            writer.field("winner", winner)
            writer.field("reserve", reserve.rawValue)
            writer.field("starts_at", startsAt)
            writer.field("ends_at", endsAt)
            writer.field("reason", reason)
            writer.field("at", at)
            block?.encode(into: &writer)
            writer.fieldIfPresent("leader", leader)
        }
    }
}

extension ServerMessage {
    /// The message that tells everybody of a public change.
    public init(_ change: PublicChange) {
        self =
            switch change.kind {
            case .price: .price(Price(change.state, at: change.at))
            case .status(let reason):
                .status(Status(change.state, reason: reason, at: change.at))
            }
    }
}
