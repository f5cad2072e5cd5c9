import AuctionRules
import Foundation
import GavelClient
import Proof
import Testing
import WireProtocol

@Suite("The server's signing key, from the command line", .timeLimit(.minutes(3)))
struct SigningKeyTests {
    private static func keys(of server: TestServer) async throws -> KeySet {
        try await ProofClient(server.endpoint).keys()
    }

    /// - Returns: the exit status.
    private static func run(_ program: String, _ arguments: String...) async throws -> Int32 {
        try await EndToEndTests.run(program, arguments, environment: Gavel.environment).status
    }

    private static func mode(of path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    private static func receipt(
        _ id: String, on connection: GavelConnection
    ) async throws -> SignedStatement {
        let frame = try await connection.request(
            .bid(
                BidMessage(
                    auction: try AuctionID("vase"), id: try BidID(id),
                    amount: try #require(Amount(minorUnits: 500)), wantsReceipt: true)))
        let receipt: ServerMessage.Receipt? =
            switch frame.message {
            case .bidAccepted(let accepted): accepted.receipt
            case .bidRejected(let rejected): rejected.receipt
            default: nil
            }
        return try SignedStatement(try #require(receipt).content)
    }

    @Test("It is made on the first start, kept by the next, and replaced at SIGHUP; all stays good")
    func life() async throws {
        var server = try await TestServer.start()
        let file = server.database + ".key"
        #expect(try Self.mode(of: file) == 0o600)
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "1", "--closes", "+1h")
        let token = try await server.bidder("anna")
        let first = try await Self.keys(of: server)
        #expect(first.keys.count == 1)
        var connection = try await server.connect(token: token)
        let old = try await Self.receipt("1", on: connection)
        try old.verify(with: first)
        #expect(await server.stop() == 0)

        server = try await TestServer.start(in: server.folder)
        defer { server.removeFolder() }
        #expect(try await Self.keys(of: server) == first)
        connection = try await server.connect(token: token)
        let again = try await Self.receipt("1", on: connection)
        #expect(again.statement == old.statement)

        // Away with it: a new one is made.
        try FileManager.default.moveItem(atPath: file, toPath: file + ".old")
        server.hangUp()
        var keys = first
        let log = server.folder.appendingPathComponent("log")
        while keys.keys.count == 1 {
            keys = try await Self.keys(of: server)
            let text = try String(contentsOf: log, encoding: .utf8)
            try #require(!text.contains("not reloaded"), "\(text)")
        }
        #expect(try Self.mode(of: file) == 0o600)
        #expect(keys.keys.map(\.until) == [keys.keys[1].from, nil])
        let new = try await Self.receipt("1", on: connection)
        for (receipt, key) in [(old, 0), (again, 0), (new, 1)] {
            #expect(try receipt.verify(with: keys).key == keys.keys[key].key.id)
        }
        await connection.close()
        #expect(await server.stop() == 0)

        // The old one never comes back, and a file that is none stops the start.
        let place = ["serve", "--database", server.database, "--listen", "127.0.0.1:0"]
        for (damage, words) in [
            ("cp \(file).old \(file)", "never comes back"),
            ("echo x > \(file)", "no Ed25519 private key"),
            ("chmod 640 \(file)", "chmod 600"), ("rm \(file); mkdir \(file)", "is no file"),
        ] {
            #expect(try await Self.run("/bin/sh", "-c", damage) == 0)
            let refused = try await Gavel.run(place)
            #expect(refused.status == 2 && refused.errors.contains(words), "\(refused)")
        }
    }

    @Test("Receipts and certificates are saved, and checked without the server")
    func evidence() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "1", "--closes", "+1h")
        let token = try await server.bidder("anna")
        func file(_ name: String) -> String { server.folder.appendingPathComponent(name).path }
        let open = try await server.gavel("auction", "certificate", "vase")
        #expect(open.status == 3 && open.errors.contains("not closed"), "\(open)")
        try await server.must(
            "bid", "vase", "--amount", "5", "--token", token, "--receipt", file("yes.json"))
        let over = try await server.gavel(
            "bid", "vase", "--amount", "6", "--token", token, "--receipt", file("yes.json"))
        #expect(over.status == 2 && over.errors.contains("never overwrites"), "\(over)")
        try await server.must("auction", "close", "vase")
        let late = try await server.gavel(
            "bid", "vase", "--amount", "7", "--token", token, "--receipt", file("late.json"))
        #expect(late.status == 1 && late.errors.contains("closed"), "\(late)")
        let shown = try await server.must("auction", "certificate", "vase")
        #expect(shown.output.contains("Bidder 1") && shown.output.contains("1.00 USD"))
        for (name, arguments) in [
            ("certificate.json", ["auction", "certificate", "vase"]),
            ("keys.json", ["proof", "keys"]),
        ] {
            let result = try await Gavel.run(arguments + ["--json", "--database", server.database])
            try Data(result.output.utf8).write(to: URL(fileURLWithPath: file(name)))
        }
        #expect(await server.stop() == 0)
        for name in ["yes.json", "late.json", "certificate.json"] {
            func check() async throws -> Gavel.Result {
                try await Gavel.run(["proof", "check", file(name), "--keys", file("keys.json")])
            }
            let good = try await check()
            #expect(good.status == 0 && good.output.contains("good: key"), "\(good)")
            let text = try String(contentsOfFile: file(name), encoding: .utf8)
            try text.replacing("vase", with: "base")
                .write(toFile: file(name), atomically: true, encoding: .utf8)
            let bad = try await check()
            #expect(bad.status == 5 && bad.errors.contains("not the one"), "\(bad)")
        }
    }

    @Test("It may be a key that OpenSSL has made, anywhere")
    func foreignKey() async throws {
        let folder = try TestServer.temporaryFolder()
        let file = folder.appendingPathComponent("signing.pem").path
        let made = try await Self.run(
            "/usr/bin/env", "openssl", "genpkey", "-algorithm", "ed25519", "-out", file)
        guard made == 0 else { return }  // There is no OpenSSL here.
        #expect(try await Self.run("/bin/chmod", "600", file) == 0)
        let server = try await TestServer.start(in: folder, arguments: ["--signing-key", file])
        defer { server.removeFolder() }
        let key = try SigningKey(pem: try String(contentsOfFile: file, encoding: .utf8))
        #expect(try await Self.keys(of: server).keys.map(\.key) == [key.publicKey])
        #expect(!FileManager.default.fileExists(atPath: server.database + ".key"))
        #expect(await server.stop() == 0)
    }
}
