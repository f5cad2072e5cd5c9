import AuctionRules
import GRDB
import Testing

@testable import Ledger

/// The tables refuse rows that the rules could never give.
struct SchemaTests {
    /// A change that a table must refuse, and what it is about.
    struct BadRow: CustomTestStringConvertible, Sendable {
        let rule: String
        let sql: String
        /// A foreign key is checked at the end of the transaction, or at once.
        var message = "CHECK constraint failed"

        var testDescription: String { rule }
    }

    static let hash = "zeroblob(32)"

    static func event(
        _ position: String = "9000", _ auction: String = "'vase'", _ seq: String = "NULL",
        _ kind: String = "'bid_refused'", _ payload: String = #"'{"v":1}'"#,
        publicPayload: String = "NULL", salt: String = "zeroblob(16)", at: String = "1",
        previous: String = hash, hash: String = hash
    ) -> String {
        "INSERT INTO event VALUES (\(position), \(auction), \(seq), \(kind), \(payload), "
            + "\(publicPayload), \(salt), \(at), \(previous), \(hash))"
    }

    static let badEvents = [
        BadRow(rule: "positions start at 1", sql: event("0")),
        BadRow(rule: "a kind that nobody knows", sql: event("9000", "'vase'", "NULL", "'melted'")),
        BadRow(rule: "a bid on no lot", sql: event("9000", "NULL")),
        BadRow(
            rule: "a sale's event on a lot", sql: event("9000", "'vase'", "NULL", "'sale_created'")),
        BadRow(rule: "a seq below 1", sql: event("9000", "'vase'", "0")),
        BadRow(rule: "a seq without a lot", sql: event("9000", "NULL", "1", "'sale_created'")),
        BadRow(
            rule: "a public payload without version",
            sql: event("9000", "'vase'", publicPayload: "'{}'")),
        BadRow(rule: "a salt of 15 bytes", sql: event("9000", "'vase'", salt: "zeroblob(15)")),
        BadRow(
            rule: "a payload without version",
            sql: event("9000", "'vase'", "NULL", "'bid_refused'", "'{}'")),
        BadRow(rule: "a time before 1970", sql: event(at: "-1")),
        BadRow(rule: "a time after 9999", sql: event(at: "253402300800000")),
        BadRow(rule: "a short hash", sql: event(hash: "zeroblob(31)")),
        BadRow(rule: "a long previous hash", sql: event(previous: "zeroblob(33)")),
        BadRow(rule: "an unknown lot", sql: event("9000", "'nothing'"), message: "FOREIGN KEY"),
        BadRow(rule: "text for a time", sql: event(at: "'soon'"), message: "cannot store TEXT"),
        BadRow(
            rule: "text for a hash", sql: event(hash: "printf('%032d', 1)"),
            message: "cannot store TEXT"),
        BadRow(
            rule: "an event is changed", sql: "UPDATE event SET at = at", message: "append-only"),
        BadRow(rule: "an event is deleted", sql: "DELETE FROM event", message: "append-only"),
        BadRow(
            rule: "a reply is changed", sql: "UPDATE reply SET code = code", message: "given once"),
        BadRow(rule: "a reply is deleted", sql: "DELETE FROM reply", message: "given once"),
    ]

