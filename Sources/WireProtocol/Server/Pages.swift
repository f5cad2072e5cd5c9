public import AuctionRules
import StrictJSON

/// A page of lots: the answer to `GET /v1/auctions`.
public struct AuctionsPage: Hashable, Sendable {
    public let auctions: [ServerMessage.Snapshot]
    /// To be given back for the next page; nil on the last one.
    public let nextCursor: String?

    public init(_ auctions: [ServerMessage.Snapshot], nextCursor: String?) {
        self.auctions = auctions
        self.nextCursor = nextCursor
    }

    public func encoded() -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 64 + 512 * auctions.count)
        writer.object { writer in
            writer.array("auctions") { writer in
                for snapshot in auctions { ServerFrame(.snapshot(snapshot)).encode(into: &writer) }
            }
            writer.field("next_cursor", nextCursor)
        }
        return writer.bytes
    }

    public static func decode(_ bytes: some Collection<UInt8>) throws(WireMismatch) -> Self {
        try decodePage(bytes) { (object) throws(FieldFault) in
            AuctionsPage(
                try object.list("auctions", ServerMessage.Snapshot.init),
                nextCursor: try object.optionalText("next_cursor"))
        }
    }
}

/// The public bid history of a lot: the answer to `GET /v1/auctions/ID/bids`. What was bid stays
/// secret where a max is; what each bid made of the price does not.
public struct BidHistory: Hashable, Sendable {
    /// One public change of the bidding.
    public struct Entry: Hashable, Sendable {
        public let seq: Int64
        public let price: Amount?
        /// An alias.
        public let leader: String?
        public let at: Instant

        public init(_ state: PublicState, at: Instant) {
            seq = state.seq
            price = state.price
            leader = state.leader
            self.at = at
        }

        fileprivate init(_ object: JSONObject) throws(FieldFault) {
            seq = try object.count("seq")
            price = try object.optionalAmount("price")
            leader = try object.optionalText("leader")
            at = try object.instant("at")
        }
    }

    public let auction: AuctionID
    /// Oldest first.
    public let bids: [Entry]

    public init(auction: AuctionID, _ bids: [Entry]) {
        self.auction = auction
        self.bids = bids
    }

    public func encoded() -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 64 + 80 * bids.count)
        writer.object { writer in
            writer.field("auction", auction)
            writer.array("bids") { writer in
                for entry in bids {
                    writer.object { writer in
                        writer.field("seq", entry.seq)
                        writer.field("price", entry.price)
                        writer.field("leader", entry.leader)
                        writer.field("at", entry.at)
                    }
                }
            }
        }
        return writer.bytes
    }

    public static func decode(_ bytes: some Collection<UInt8>) throws(WireMismatch) -> Self {
        try decodePage(bytes) { (object) throws(FieldFault) in
            BidHistory(
                auction: try object.identifier("auction"),
                try object.list("bids", Entry.init))
        }
    }
}

private func decodePage<Page>(
    _ bytes: some Collection<UInt8>, _ read: (JSONObject) throws(FieldFault) -> Page
) throws(WireMismatch) -> Page {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch {
        throw WireMismatch(message: error.message)
    }
    guard let object = value.asObject else {
        throw WireMismatch(message: "an answer is one JSON object")
    }
    do { return try read(object) } catch { throw WireMismatch(message: error.message) }
}
