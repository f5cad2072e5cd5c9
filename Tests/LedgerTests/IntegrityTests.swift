import AuctionRules
import Foundation
import Testing

@testable import Ledger

/// Damage is found: by the view for what SQL can see, by the hash chain for every byte.
struct IntegrityTests {
    static func sample() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        try Scene(ledger).playSample()
        try ledger.close()
        return directory
    }

    @Test("A sound database has no faults")
    func sound() throws {
        let directory = try Self.sample()
        #expect(try LedgerReader(path: directory.file()).integrityFaults() == [])
    }

    /// A rule, and damage that breaks it.
    static let damages: [(rule: String, sql: String)] = [
        ("log without holes", "DELETE FROM event WHERE position = 3"),
        ("hash chain linked", "UPDATE event SET previous_hash = zeroblob(32) WHERE position = 5"),
        ("hash chain linked", "UPDATE event SET previous_hash = randomblob(32) WHERE position = 1"),
        ("time never runs backwards", "UPDATE event SET at = at - 1 WHERE position = 20"),
        ("payload is JSON", #"UPDATE event SET payload = '{"v":1' WHERE position = 2"#),
        ("seq without holes", "UPDATE event SET seq = 9 WHERE auction = 'vase' AND seq = 2"),
        (
            "seq is the newest",
            "UPDATE bidding SET seq = seq + 1 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "one reply per bid id",
            "UPDATE event SET bid = 'a1' WHERE bid = 'a2' AND auction = 'vase'"
        ),
        (
            "every verdict has its reply",
            "UPDATE event SET payload = json_set(payload, '$.retraction', json('{}')) WHERE kind = 'bids_voided'"
        ),
        (
            "every verdict has its reply",
            "UPDATE event SET kind = 'bids_voided', bid = 'x' WHERE kind = 'auction_opened'"
        ),
        (
            "a reply answers what was asked",
            "UPDATE event SET bidder = 'ben' WHERE auction = 'coin' AND bidder = 'anna'"
        ),
        (
            "a commitment is what was bid",
            "UPDATE event SET committed = committed + 1 WHERE auction = 'coin' AND ordinal = 1"
        ),
        ("what is voided was committed", "INSERT INTO void VALUES ('coin', 99, 1)"),
        (
            "one leader",
            "UPDATE bidding SET leader = 'anna' WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "one leader",
            "INSERT INTO void SELECT auction, ordinal, 1 FROM commitment WHERE auction = 'book' AND bidder = 'cleo'"
        ),
        (
            "price >= start",
            "UPDATE bidding SET price = 1 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "price <= leader's max",
            "UPDATE bidding SET price = leader_max + 1 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "leader's max as committed",
            "UPDATE bidding SET leader_max = leader_max + 1 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "price >= best rival max",
            "UPDATE bidding SET price = 2599 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "reserve met = price >= reserve",
            "UPDATE bidding SET reserve_met = 1 WHERE lot = (SELECT number FROM lot WHERE id = 'vase')"
        ),
        ("every lot has its bidding", "DELETE FROM bidding WHERE lot = 0"),
        (
            "bidding is of a lot",
            "INSERT INTO bidding SELECT 900, seq, price, leader, leader_alias, leader_max, reserve_met, minimum, bids FROM bidding LIMIT 1"
        ),
        (
            "no minimum after the end",
            "UPDATE bidding SET minimum = NULL WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "the winner is the leader, at the price",
            "UPDATE standing SET winner = 'anna', hammer_price = 1 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "not closed before its end",
            "UPDATE standing SET status = 'closed', close_cause = 'time', ended_at = ends_at - 1 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "no bid accepted at or after the end",
            "UPDATE event SET told_ends_at = at WHERE auction = 'book' AND bid = 'b2'"
        ),
        (
            "no bid accepted after the close",
            "UPDATE event SET kind = 'auction_closed' WHERE auction = 'vase' AND kind = 'bid_accepted' AND seq = 2"
        ),
        (
            "ordinals without holes",
            "UPDATE event SET ordinal = 17 WHERE auction = 'coin' AND ordinal = 1"
        ),
        (
            "aliases without holes",
            "UPDATE event SET alias = 9 WHERE auction = 'book' AND bidder = 'ben'"
        ),
        (
            "aliases without holes",
            "UPDATE event SET alias = 1 WHERE auction = 'book' AND alias IS NOT NULL"
        ),
        (
            "bids counted",
            "UPDATE bidding SET bids = bids + 1 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "a sealed lot shows nothing",
            "UPDATE bidding SET price = 700 WHERE lot = (SELECT number FROM lot WHERE id = 'coin')"
        ),
        (
            "every closed lot has its certificate",
            "UPDATE standing SET status = 'closed' WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "one lot of a sale on the block",
            "UPDATE standing SET ask = (SELECT minimum FROM bidding b WHERE b.lot = standing.lot), ask_seq = 1, fair_warnings = 0; UPDATE lot SET sale = 'evening'"
        ),
        (
            "the ask is the minimum",
            "UPDATE standing SET ask = 1 + (SELECT minimum FROM bidding b WHERE b.lot = standing.lot), ask_seq = 1, fair_warnings = 0 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        (
            "only a live-room lot has an ask",
            "UPDATE standing SET ask_seq = 1, fair_warnings = 0 WHERE lot = (SELECT number FROM lot WHERE id = 'book')"
        ),
        ("a certificate is a close's", "INSERT INTO certificate VALUES (1, 'book', '{}')"),
        (
            "certificates are signed in order and without holes",
            "INSERT INTO certificate_tree (first, last, head, signature) VALUES (5, 5, '{}', 'x')"
        ),
        ("a webhook's cursor is within the log", "INSERT INTO webhook VALUES ('office', 1000000)"),
        (
            "a webhook delivery is of an entry of the log, to a known receiver",
            "INSERT INTO webhook_delivery VALUES ('office', 1, 'dead', 1, NULL, 1, 'x')"
        ),
    ]

    @Test("Each rule finds what breaks it", arguments: damages)
    func faultFound(rule: String, damage: String) throws {
        let directory = try Self.sample()
        try Stranger.vandalize(directory.file(), damage)
        let faults = try LedgerReader(path: directory.file()).integrityFaults()
        #expect(faults.contains { $0.rule == rule }, "found only \(faults)")
    }

    @Test("Every rule of the view has damage above that it finds")
    func everyRuleIsTried() throws {
        let directory = try Self.sample()
        let text = try LedgerReader(path: directory.file()).schemaText()
        let rules = text.matches(of: /SELECT '((?:[^']|'')+)'(?: AS rule)?,/)
            .map { $0.1.replacingOccurrences(of: "''", with: "'") }
        #expect(rules.count == 36)
        #expect(Set(rules) == Set(Self.damages.map(\.rule)))
    }

    @Test("A lot that was bought may have rivals' maxes above its price")
    func boughtIsNoFault() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = Scene(ledger)
        var lot = Terms.english(start: 100, opensAt: scene.now, lasting: 1000)
        lot.buyNow = .init(price: 10_000, availability: .always)
        try scene.commit(
            .addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)), .createAuction("lot", lot),
            .bid(.anna, "1", on: "lot", 50_000),
            .request(BidRequest(bidder: .ben, id: "2", action: .buy), on: "lot"))
        #expect(scene.house.auctions["lot"]?.outcome == .sold(to: .ben, price: 10_000))
        #expect(try LedgerReader(path: directory.file()).integrityFaults() == [])
    }

    // MARK: - The hash chain

    @Test(
        "A changed byte of any hashed column is found, with the entry's position",
        arguments: [
            #"payload = replace(payload, '1000', '1001')"#, "at = at + 1",
            "kind = 'auction_opened'",
            "auction = 'book'", "salt = zeroblob(16)", "public_payload = NULL",
            #"public_payload = replace(public_payload, '1000', '1001')"#, "hash = zeroblob(32)",
            "previous_hash = zeroblob(32)",
        ])
    func flippedByte(change: String) throws {
        let directory = try Self.sample()
        let position = try #require(
            try Stranger.values(
                directory.file(),
                "SELECT position FROM event WHERE auction = 'vase' AND kind = 'auction_created'"
            ).first?.first ?? nil)
        try Stranger.vandalize(
            directory.file(), "UPDATE event SET \(change) WHERE position = \(position)")
        let ledger = try SQLiteLedger(path: directory.file())
        let error = #expect(throws: LedgerError.self) { try ledger.rebuild() }
        #expect(error?.kind == .corrupt(position: Int64(position)))
    }

    @Test("An entry that was taken out, or one put in, breaks the chain")
    func missingEntry() throws {
        let directory = try Self.sample()
        try Stranger.vandalize(directory.file(), "DELETE FROM event WHERE position = 7")
        let ledger = try SQLiteLedger(path: directory.file())
        let error = #expect(throws: LedgerError.self) { try ledger.rebuild() }
        #expect(error?.kind == .corrupt(position: 8))
    }

    @Test("A changed row of any table is no longer what the log says")
    func projectionFindsChanges() throws {
        for (table, change) in [
            ("sale", "UPDATE sale SET title = 'x'"), ("bidder", "UPDATE bidder SET suspended = 1"),
            ("registration", "DELETE FROM registration"),
            ("token", "UPDATE token SET expires_at = 5"),
            ("signing_key", "UPDATE signing_key SET added_at = 5"),
            (
                "auction",
                "UPDATE standing SET extensions = 4 WHERE lot = (SELECT number FROM lot WHERE id = 'vase')"
            ),
            ("participant", "UPDATE event SET alias = 7 WHERE alias = 2"),
            (
                "commitment",
                "INSERT INTO void SELECT auction, ordinal, 1 FROM commitment WHERE NOT voided LIMIT 1"
            ),
            ("reply", "UPDATE event SET told_max = told_max + 1"),
            ("event", "UPDATE event SET seq = 7 WHERE seq = 1"),
        ] {
            let directory = try Self.sample()
            try Stranger.vandalize(directory.file(), change)
            let reader = try LedgerReader(path: directory.file())
            let house = try reader.rebuild().house
            let differences = try Projection.check(house: house, reader: reader)
            #expect(Set(differences.map(\.table)) == [table], "\(change)")
        }
    }
}