    static let badHouse = [
        BadRow(rule: "an empty id", sql: "INSERT INTO sale VALUES ('', 'T', 0, 0)"),
        BadRow(rule: "a blank in an id", sql: "INSERT INTO sale VALUES ('a b', 'T', 0, 0)"),
        BadRow(
            rule: "65 characters",
            sql: "INSERT INTO sale VALUES ('\(String(repeating: "x", count: 65))', 'T', 0, 0)"),
        BadRow(rule: "no title", sql: "INSERT INTO sale VALUES ('s', '', 0, 0)"),
        BadRow(
            rule: "a title of 801 bytes",
            sql: "INSERT INTO sale VALUES ('s', printf('%0801d', 1), 0, 0)"),
        BadRow(rule: "a negative stagger", sql: "INSERT INTO sale VALUES ('s', 'T', -1, 0)"),
        BadRow(rule: "approval 2", sql: "INSERT INTO sale VALUES ('s', 'T', 0, 2)"),
        BadRow(
            rule: "a limit without currency",
            sql: "INSERT INTO bidder VALUES ('x', NULL, 5, NULL, NULL, 0)"),
        BadRow(rule: "a limit of 0", sql: "INSERT INTO bidder VALUES ('x', NULL, 0, 'USD', 2, 0)"),
        BadRow(
            rule: "a currency of two letters",
            sql: "INSERT INTO bidder VALUES ('x', NULL, 5, 'US', 2, 0)"),
        BadRow(rule: "exponent 5", sql: "INSERT INTO bidder VALUES ('x', NULL, 5, 'USD', 5, 0)"),
        BadRow(rule: "suspended 2", sql: "UPDATE bidder SET suspended = 2"),
        BadRow(rule: "an empty name", sql: "UPDATE bidder SET name = ''"),
        BadRow(
            rule: "a registration for no sale",
            sql: "INSERT INTO registration VALUES ('none', 'anna', 1, NULL, NULL, NULL)",
            message: "FOREIGN KEY"),
        BadRow(
            rule: "a registration of nobody",
            sql: "INSERT INTO registration VALUES ('evening', 'nobody', 1, NULL, NULL, NULL)",
            message: "FOREIGN KEY"),
        BadRow(rule: "approved 2", sql: "UPDATE registration SET approved = 2"),
        BadRow(
            rule: "an exposure without currency",
            sql: "UPDATE registration SET exposure_limit_currency = NULL"),
        BadRow(
            rule: "a token that is not hashed",
            sql: "INSERT INTO token VALUES ('secret', 'anna', NULL, NULL)"),
        BadRow(rule: "a token of two", sql: "UPDATE token SET administrator = 'root'"),
        BadRow(rule: "a token of none", sql: "UPDATE token SET bidder = NULL"),
        BadRow(
            rule: "a token of a stranger", sql: "UPDATE token SET bidder = 'nobody'",
            message: "FOREIGN KEY"),
        BadRow(
            rule: "a signing key in capitals",
            sql: "INSERT INTO signing_key VALUES ('\(String(repeating: "A", count: 64))', 5)"),
        BadRow(
            rule: "a short signing key", sql: "INSERT INTO signing_key VALUES ('abcdef', 5)"),
        BadRow(rule: "a second heartbeat", sql: "INSERT INTO heartbeat VALUES (2, 5)"),
        BadRow(
            rule: "migration 0", sql: "INSERT INTO migration VALUES (0, 'x', printf('%064d', 1), 1)"
        ),
    ]

    static let badAuctions =
        [
            ("format = 'dutch'", "an unknown format"), ("currency = 'usd'", "a small currency"),
            ("exponent = 5", "exponent 5"), ("start = 0", "a start of 0"),
            ("start = 9007199254740992", "a start above the largest amount"),
            ("opening_reserve = 0", "an opening reserve of 0"),
            ("buy_now = 1", "a cap below the start"),
            ("buy_now = 5000", "a cap without its availability"),
            ("increments = 'x'", "increments that are no JSON"),
            ("closes_at = opens_at", "a close at the opening"),
            ("soft_close = '{'", "a soft close that is no JSON"),
            ("resume_min = -1", "a negative resume_min"),
            ("related_parties = 'x'", "parties that are no JSON"),
            ("confirm_above_factor = 0", "a factor of 0"), ("ladder_only = 2", "ladder 2"),
            ("completes_increment_on_raise = 2", "completes 2"),
            ("retraction = 'always'", "an unknown policy"),
            ("shows_sealed_bid_count = 2", "shows 2"), ("status = 'melted'", "an unknown status"),
            ("seq = -1", "a negative seq"), ("remaining = 5", "time remaining while open"),
            ("extensions = -1", "negative extensions"),
            ("extensions_by_bids = 9", "more by bids than in all"),
            ("reserve = 0", "a reserve of 0"), ("price = 999", "a price below the start"),
            ("price = leader_max + 1", "a price above the leader's max"),
            ("price = NULL", "a leader without a price"),
            ("leader = NULL", "a price without a leader"),
            ("reserve_met = 1", "met without a reserve"),
            ("reserve = 1000", "not met though the price is there"),
            ("minimum = price", "a minimum that is no step up"),
            ("minimum = NULL", "no minimum on an open lot"), ("bids = -1", "a negative count"),
            ("outcome = 'sold'", "an outcome while open"),
            ("winner = leader", "a winner while open"),
            ("close_cause = 'time'", "a cause while open"), ("ended_at = 5", "ended while open"),
            ("status = 'closed'", "closed without an outcome"),
            (
                "status = 'closed', ended_at = ends_at - 1, minimum = NULL, outcome = 'no_bids', close_cause = 'time'",
                "closed before its end"
            ),
            (
                "status = 'closed', ended_at = ends_at, minimum = NULL, outcome = 'sold', close_cause = 'time'",
                "sold to nobody"
            ),
            (
                "status = 'closed', ended_at = ends_at, minimum = NULL, outcome = 'sold', close_cause = 'time', winner = 'ben', hammer_price = price",
                "sold to another than the leader"
            ),
            (
                "status = 'closed', ended_at = ends_at, minimum = NULL, outcome = 'sold', close_cause = 'time', winner = leader, hammer_price = price + 1",
                "sold at another price"
            ),
            ("format = 'vickrey'", "a sealed lot that shows its price"),
        ].map { BadRow(rule: $0.1, sql: "UPDATE auction SET \($0.0) WHERE id = 'book'") } + [
            BadRow(
                rule: "a lot of no sale", sql: "UPDATE auction SET sale = 'none' WHERE id = 'book'",
                message: "FOREIGN KEY"),
            BadRow(
                rule: "a leader who never bid",
                sql: "UPDATE auction SET leader = 'dora' WHERE id = 'book'", message: "FOREIGN KEY"),
            BadRow(
                rule: "an id with a slash", sql: "UPDATE auction SET id = 'a/b' WHERE id = 'later'"),
        ]

