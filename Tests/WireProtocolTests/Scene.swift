import AuctionRules
import Testing
import WireProtocol

/// A house with one lot that things happen to, so that the messages under test are made of what the
/// rules really say.
struct Scene {
    var house = House()
    /// The public changes so far, oldest first.
    var changes: [PublicChange] = []
    /// What bidders were told in private, oldest first.
    var notices: [PrivateNotice] = []

    static let lot: AuctionID = id("lot-1")
    static let opens: Int64 = 1_000_000
    static let closes: Int64 = 2_000_000
    static let hash = EntryHash(
        words: SIMD4(0x0123_4567_89ab_cdef, 0, 0xffff_ffff_ffff_ffff, 0xfedc_ba98_7654_3210))

    static func id<Subject>(_ text: String) -> Identifier<Subject> {
        do { return try Identifier(text) } catch { preconditionFailure("\(error)") }
    }

    static func amount(_ minorUnits: Int64) -> Amount {
        guard let amount = Amount(minorUnits: minorUnits) else { preconditionFailure() }
        return amount
    }

    static func terms(format: Format = .english) -> Terms {
        guard let currency = Currency(code: "USD") else { preconditionFailure() }
        var terms = Terms(
            title: "A chair, \"oak\"", format: format, currency: currency, start: amount(1000),
            increments: IncrementPreset.ebayUS.table, opensAt: Instant(milliseconds: opens),
            closesAt: Instant(milliseconds: closes))
        terms.reserve = amount(7777)
        terms.seller = id("seller")
        return terms
    }

    init(terms: Terms = Scene.terms(), bidders: [String] = ["ann", "bob"]) {
        for bidder in bidders {
            run(.addBidder(Bidder(id: Self.id(bidder), name: "Name of \(bidder)")))
        }
        run(.createAuction(Self.lot, terms))
    }

    var auction: Auction {
        guard let auction = house.auctions[Self.lot] else { preconditionFailure() }
        return auction
    }

    @discardableResult
    mutating func run(_ command: Command, at milliseconds: Int64 = 1) -> Decision.Answer {
        let t = Instant(milliseconds: milliseconds)
        let decision = house.decide(command, at: t)
        for event in decision.events {
            let before = house.auctions[Self.lot]?.standing.leader
            house.apply(event, at: t, recordedAs: Self.hash)
            guard case .auction(_, let event) = event else { continue }
            if let change = auction.publicChange(after: event, at: t) { changes.append(change) }
            notices += auction.privateNotices(after: event, leaderBefore: before)
        }
        return decision.answer
    }

    /// The reply to a request of that bidder.
    @discardableResult
    mutating func ask(
        _ bidder: String, _ id: String, _ action: BidAction, at milliseconds: Int64 = opens + 1
    ) -> ServerMessage {
        let request = BidRequest(bidder: Self.id(bidder), id: Self.id(id), action: action)
        if case .refused(let refusal) = run(.request(request, on: Self.lot), at: milliseconds) {
            return .bidRejected(.init(auction: Self.lot, id: request.id, refusal))
        }
        guard let reply = auction.reply(to: request.key) else { preconditionFailure("no reply") }
        return ServerMessage(reply, on: Self.lot)
    }

    @discardableResult
    mutating func bid(
        _ bidder: String, _ id: String, _ minorUnits: Int64, at milliseconds: Int64 = opens + 1
    ) -> ServerMessage {
        ask(bidder, id, .bid(.max, amount: Self.amount(minorUnits)), at: milliseconds)
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func text(_ message: ServerMessage, ref: String? = nil) -> String {
    text(ServerFrame(message, ref: ref).encoded())
}
