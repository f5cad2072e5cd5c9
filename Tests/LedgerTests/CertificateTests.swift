import AuctionRules
import Foundation
import Proof
import Testing

@testable import Ledger

/// Certificates are stored with the close, and held against the log and the keys.
struct CertificateTests {
    private static let key = SigningKey()

    /// A sale whose lots `l0` to `l3` have closed, `l0` with a void afterwards; the certificates of the
    /// first two commits are signed, those of the last are not.
    private static func sample() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = Scene(ledger)
        try scene.commit(
            .addSigningKey(key.publicKey), .addBidder(Bidder(id: .anna)),
            .addBidder(Bidder(id: .ben)))
        let lots: [AuctionID] = ["l0", "l1", "l2", "l3"]
        try scene.commit(
            lots.map { lot in
                .createAuction(lot, .english(start: 100, opensAt: scene.now, lasting: 60_000))
            })
        try scene.commit(
            .bid(.anna, "a", on: "l0", 500), .bid(.ben, "b", on: "l0", 900),
            .bid(.anna, "a", on: "l1", 500))
        scene.now = scene.now.advanced(by: 60_000)
        try append(scene, lots.prefix(3).map { .administer($0, .advanceClock) }, signedBy: key)
        try append(
            scene, [.administer("l0", .voidBid("b", bidder: .ben, reason: "not paid"))],
            signedBy: key)
        try append(scene, [.administer("l3", .advanceClock)], signedBy: nil)
        scene.now = scene.now.advanced(by: 750)
        try scene.commit(
            .bid(.anna, "late1", on: "l1", 900), .bid(.ben, "late2", on: "l2", 900),
            .bid(.ben, "late3", on: "l1", 900))
        scene.now = scene.now.advanced(by: -500)
        try ledger.close()
        return directory
    }

    private static func append(
        _ scene: Scene, _ commands: [Command], signedBy key: SigningKey?
    ) throws {
        var (batch, _) = scene.batch(of: commands)
        let certificates = batch.certificates
        if let key, let first = certificates.first, let last = certificates.last {
            let signed = key.signTree(
                of: certificates.map(\.statement), log: scene.log.logID,
                position: batch.head.position, hash: batch.head.hash, at: scene.now)
            batch.certificateTree = CertificateTree(
                first: first.position, last: last.position, signed: try #require(signed))
        }
        try scene.log.append(batch)
    }

    @Test("A lot's newest certificate is read with its signature and its path")
    func read() throws {
        let directory = try Self.sample()
        let reader = try LedgerReader(path: directory.file())
        let keys = KeySet(try reader.rebuild().house.signingKeys)
        for (lot, size) in [("l0", 1), ("l1", 3), ("l2", 3)] as [(AuctionID, Int64)] {
            let found = try #require(try reader.certificate(of: lot))
            let signed = try #require(found.signed)
            #expect(try signed.verify(with: keys).size == size)
            #expect(signed.statement == found.statement)
            #expect(found.statement.contains(#""auction":"\#(lot)""#))
        }
        // A void's replaces that of the close.
        #expect(try #require(try reader.certificate(of: "l0")).statement.contains(#""price":100,"#))
        #expect(try #require(try reader.certificate(of: "l3")).signed == nil)
        #expect(try reader.certificate(of: "none") == nil)
        let unsigned = try CertificateReadingTrial.unsigned(directory.file())
        #expect(unsigned.map(\.auction) == ["l3"])
    }

    @Test("Late bids are counted by lot, and told in the order of their arrival")
    func late() throws {
        let directory = try Self.sample()
        let reader = try LedgerReader(path: directory.file())
        let head = try reader.head().position
        #expect(
            try reader.lateBids(on: "l1", max: 1)
                == LateBids(count: 2, latest: 750, lateness: [750], position: head))
        #expect(
            try reader.lateBids(on: "l0", max: 9)
                == LateBids(count: 0, latest: nil, lateness: [], position: head))
    }

    @Test("They are looked up by an index, whatever else the log holds")
    func indexed() throws {
        let directory = try Self.sample()
        for (sql, index) in [
            (
                "SELECT count(*), max(told_late_by) FROM event WHERE told_late_by IS NOT NULL AND auction = 'l1'",
                "COVERING INDEX event_too_late"
            ),
            (
                "SELECT told_late_by FROM event WHERE told_late_by IS NOT NULL AND auction = 'l1' ORDER BY position LIMIT 9",
                "COVERING INDEX event_too_late"
            ),
            (
                "SELECT statement FROM certificate WHERE auction = 'l1' ORDER BY position DESC LIMIT 1",
                "INDEX certificate_of_auction"
            ),
        ] {
            let plan = try Stranger.values(directory.file(), "EXPLAIN QUERY PLAN " + sql)
                .map { $0.last.flatMap(\.self) ?? "" }
            #expect(plan.count == 1 && plan[0].contains(index), "\(plan)")
        }
    }

    @Test("The view for people tells them in words, without anybody's name")
    func view() throws {
        let directory = try Self.sample()
        let rows = try Stranger.values(
            directory.file(),
            """
            SELECT auction, outcome, winner, price_minor_units, replaces_another, key IS NOT NULL
            FROM close_certificate ORDER BY auction, position
            """)
        #expect(
            rows == [
                ["l0", "sold", "Bidder 2", "550", "0", "1"],
                ["l0", "sold", "Bidder 1", "100", "1", "1"],
                ["l1", "sold", "Bidder 1", "100", "0", "1"],
                ["l2", "no_bids", nil, nil, "0", "1"], ["l3", "no_bids", nil, nil, "0", "0"],
            ])
        let all = try Stranger.values(directory.file(), "SELECT * FROM close_certificate")
        for value in all.joined().compactMap({ $0 }) {
            for name in ["anna", "ben"] { #expect(!value.contains(name), "\(value)") }
        }
    }

    @Test("Sound ones are counted, and those that are not signed")
    func sound() throws {
        let directory = try Self.sample()
        let report = try LogVerifier(path: directory.file()).verify()
        #expect(report.fault == nil)
        #expect(report.certificates == 5 && report.unsignedCertificates == 1)
        let reader = try LedgerReader(path: directory.file())
        #expect(try Projection.check(house: try reader.rebuild().house, reader: reader) == [])
    }

    @Test(
        "Whatever is changed in them is found",
        arguments: [
            "UPDATE certificate SET statement = replace(statement, '\"price\":100', '\"price\":101')",
            "UPDATE certificate SET statement = statement || ' '",
            "UPDATE certificate SET auction = 'l1' WHERE auction = 'l2'",
            "UPDATE certificate SET position = position + 100",
            "DELETE FROM certificate WHERE auction = 'l3'",
            "DELETE FROM certificate WHERE auction = 'l0' AND position = (SELECT min(position) FROM certificate)",
            "INSERT INTO certificate SELECT 2, auction, statement FROM certificate LIMIT 1",
            "INSERT INTO certificate SELECT 99, auction, statement FROM certificate LIMIT 1",
            "UPDATE certificate_tree SET signature = replace(signature, substr(signature, 1, 2), '77')",
            "UPDATE certificate_tree SET signature = substr(signature, 3)",
            "UPDATE certificate_tree SET head = replace(head, '\"size\":3', '\"size\":4')",
            "UPDATE certificate_tree SET head = head || ' '",
            "UPDATE certificate_tree SET first = first + 1 WHERE first < last",
            "UPDATE certificate_tree SET last = last + 1 WHERE first = last",
            "UPDATE certificate_tree SET last = last - 1 WHERE first < last",
            "DELETE FROM certificate_tree WHERE first < last",
            "INSERT INTO certificate_tree SELECT last + 50, first + 50, head, signature FROM certificate_tree LIMIT 1",
            "DELETE FROM signing_key",
            "DROP TRIGGER certificate_is_never_changed",
        ])
    func damage(sql: String) throws {
        let directory = try Self.sample()
        try Stranger.tamper(directory.file(), sql)
        #expect(try VerificationTests.finding(directory.file()) != nil)
    }

    @Test("A signature that is good, but of another key or another log, is found")
    func foreignSignature() throws {
        for isOfAnotherKey in [true, false] {
            let directory = try Self.sample()
            let reader = try LedgerReader(path: directory.file())
            let statement = try #require(try reader.certificate(of: "l0")).statement
            let head = try reader.head()
            let key = isOfAnotherKey ? SigningKey() : Self.key
            let signed = try #require(
                key.signTree(
                    of: [statement], log: "log", position: head.position,
                    hash: isOfAnotherKey ? head.hash : .zero,
                    at: Instant(milliseconds: 1_700_000_060_001)))
            try reader.close()
            try Stranger.tamper(
                directory.file(),
                "UPDATE certificate_tree SET head = '\(signed.head)', "
                    + "signature = '\(signed.signatureHex)' WHERE first = last")
            let finding = try #require(try VerificationTests.finding(directory.file()))
            #expect(finding.contains("signed with the server's key"), "\(finding)")
        }
    }

    @Test("A certificate is made once: the database refuses to change or to delete one")
    func appendOnly() throws {
        let directory = try Self.sample()
        for table in ["certificate", "certificate_tree"] {
            #expect(throws: (any Error).self) {
                try Stranger.execute(directory.file(), "DELETE FROM \(table)")
            }
            #expect(throws: (any Error).self) {
                try Stranger.execute(
                    directory.file(), "UPDATE \(table) SET rowid = rowid + 1000")
            }
        }
    }
}

/// What a ledger that is opened anew finds to be signed.
private enum CertificateReadingTrial {
    static func unsigned(_ path: String) throws -> [Certificate] {
        let ledger = try SQLiteLedger(path: path)
        defer { try? ledger.close() }
        return try ledger.unsignedCertificates(max: 10)
    }
}