    static let badBids = [
        BadRow(rule: "alias 0", sql: "UPDATE participant SET number = 0"),
        BadRow(
            rule: "a participant of no lot",
            sql: "INSERT INTO participant VALUES ('none', 'anna', 1)", message: "FOREIGN KEY"),
        BadRow(
            rule: "an unknown participant",
            sql: "INSERT INTO participant VALUES ('vase', 'nobody', 1)", message: "FOREIGN KEY"),
        BadRow(
            rule: "a commitment of somebody without an alias",
            sql: "INSERT INTO commitment VALUES ('vase', 9, 1, 'dora', 'x', 'max', 5, 1, NULL, 0)",
            message: "FOREIGN KEY"),
        BadRow(
            rule: "a commitment that was not logged", sql: "UPDATE commitment SET position = 8999",
            message: "FOREIGN KEY"),
        BadRow(
            rule: "an ordinal twice",
            sql: "INSERT INTO commitment SELECT * FROM commitment LIMIT 1", message: "UNIQUE"),
        BadRow(rule: "a negative ordinal", sql: "UPDATE commitment SET ordinal = -1"),
        BadRow(rule: "a kind of commitment", sql: "UPDATE commitment SET kind = 'retract'"),
        BadRow(rule: "an amount of 0", sql: "UPDATE commitment SET amount = 0"),
        BadRow(rule: "voided 2", sql: "UPDATE commitment SET voided = 2"),
        BadRow(rule: "a commitment's seq 0", sql: "UPDATE commitment SET seq = 0"),
    ]

    @Test(
        "A row that the rules can't give is refused",
        arguments: badEvents + badHouse + badAuctions + badBids)
    func refused(row: BadRow) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        try Scene(ledger).playSample()
        try ledger.close()
        let error = #expect(throws: DatabaseError.self) {
            try Stranger.execute(directory.file(), row.sql)
        }
        #expect(error?.message?.contains(row.message) == true, "\(String(describing: error))")
    }

    /// Columns of `reply` in their order, from `action` on.
    @Test(
        "A reply that fits no verdict is refused",
        arguments: [
            "'beg', 5, NULL, NULL, 0, 'refused', 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'max', NULL, NULL, NULL, 0, 'refused', 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', 5, NULL, NULL, 0, 'refused', 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'retract', NULL, NULL, NULL, 0, 'refused', 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, 'b1', 0, 'refused', 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 2, 'refused', 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 0, 'shrugged', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 0, 'refused', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 0, 'refused', 'closed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 0, 'refused', 'x', NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 0, 'refused', 'x', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 0, 'refused', 'x', NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL",
            "'buy', NULL, NULL, NULL, 0, 'accepted', NULL, NULL, NULL, NULL, NULL, 1, 5, 5, 'none', NULL",
            "'buy', NULL, NULL, NULL, 0, 'accepted', NULL, NULL, NULL, NULL, 5, 2, 5, 5, 'none', NULL",
            "'buy', NULL, NULL, NULL, 0, 'accepted', NULL, NULL, NULL, NULL, 5, 1, NULL, 5, 'none', NULL",
            "'buy', NULL, NULL, NULL, 0, 'accepted', NULL, NULL, NULL, NULL, 5, 1, 5, 5, NULL, NULL",
        ])
    func reply(columns: String) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        try Scene(ledger).playSample()
        try ledger.close()
        // Position 1 is an event without a reply, so that only the CHECK is in the way.
        let sound =
            "'buy', NULL, NULL, NULL, 0, 'accepted', NULL, NULL, NULL, NULL, 5, 1, 5, 5, 'none', NULL"
        try Stranger.execute(
            directory.file(), "INSERT INTO reply VALUES (2, 'vase', 'x', 'y', \(sound))")
        let error = #expect(throws: DatabaseError.self) {
            try Stranger.execute(
                directory.file(), "INSERT INTO reply VALUES (1, 'vase', 'x', 'y', \(columns))")
        }
        #expect(
            error?.message?.contains("CHECK constraint failed") == true,
            "\(String(describing: error))")
    }
}
