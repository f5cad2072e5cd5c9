import ArgumentParser
import BidService
import GavelClient
import Testing

@testable import GavelCommand

@Suite("Where a command works")
struct PlaceTests {
    private func place(
        _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> Place {
        try Place(try GlobalOptions.parse(arguments), environment: environment)
    }

    @Test("An option goes before the environment, and that before the default")
    func databases() throws {
        #expect(try place([]).location == .database(path: "gavel.db"))
        let environment = ["GAVEL_DATABASE": "e.db"]
        #expect(try place([], environment).location == .database(path: "e.db"))
        #expect(
            try place(["--database", "o.db"], environment).location == .database(path: "o.db"))
        #expect(try place([], ["GAVEL_DATABASE": ""]).location == .database(path: "gavel.db"))
    }

    @Test("A server goes before a database, unless the database is an option")
    func servers() throws {
        let environment = ["GAVEL_SERVER": "http://h:1", "GAVEL_TOKEN": "t"]
        let server = Place.Location.server(.tcp(host: "h", port: 1))
        let inherited = try place([], environment)
        #expect(inherited.location == server)
        #expect(inherited.token == "t")
        #expect(try place(["--database", "o.db"], environment).location == .database(path: "o.db"))
        #expect(try place(["--server", "ws://h:1", "--token", "u"]).token == "u")
        #expect(throws: (any Error).self) {
            try place(["--server", "http://h:1", "--database", "o.db"])
        }
    }

    @Test("What a lot has left at least after an outage is the server's, or the command is refused")
    func reopenMin() throws {
        #expect(try place([], ["GAVEL_MIN_REOPEN": "10m"]).serviceLimits.reopenMin == 600_000)
        #expect(try place([], ["GAVEL_MIN_REOPEN": ""]).serviceLimits == ServiceLimits())
        do {
            _ = try place(["--database", "o.db"], ["GAVEL_MIN_REOPEN": "10 minutes"])
            Issue.record("It was taken")
        } catch let failure as CommandFailure {
            #expect(failure.status == .usage)
            #expect(failure.message.hasPrefix("GAVEL_MIN_REOPEN: "), "\(failure)")
        }
    }

    @Test(
        "An address to listen on has a port; the host may be left out",
        arguments: [
            ("8080", "127.0.0.1:8080"), (":0", "127.0.0.1:0"), ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:8080", "[::1]:8080"), ("localhost:65535", "localhost:65535"),
        ])
    func listening(text: String, expected: String) throws {
        #expect(try ListenAddress(text).description == expected)
    }

    @Test(
        "What is no address to listen on is refused",
        arguments: ["", "localhost", "localhost:", ":x", ":65536", "::1:80", "[::1]", ":-1", ":+1"])
    func notListening(text: String) {
        #expect(throws: ValueFault.self) { try ListenAddress(text) }
    }
}
