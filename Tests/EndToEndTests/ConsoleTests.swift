import Foundation
import StrictJSON
import Testing

/// What the auctioneer's console lives on, with the server as a process of its own.
@Suite("An administrator who watches", .onThreadsOfItsOwn)
struct ConsoleTests {
    @Test("is told who bids and who is refused, as the log has it, until the token is revoked")
    func watches() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must("sale", "create", "Spring", "--id", "spring")
        try await server.must(
            "auction", "create", "Vase", "--id", "vase", "--start", "10", "--closes", "+1h",
            "--sale", "spring")
        let anna = try await server.bidder("anna")
        let issued = try #require(
            try JSONValue(
                parsing: try await server.must("admin", "token", "office", "--json").lines[0]
            )
            .asObject)
        let (token, hash) = (try issued.string("token"), try issued.string("hash"))
        let console = try RawSocket(to: server.endpoint)
        let body = #"{"sale":"spring"}"#
        console.send(
            text: "POST /v1/admin/watch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        var seen = ""
        func read(until word: String) throws {
            while !seen.contains(word) {
                let more = console.receive(4096)
                guard !more.isEmpty else { throw Failure("\(word) did not come: \(seen)") }
                seen += String(decoding: more, as: UTF8.self)
            }
        }
        try read(until: "event: watching")
        #expect(seen.hasPrefix("HTTP/1.1 200"))
        let bidder = try await server.connect(token: anna)
        _ = try await bidder.bid("vase", 5000, id: "b1")
        try read(until: #""bidder":"anna""#)
        try read(until: "event: price")
        let refused = try await server.gavel("bid", "vase", "--amount", "1", "--token", anna)
        #expect(refused.status == 1)
        try read(until: #""code":"max_not_higher""#)
        #expect(!seen.contains("5000"))
        let listed = try await server.must("auction", "requests", "vase", "--json")
        let codes = try listed.lines.map {
            try #require(try JSONValue(parsing: $0).asObject).optionalString("code")
        }
        #expect(codes == [nil, "max_not_higher"])
        #expect(try await server.must("auction", "requests", "vase").output.contains("anna"))
        try await server.must("admin", "revoke", hash)
        try read(until: #""code":4503"#)
        #expect(await server.stop() == 0)
    }
}
