import AuctionRules
import StrictJSON

/// The tables `lot`, a lot's terms, which never change, `standing`, its state, and `bidding`, what bids
/// change of that; and the view `auction` of all three.
enum AuctionTable {
    static let termColumns = [
        "id", "number", "sale", "title", "format", "currency", "exponent", "start",
        "opening_reserve",
        "buy_now", "buy_now_availability", "increments", "opens_at", "closes_at", "soft_close",
        "resume_min", "seller", "related_parties", "confirm_above_factor", "ladder_only",
        "completes_increment_on_raise", "retraction", "shows_sealed_bid_count", "tie", "plus_one",
    ]

    static let standingColumns = [
        "status", "starts_at", "ends_at", "remaining", "extensions", "extensions_by_bids",
        "reserve", "outcome", "winner", "hammer_price", "close_cause", "ended_at", "ask",
        "ask_seq", "fair_warnings",
    ]

    /// The columns of a ``BiddingRow``, but for the lot's number.
    static let biddingColumns = [
        "seq", "price", "leader", "leader_alias", "leader_max", "reserve_met", "minimum", "bids",
    ]

    static let table = StateTable(
        name: "auction", columns: termColumns + standingColumns + biddingColumns, keyCount: 1)

    static var insertLotSQL: String { insertSQL("lot", termColumns) }
    static var insertStandingSQL: String { insertSQL("standing", standingColumns + ["lot"]) }

    static var updateStandingSQL: String {
        let changes = standingColumns.map { "\($0) = ?" }.joined(separator: ", ")
        return "UPDATE standing SET \(changes) WHERE lot = ?"
    }

    private static func insertSQL(_ table: String, _ columns: [String]) -> String {
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))"
    }

    /// - Parameter number: 0, 1, 2 … in the order of creation.
    static func row(_ auction: Auction, number: Int) -> [SQLValue] {
        terms(auction, number: number) + standing(auction) + bidding(auction)
    }

    static func terms(_ auction: Auction, number: Int) -> [SQLValue] {
        let terms = auction.terms
        return [
            SQLValue(auction.id), SQLValue(number), SQLValue(terms.sale), SQLValue(terms.title),
            SQLValue(terms.format.rawValue), SQLValue(terms.currency.code),
            SQLValue(terms.currency.exponent), SQLValue(terms.start), SQLValue(terms.reserve),
            SQLValue(terms.buyNow?.price), SQLValue(terms.buyNow?.availability.rawValue),
            json { EventCodec.encode(terms.increments, to: &$0) }, SQLValue(terms.opensAt),
            SQLValue(terms.closesAt),
            terms.softClose.map { softClose in
                json { EventCodec.encode(softClose, to: &$0) }
            } ?? .null,
            SQLValue(terms.resumeMin), SQLValue(terms.seller),
            json { writer in
                writer.array { writer in
                    for party in terms.relatedParties.sorted() { writer.value(party.text) }
                }
            },
            SQLValue(terms.confirmAboveFactor), SQLValue(terms.ladderOnly),
            SQLValue(terms.completesIncrementOnRaise), SQLValue(terms.retraction.rawValue),
            SQLValue(terms.showsSealedBidCount), SQLValue(terms.tie.rawValue),
            SQLValue(terms.plusOne),
        ]
    }

    /// What a ``BiddingRow`` holds, as values: for who compares.
    private static func bidding(_ auction: Auction) -> [SQLValue] {
        [
            SQLValue(auction.seq), SQLValue(auction.standing.price),
            SQLValue(auction.standing.leader), auction.leaderAlias.map { SQLValue($0) } ?? .null,
            SQLValue(auction.leaderMax), SQLValue(auction.standing.isReserveMet),
            SQLValue(auction.minimum), SQLValue(auction.publicBidCount),
        ]
    }

    static func standing(_ auction: Auction) -> [SQLValue] {
        let ending = Ending(of: auction.phase)
        return [
            SQLValue(auction.status.rawValue), SQLValue(auction.startsAt),
            SQLValue(auction.endsAt), SQLValue(ending.remaining), SQLValue(auction.extensions),
            SQLValue(auction.extensionsByBids), SQLValue(auction.reserve),
            SQLValue(ending.outcome?.code), SQLValue(ending.winner), SQLValue(ending.price),
            SQLValue(ending.cause?.rawValue), SQLValue(ending.at), SQLValue(auction.block?.ask),
            SQLValue(auction.block?.askSeq),
            SQLValue((auction.block?.fairWarnings).map { Int64($0) }),
        ]
    }

    private static func json(_ body: (inout JSONWriter) -> Void) -> SQLValue {
        var writer = JSONWriter()
        body(&writer)
        return .text(writer.text)
    }

    /// What the phase says beyond its status.
    private struct Ending {
        var remaining: Milliseconds?
        var outcome: Outcome?
        var winner: BidderID?
        var price: Amount?
        var cause: Closed.Cause?
        var at: Instant?

        init(of phase: Auction.Phase) {
            switch phase {
            case .scheduled, .open: break
            case .paused(let remaining): self.remaining = remaining
            case .cancelled(let at): self.at = at
            case .closed(let outcome, let cause, let at):
                self.outcome = outcome
                self.cause = cause
                self.at = at
                if case .sold(let winner, let price) = outcome {
                    self.winner = winner
                    self.price = price
                }
            }
        }
    }
}
