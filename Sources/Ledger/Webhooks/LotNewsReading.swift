import AuctionRules
import GRDBSQLite
import StrictJSON

/// Finds news in the log. Goes by positions alone: the log has no index by kinds, as that would cost
/// every bid; so the bids in between are walked over, a bounded stretch at a time.
struct LotNewsReading {
    private let connection: OpaquePointer
    /// Entries looked at in one go.
    private static let stretch: Int64 = 50_000

    init(on connection: OpaquePointer) { self.connection = connection }

    private static func sql(_ condition: String) -> String {
        """
        SELECT e.position, e.hash, e.at, e.seq, e.auction, e.kind, e.payload, l.title, l.sale, l.format,
            l.currency, l.exponent, l.closes_at, c.statement
        FROM event e CROSS JOIN lot l ON l.id = e.auction
            LEFT JOIN certificate c ON c.position = e.position
        WHERE \(condition) AND e.kind IN ('auction_opened', 'auction_extended', 'auction_closed',
            'auction_reopened', 'auction_cancelled', 'bids_voided')
        ORDER BY e.position LIMIT ?
        """
    }

    /// The news after one entry and up to another, at most `max` of them.
    func page(
        after position: Int64, upTo last: Int64, max: Int
    ) throws(LedgerError) -> LotNewsPage {
        guard last > position else { return LotNewsPage(news: [], end: position) }
        let end = position + min(last - position, Self.stretch)
        let statement = try Statement(
            Self.sql("e.position > ? AND e.position <= ?"), on: connection)
        defer { statement.finalize() }
        statement.bind(position, at: 1)
        statement.bind(end, at: 2)
        statement.bind(Int64(max), at: 3)
        var news: [LotNews] = []
        while try statement.next() { news.append(try read(statement)) }
        return LotNewsPage(
            news: news, end: news.count == max ? news.last?.position ?? end : end)
    }

    /// The news of one entry; nil when it is none.
    func news(at position: Int64) throws(LedgerError) -> LotNews? {
        let statement = try Statement(Self.sql("e.position = ?"), on: connection)
        defer { statement.finalize() }
        statement.bind(position, at: 1)
        statement.bind(1 as Int64, at: 2)
        return try statement.next() ? try read(statement) : nil
    }

    private func read(_ row: Statement) throws(LedgerError) -> LotNews {
        let position = row.integer(0)
        do {
            let kind = row.text(5)
            guard let object = try JSONValue(parsing: row.bytes(6)).asObject,
                let hash = row.hash(1)
            else { throw EventCodingError(kind, "is no object, or its entry has no hash") }
            let auction = try AuctionID(row.text(4))
            return LotNews(
                position: position, hash: hash, at: Instant(milliseconds: row.integer(2)),
                seq: row.optionalInteger(3), auction: auction,
                what: try what(
                    PayloadFields(kind: kind, object: object), of: auction, before: position),
                title: row.text(7), sale: try row.optionalText(8).map { try SaleID($0) },
                format: row.text(9), currency: row.text(10), exponent: row.integer(11),
                closesAt: row.optionalInteger(12).map(Instant.init(milliseconds:)),
                certificate: row.optionalText(13))
        } catch let error as LedgerError {
            throw error
        } catch {
            throw LedgerError(
                .corrupt(position: position),
                "Entry \(position) of the log can't be read: \(error). Look at it with \"gavel log "
                    + "verify\".")
        }
    }

    private func what(
        _ fields: PayloadFields, of auction: AuctionID, before position: Int64
    ) throws -> LotNews.What {
        let reason = try fields.optionalString("reason")
        switch fields.kind {
        case "auction_opened": return .opened
        case "auction_extended":
            return .extended(
                endsAt: try fields.instant("ends_at"), cause: try fields.string("cause"),
                reason: reason)
        case "auction_closed":
            return .closed(
                try result(fields), cause: try fields.string("cause"), reason: reason)
        case "auction_reopened": return .reopened(reason: reason)
        case "auction_cancelled": return .cancelled(reason: try fields.string("reason"))
        default: return .bidsVoided(try voided(fields, of: auction, before: position))
        }
    }

    private func result(_ fields: PayloadFields) throws -> LotNews.Result {
        LotNews.Result(
            outcome: try fields.string("outcome"),
            winner: try fields.optionalString("winner").map { try BidderID($0) },
            price: try fields.optionalAmount("price"))
    }

    private func voided(
        _ fields: PayloadFields, of auction: AuctionID, before position: Int64
    ) throws -> LotNews.Voided {
        let standing = try fields.optionalObject("standing")
        return LotNews.Voided(
            bids: try fields.object.array("ordinals").map { value in
                guard case .integer(let ordinal) = value else {
                    throw fields.fault("ordinals", "must hold integers")
                }
                return try bid(ordinal, of: auction, before: position)
            },
            isRetraction: try fields.optionalObject("retraction") != nil,
            reason: try fields.optionalString("reason"), isPublic: standing != nil,
            price: try standing?.optionalAmount("price"),
            leader: try standing?.optionalString("leader").map { try BidderID($0) },
            result: try fields.optionalString("outcome") == nil ? nil : try result(fields))
    }

    /// Whose bid it was, and its id. From the void back through the log: mostly it was a late one.
    private func bid(
        _ ordinal: Int64, of auction: AuctionID, before position: Int64
    ) throws -> BidKey {
        let statement = try Statement(
            """
            SELECT bidder, bid FROM event
            WHERE position < ? AND auction = ? AND kind = 'bid_accepted' AND ordinal = ?
            ORDER BY position DESC LIMIT 1
            """, on: connection)
        defer { statement.finalize() }
        statement.bind(position, at: 1)
        statement.bind(auction.text, at: 2)
        statement.bind(ordinal, at: 3)
        guard try statement.next() else {
            throw EventCodingError("bids_voided", "names bid \(ordinal), which there is not")
        }
        return BidKey(bidder: try BidderID(statement.text(0)), id: try BidID(statement.text(1)))
    }
}
