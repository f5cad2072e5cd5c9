import AuctionRules
import GRDB

/// What whoever sends webhooks, and whoever looks after them, wants to know.
extension LedgerReader {
    /// The news after one entry of the log and up to another, at most `max` of them. A page may have
    /// none and be none the less not the last: go on from its end.
    public func lotNews(
        after position: Int64, upTo last: Int64, max: Int
    ) throws(LedgerError) -> LotNewsPage {
        try read { database in
            try LotNewsReading(on: try database.connection())
                .page(after: position, upTo: last, max: max)
        }
    }

    /// The news of one entry; nil when that is none.
    public func lotNews(at position: Int64) throws(LedgerError) -> LotNews? {
        try read { database in
            try LotNewsReading(on: try database.connection()).news(at: position)
        }
    }

    /// Every receiver's cursor, and what waits for each. Of dead letters, of which there may be any number,
    /// only those after the cursor are among it.
    public func webhooks() throws(LedgerError) -> WebhookRows {
        try read { database in
            let connection = try database.connection()
            var rows = WebhookRows()
            let cursors = try Statement("SELECT endpoint, position FROM webhook", on: connection)
            defer { cursors.finalize() }
            while try cursors.next() { rows.cursors[cursors.text(0)] = cursors.integer(1) }
            let waiting = try Statement(
                """
                SELECT endpoint, d.position, state, attempts, next_at, failed_at, fault
                FROM webhook_delivery d JOIN webhook w USING (endpoint)
                WHERE state = 'waiting' OR d.position > w.position
                """, on: connection)
            defer { waiting.finalize() }
            while try waiting.next() {
                rows.deliveries[waiting.deliveryKey] = .some(waiting.delivery)
            }
            return rows
        }
    }

    /// How many dead letters each receiver has.
    public func deadLetters() throws(LedgerError) -> [String: Int] {
        try read { database in
            let statement = try Statement(
                """
                SELECT endpoint, count(*) FROM webhook_delivery WHERE state = 'dead' GROUP BY endpoint
                """, on: try database.connection())
            defer { statement.finalize() }
            var counts: [String: Int] = [:]
            while try statement.next() { counts[statement.text(0)] = Int(statement.integer(1)) }
            return counts
        }
    }

    /// What a receiver is owed, oldest first, at most `max`.
    ///
    /// - Parameters:
    ///   - endpoint: nil: every receiver.
    ///   - isDead: only dead letters, or only what still waits; nil: both.
    public func owedDeliveries(
        to endpoint: String?, isDead: Bool?, max: Int
    ) throws(LedgerError) -> [OwedDelivery] {
        try read { database in
            let statement = try Statement(
                """
                SELECT d.endpoint, d.position, d.state, d.attempts, d.next_at, d.failed_at, d.fault,
                    e.hash, e.kind, e.auction, e.seq, e.at
                FROM webhook_delivery d JOIN event e USING (position)
                WHERE (?1 IS NULL OR d.endpoint = ?1) AND (?2 IS NULL OR (d.state = 'dead') = ?2)
                ORDER BY d.endpoint, d.position LIMIT ?3
                """, on: try database.connection())
            defer { statement.finalize() }
            statement.bind(endpoint, at: 1)
            statement.bind(isDead.map { $0 ? 1 : 0 } as Int64?, at: 2)
            statement.bind(Int64(max), at: 3)
            var owed: [OwedDelivery] = []
            while try statement.next() {
                guard let hash = statement.hash(7), let id = try? AuctionID(statement.text(9))
                else {
                    throw LedgerError(
                        .corrupt(position: statement.integer(1)),
                        "Entry \(statement.integer(1)) of the log can't be read: restore a backup.")
                }
                owed.append(
                    OwedDelivery(
                        key: statement.deliveryKey, delivery: statement.delivery, hash: hash,
                        kind: statement.text(8), auction: id, seq: statement.optionalInteger(10),
                        at: Instant(milliseconds: statement.integer(11))))
            }
            return owed
        }
    }
}

extension Statement {
    /// Of a row that begins with `endpoint, position`.
    fileprivate var deliveryKey: WebhookRows.Key {
        WebhookRows.Key(endpoint: text(0), position: integer(1))
    }

    /// Of a row that goes on with `state, attempts, next_at, failed_at, fault`.
    fileprivate var delivery: WebhookRows.Delivery {
        let fault = optionalInteger(5).map {
            WebhookRows.Fault(at: Instant(milliseconds: $0), words: text(6))
        }
        let next = Instant(milliseconds: integer(4))
        return WebhookRows.Delivery(
            state: text(2) == "dead" ? .dead : .waiting(until: next),
            attempts: Int(clamping: integer(3)), fault: fault)
    }
}
