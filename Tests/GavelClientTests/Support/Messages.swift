import AuctionRules
import WireProtocol

/// Messages as a server would send them, made from their JSON: a test needs no rules for them.
enum Make {
    static let lot: AuctionID = id("lot-1")

    static func id<Subject>(_ text: String) -> Identifier<Subject> {
        do { return try Identifier(text) } catch { preconditionFailure("\(error)") }
    }

    static func amount(_ minorUnits: Int64) -> Amount {
        guard let amount = Amount(minorUnits: minorUnits) else { preconditionFailure() }
        return amount
    }

    static func bid(_ id: String = "b1", _ minorUnits: Int64 = 5000) -> BidMessage {
        BidMessage(auction: lot, id: Self.id(id), amount: amount(minorUnits))
    }

    static func snapshot(
        _ seq: Int64, lot: String = "lot-1", log: String = "log-1", sale: String? = nil
    ) -> ServerMessage {
        decode(
            #"""
            {"type":"snapshot","auction":"\#(lot)","log":"\#(log)","seq":\#(seq),"title":"T",
            "format":"english","currency":"USD","exponent":2,"status":"open","outcome":null,
            "price":null,"minimum":100,"leader":null,"leading":null,"your_max":null,"bids":0,
            "reserve":"none","starts_at":1,"ends_at":2,"extensions":0,
            "sale":\#(sale.map { "\"\($0)\"" } ?? "null"),"buy_now":null,"server_time":1}
            """#)
    }

    static func price(_ seq: Int64, lot: String = "lot-1") -> ServerMessage {
        decode(
            #"""
            {"type":"price","auction":"\#(lot)","seq":\#(seq),"price":\#(seq * 100),
            "minimum":100,"leader":"Bidder 1","bids":1,"reserve":"none","ends_at":2,
            "extensions":0,"at":1,"buy_now":null}
            """#)
    }

    static func status(_ seq: Int64, lot: String = "lot-1") -> ServerMessage {
        decode(
            #"""
            {"type":"status","auction":"\#(lot)","seq":\#(seq),"status":"closed",
            "outcome":"no_bids","price":null,"winner":null,"reserve":"none","starts_at":1,
            "ends_at":2,"reason":null,"at":1}
            """#)
    }

    static func watching(_ seq: Int64, lot: String = "lot-1") -> ServerMessage {
        .watching(.init(id(lot), seq: seq))
    }

    static func heartbeat(_ seq: Int64? = nil) -> ServerMessage {
        .heartbeat(
            .init(
                serverTime: .init(milliseconds: 1),
                heads: seq.map { [.init(auction: lot, seq: $0)] } ?? []))
    }

    static func outbid() -> ServerMessage {
        decode(
            #"""
            {"type":"outbid","auction":"lot-1","seq":4,"price":100,"minimum":200,"your_max":5}
            """#)
    }

    static func accepted(_ id: String = "b1") -> ServerMessage {
        .bidAccepted(
            .init(
                auction: lot, id: Self.id(id),
                Acceptance(
                    seq: 2, isLeading: true, ownMax: amount(5000), price: amount(100),
                    minimum: amount(200), reserve: .none, endsAt: nil),
                at: .init(milliseconds: 5), hash: .zero))
    }

    static func rejected(_ refusal: Refusal, _ id: String = "b1") -> ServerMessage {
        .bidRejected(.init(auction: lot, id: Self.id(id), refusal))
    }

    private static func decode(_ json: String) -> ServerMessage {
        do { return try ServerFrame.decode(json.utf8).message } catch {
            preconditionFailure("\(error)")
        }
    }
}
