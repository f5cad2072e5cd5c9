import AuctionRules
import Foundation
import GavelClient
import TestAuthority
import Testing
import WireProtocol

@Suite("A server with TLS, from the command line", .timeLimit(.minutes(3)))
struct TLSTests {
    @Test("The command line administers and bids over https and wss, and trusts nobody else")
    func commands() async throws {
        let desk = try TLSDesk()
        let server = try await desk.start()
        defer { server.removeFolder() }
        let address = server.endpoint.description
        #expect(address.hasPrefix("https://"))
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "1", "--closes", "+1h")
        let issued = try await server.must("admin", "token", "office")
        let office = try #require(issued.lines.first?.split(separator: " ").first.map(String.init))
        let anna = try await server.bidder("anna")

        let afar = ["--server", address, "--ca-file", desk.path("ca.pem")]
        let list = try await Gavel.run(["auction", "list", "--token", office] + afar)
        #expect(list.status == 0, "\(list)")
        #expect(list.output.contains("Vase"))
        let bid = try await Gavel.run(
            ["bid", "vase", "--amount", "5", "--token", anna] + afar)
        #expect(bid.output.hasPrefix("accepted"), "\(bid)")
        // By the environment, and before the command.
        let variable = try await Gavel.run(
            ["--server", address, "auction", "list", "--token", office],
            environment: ["GAVEL_CA_FILE": desk.path("ca.pem")])
        #expect(variable.status == 0, "\(variable)")

        let strange = try await Gavel.run(
            ["auction", "list", "--token", office, "--server", address])
        #expect(strange.status == 4)
        #expect(strange.errors.contains("no authority that is trusted here"), "\(strange)")
        let missing = try await Gavel.run(
            ["auction", "list", "--token", office, "--server", address, "--ca-file", "/none"])
        #expect(missing.status == 2)
        #expect(missing.errors.contains("\"/none\" can't be read"), "\(missing)")
        #expect(await server.stop() == 0)
    }

    @Test("SIGHUP brings a renewed certificate, and nobody is cut off")
    func renewal() async throws {
        let desk = try TLSDesk()
        let server = try await desk.start()
        defer { server.removeFolder() }
        let old = try await desk.connect(server, trusting: "ca.pem")
        let next = try TestAuthority("The next authority")
        try next.issue().write(into: desk.folder)
        try desk.write(next, "next.pem")
        server.hangUp()
        // The signal has no answer: until it has been obeyed, the new certificate is refused.
        var new: GavelConnection?
        while new == nil { new = try? await desk.connect(server, trusting: "next.pem") }
        #expect(try await old.request(.time(ClientTime(1))).message.type == "time")
        #expect(try await new?.request(.time(ClientTime(1))).message.type == "time")
        await #expect(throws: GavelClientError.self) {
            try await desk.connect(server, trusting: "ca.pem")
        }
        for connection in [old, new] { await connection?.close() }
        #expect(await server.stop() == 0)
    }

    @Test("A bad pair stops the start, and says what to do")
    func badPair() async throws {
        let desk = try TLSDesk()
        defer { try? FileManager.default.removeItem(at: desk.folder) }
        let database = ["--database", desk.path("gavel.db"), "--listen", "127.0.0.1:0"]
        let half = try await Gavel.run(
            ["serve", "--tls-certificate", desk.path("cert.pem")] + database)
        #expect(half.status == 2)
        #expect(half.errors.contains("--tls-certificate: needs tls-key, too"), "\(half)")
        try Data(desk.authority.issue().key.utf8).write(
            to: URL(fileURLWithPath: desk.path("key.pem")))
        for extra in [[], ["--check-config"]] {
            let wrong = try await Gavel.run(["serve"] + desk.arguments + database + extra)
            #expect(wrong.status == 2)
            #expect(wrong.errors.contains("the key is not that of the certificate"), "\(wrong)")
        }
    }
}
