import AuctionRules
import Foundation
import GavelClient
import TestAuthority
import Testing
import WireProtocol

@Suite("A house's own identity provider, from the command line", .timeLimit(.minutes(3)))
struct JWTTests {
    private static func token(_ signer: TestIssuer, _ bidder: String) throws -> String {
        let end = Int(Date().timeIntervalSince1970) + 3600
        return try signer.sign(
            claims: #"{"iss":"https://id.house","aud":"gavel","sub":"\#(bidder)","exp":\#(end)}"#)
    }

    @Test("Bidders come with its JWTs; at SIGHUP those of a key that is gone have to leave")
    func bidding() async throws {
        let folder = try TestServer.temporaryFolder()
        let keys = folder.appendingPathComponent("keys.json")
        let (signer, next) = (TestIssuer.p256("one"), TestIssuer.ed25519("two"))
        try Data(try TestIssuer.keySet(signer).utf8).write(to: keys)
        let server = try await TestServer.start(
            in: folder,
            arguments: [
                "--jwks", keys.path, "--jwt-issuer", "https://id.house", "--jwt-audience", "gavel",
            ])
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "1", "--closes", "+1h")
        let anna = try Self.token(signer, "anna")
        let unknown = try await server.gavel("bid", "vase", "--amount", "5", "--token", anna)
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("not_registered"), "\(unknown)")
        try await server.must("bidder", "add", "anna")
        let bid = try await server.must("bid", "vase", "--amount", "5", "--token", anna)
        #expect(bid.output.hasPrefix("accepted"), "\(bid)")
        // It is a bidder's and no administrator's.
        let office = try await Gavel.run([
            "auction", "close", "vase", "--server", server.endpoint.description, "--token", anna,
        ])
        #expect(office.status == 1)

        let live = try await server.connect(token: anna)
        #expect(try await live.request(.time(ClientTime(1))).message.type == "time")
        try Data(try TestIssuer.keySet(next).utf8).write(to: keys)
        server.hangUp()
        #expect(await live.closed().code == .revoked)
        let ben = try await server.connect(token: Self.token(next, "ben"))
        #expect(try await ben.request(.time(ClientTime(1))).message.type == "time")
        await ben.close()
        #expect(await server.stop() == 0)
    }

    @Test("Keys that can't be used stop the start, and say what to do")
    func badKeys() async throws {
        let folder = try TestServer.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = folder.appendingPathComponent("keys.json")
        try Data(#"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#.utf8).write(to: keys)
        let place = [
            "--database", folder.appendingPathComponent("gavel.db").path,
            "--listen", "127.0.0.1:0",
        ]
        let half = try await Gavel.run(["serve", "--jwks", keys.path] + place)
        #expect(half.status == 2)
        #expect(half.errors.contains("--jwks: needs jwt-issuer and jwt-audience, too"), "\(half)")
        for extra in [[], ["--check-config"]] {
            let wrong = try await Gavel.run(
                ["serve", "--jwks", keys.path, "--jwt-issuer", "i", "--jwt-audience", "a"] + place
                    + extra)
            #expect(wrong.status == 2)
            #expect(wrong.errors.contains("is symmetric (oct)"), "\(wrong)")
        }
    }
}
