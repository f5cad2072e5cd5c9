import AuctionRules

/// The statements by which the writer keeps what receivers of webhooks are owed.
struct WebhookStatements {
    private let cursor, delivery, done: Statement

    /// - Parameter prepare: makes a statement; whoever gives it ends those that are made if one can't be.
    init(_ prepare: (String) throws(LedgerError) -> Statement) throws(LedgerError) {
        cursor = try prepare(
            """
            INSERT INTO webhook (endpoint, position) VALUES (?, ?)
            ON CONFLICT (endpoint) DO UPDATE SET position = excluded.position
            """)
        delivery = try prepare(
            """
            INSERT INTO webhook_delivery (endpoint, position, state, attempts, next_at, failed_at, fault)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (endpoint, position) DO UPDATE SET state = excluded.state,
                attempts = excluded.attempts, next_at = excluded.next_at,
                failed_at = excluded.failed_at, fault = excluded.fault
            """)
        done = try prepare("DELETE FROM webhook_delivery WHERE endpoint = ? AND position = ?")
    }

    func finalize() {
        for statement in [cursor, delivery, done] { statement.finalize() }
    }

    func write(_ rows: WebhookRows) throws(LedgerError) {
        for (endpoint, position) in rows.cursors {
            cursor.bind(endpoint, at: 1)
            cursor.bind(position, at: 2)
            try cursor.run()
        }
        for (key, row) in rows.deliveries {
            guard let row else {
                done.bind(key.endpoint, at: 1)
                done.bind(key.position, at: 2)
                try done.run()
                continue
            }
            try write(row, of: key)
        }
    }

    private func write(
        _ row: WebhookRows.Delivery, of key: WebhookRows.Key
    ) throws(LedgerError) {
        delivery.bind(key.endpoint, at: 1)
        delivery.bind(key.position, at: 2)
        switch row.state {
        case .waiting(let next):
            delivery.bind("waiting" as StaticString, at: 3)
            delivery.bind(next.milliseconds, at: 5)
        case .dead:
            delivery.bind("dead" as StaticString, at: 3)
            delivery.bind(nil as Int64?, at: 5)
        }
        delivery.bind(Int64(row.attempts), at: 4)
        delivery.bind(row.fault?.at.milliseconds, at: 6)
        delivery.bind(row.fault?.words, at: 7)
        try delivery.run()
    }
}
