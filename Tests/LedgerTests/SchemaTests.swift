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
        previous: String = hash, hash: String = hash, answer: String = refusal
    ) -> String {
        "INSERT INTO event VALUES (\(position), \(auction), \(seq), \(kind), \(payload), "
            + "\(publicPayload), \(salt), \(at), \(previous), \(hash), \(answer))"
    }

    /// The columns from `bidder` on.
    static let refusal =
        "'x', 'y', NULL, NULL, NULL, 'paused', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
    static let none =
        "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"

    static let badEvents = [
        BadRow(rule: "positions start at 1", sql: event("0")),
        BadRow(
            rule: "a kind that nobody knows",
            sql: event("9000", "'vase'", "NULL", "'melted'", answer: none)),
        BadRow(rule: "a bid on no lot", sql: event("9000", "NULL")),
        BadRow(
            rule: "a sale's event on a lot",
            sql: event("9000", "'vase'", "NULL", "'sale_created'", answer: none)),
        BadRow(rule: "a seq below 1", sql: event("9000", "'vase'", "0")),
        BadRow(
            rule: "a seq without a lot",
            sql: event("9000", "NULL", "1", "'sale_created'", answer: none)),
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
    ]

    static let badHouse = [
        BadRow(rule: "an empty id", sql: "INSERT INTO sale VALUES ('', 'T', 0, 0, NULL)"),
        BadRow(rule: "a blank in an id", sql: "INSERT INTO sale VALUES ('a b', 'T', 0, 0, NULL)"),
        BadRow(
            rule: "65 characters",
            sql: "INSERT INTO sale VALUES ('\(String(repeating: "x", count: 65))', 'T', 0, 0, NULL)"
        ),
        BadRow(rule: "no title", sql: "INSERT INTO sale VALUES ('s', '', 0, 0, NULL)"),
        BadRow(
            rule: "a title of 801 bytes",
            sql: "INSERT INTO sale VALUES ('s', printf('%0801d', 1), 0, 0, NULL)"),
        BadRow(rule: "a negative stagger", sql: "INSERT INTO sale VALUES ('s', 'T', -1, 0, NULL)"),
        BadRow(
            rule: "a blank in a group's name",
            sql: "INSERT INTO sale VALUES ('s', 'T', 0, 0, 'a b')"),
        BadRow(rule: "approval 2", sql: "INSERT INTO sale VALUES ('s', 'T', 0, 2, NULL)"),
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

    static let badTerms =
        [
            ("format = 'dutch'", "an unknown format"),
            ("currency = 'usd'", "a small currency"),
            ("exponent = 5", "exponent 5"),
            ("start = 0", "a start of 0"),
            ("start = 9007199254740992", "a start above the largest amount"),
            ("opening_reserve = 0", "an opening reserve of 0"),
            ("buy_now = 1", "a cap below the start"),
            ("buy_now = 5000", "a cap without its availability"),
            ("increments = 'x'", "increments that are no JSON"),
            ("closes_at = opens_at", "a close at the opening"),
            ("soft_close = '{'", "a soft close that is no JSON"),
            ("resume_min = -1", "a negative resume_min"),
            ("related_parties = 'x'", "parties that are no JSON"),
            ("confirm_above_factor = 0", "a factor of 0"),
            ("ladder_only = 2", "ladder 2"),
            ("completes_increment_on_raise = 2", "completes 2"),
            ("retraction = 'always'", "an unknown policy"),
            ("shows_sealed_bid_count = 2", "shows 2"),
        ].map { BadRow(rule: $0.1, sql: "UPDATE lot SET \($0.0) WHERE id = 'book'") } + [
            BadRow(
                rule: "a lot of no sale", sql: "UPDATE lot SET sale = 'none' WHERE id = 'book'",
                message: "FOREIGN KEY"),
            BadRow(
                rule: "an id with a slash", sql: "UPDATE lot SET id = 'a/b' WHERE id = 'later'"),
            BadRow(
                rule: "an id twice", sql: "UPDATE lot SET id = 'book' WHERE id = 'later'",
                message: "UNIQUE"),
            BadRow(
                rule: "a negative number", sql: "UPDATE lot SET number = -1 WHERE id = 'later'"),
        ]

    static let badStandings =
        [
            ("status = 'melted'", "an unknown status"),
            ("remaining = 5", "time remaining while open"),
            ("extensions = -1", "negative extensions"),
            ("extensions_by_bids = 9", "more by bids than in all"),
            ("reserve = 0", "a reserve of 0"),
            ("outcome = 'sold'", "an outcome while open"),
            ("winner = 'ben'", "a winner while open"),
            ("close_cause = 'time'", "a cause while open"),
            ("ended_at = 5", "ended while open"),
            ("status = 'closed'", "closed without an outcome"),
            (
                "status = 'closed', ended_at = ends_at - 1, outcome = 'no_bids', close_cause = 'time'",
                "closed before its end"
            ),
            (
                "status = 'closed', ended_at = ends_at, outcome = 'sold', close_cause = 'time'",
                "sold to nobody"
            ),
        ].map {
            BadRow(
                rule: $0.1,
                sql:
                    "UPDATE standing SET \($0.0) WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
            )
        } + [
            BadRow(
                rule: "a standing of no lot", sql: "UPDATE standing SET lot = 900 WHERE lot = 1",
                message: "FOREIGN KEY")
        ]

    static let badBiddings =
        [
            ("seq = -1", "a negative seq"),
            ("price = leader_max + 1", "a price above the leader's max"),
            ("price = NULL", "a leader without a price"),
            ("leader = NULL", "a price without a leader"),
            ("leader_alias = NULL", "a leader without a number"),
            ("reserve_met = 2", "met 2"),
            ("minimum = price", "a minimum that is no step up"),
            ("bids = -1", "a negative count"),
        ].map {
            BadRow(
                rule: $0.1,
                sql:
                    "UPDATE bidding SET \($0.0) WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
            )
        }

    static let badBids = [
        BadRow(
            rule: "a void on no lot", sql: "INSERT INTO void VALUES ('none', 0, 1)",
            message: "FOREIGN KEY"),
        BadRow(
            rule: "a void that was not logged", sql: "INSERT INTO void VALUES ('vase', 0, 8999)",
            message: "FOREIGN KEY"),
        BadRow(
            rule: "a void of a negative ordinal", sql: "INSERT INTO void VALUES ('vase', -1, 1)"),
        BadRow(
            rule: "a void twice",
            sql: "INSERT INTO void VALUES ('vase', 0, 1), ('vase', 0, 1)", message: "UNIQUE"),
    ]

    @Test(
        "A row that the rules can't give is refused",
        arguments: badEvents + badHouse + badTerms + badStandings + badBiddings + badBids)
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

    /// An answer that fits its event, by the columns from `bidder` on.
    static let soundAnswers = [
        ("'bid_accepted'", "'x', 'y', 0, 5, 1, NULL, NULL, 6, 5, 1, 5, 5, 'none', NULL"),
        ("'bid_accepted'", "'x', 'y', 0, 5, 1, NULL, NULL, NULL, 5, NULL, 5, NULL, 'none', 9"),
        ("'bid_refused'", refusal),
        (
            "'bid_refused'",
            "'x', 'y', NULL, NULL, NULL, 'closed', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
        ),
        (
            "'bids_voided'",
            "'x', 'y', NULL, NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL"
        ),
        ("'bids_voided'", none), ("'auction_opened'", none),
    ]

    @Test("An answer that fits its event is taken", arguments: soundAnswers)
    func soundAnswer(kind: String, columns: String) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        try Scene(ledger).playSample()
        try ledger.close()
        try Stranger.execute(
            directory.file(), Self.event("9000", "'vase'", "NULL", kind, answer: columns))
    }

    @Test(
        "An answer that does not fit its event is refused",
        arguments: [
            ("'bid_accepted'", none), ("'bid_refused'", none), ("'auction_opened'", refusal),
            ("'bid_accepted'", refusal),
            // An id and nobody whose it is, and the reverse.
            (
                "'bid_refused'",
                "NULL, 'y', NULL, NULL, NULL, 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
            ),
            (
                "'bids_voided'",
                "'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL"
            ),
            // Accepted, and one thing missing or wrong in each.
            ("'bid_accepted'", "'x', 'y', NULL, 5, 1, NULL, NULL, 6, 5, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', -1, 5, 1, NULL, NULL, 6, 5, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, NULL, 1, NULL, NULL, 6, 5, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 0, 1, NULL, NULL, 6, 5, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, 1, 'x', NULL, 6, 5, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, 1, NULL, NULL, 0, 5, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, 1, NULL, NULL, 6, NULL, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, 1, NULL, NULL, 6, 5, 2, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, 1, NULL, NULL, 6, 5, 1, NULL, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, 1, NULL, NULL, 6, 5, 1, 5, 5, NULL, NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, NULL, NULL, NULL, 6, 5, 1, 5, 5, 'none', NULL"),
            ("'bid_accepted'", "'x', 'y', 0, 5, 0, NULL, NULL, 6, 5, 1, 5, 5, 'none', NULL"),
            (
                "'bid_refused'",
                "'x', 'y', NULL, NULL, 1, 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
            ),
            // Refused, and something of an acceptance, or not how late.
            (
                "'bid_refused'",
                "'x', 'y', 0, NULL, NULL, 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
            ),
            (
                "'bid_refused'",
                "'x', 'y', NULL, NULL, NULL, 'closed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
            ),
            (
                "'bid_refused'",
                "'x', 'y', NULL, NULL, NULL, 'x', 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
            ),
            (
                "'bid_refused'",
                "'x', 'y', NULL, NULL, NULL, 'x', NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL"
            ),
            (
                "'bid_refused'",
                "'x', 'y', NULL, NULL, NULL, 'x', NULL, NULL, NULL, NULL, NULL, NULL, 'none', NULL"
            ),
            (
                "'bid_refused'",
                "'x', 'y', NULL, NULL, NULL, 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 5"
            ),
            // Struck out by an administrator, and somebody told of it.
            (
                "'bids_voided'",
                "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL"
            ),
            (
                "'bids_voided'",
                "NULL, NULL, NULL, NULL, NULL, NULL, NULL, 5, NULL, NULL, NULL, NULL, NULL, NULL"
            ),
        ])
    func unsoundAnswer(kind: String, columns: String) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        try Scene(ledger).playSample()
        try ledger.close()
        let error = #expect(throws: DatabaseError.self) {
            try Stranger.execute(
                directory.file(), Self.event("9000", "'vase'", "NULL", kind, answer: columns))
        }
        #expect(
            error?.message?.contains("CHECK constraint failed") == true,
            "\(String(describing: error))")
    }
}
