import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

/// What is done to servers on the open internet, each thing against a server of its own: it ends as
/// it must, and an honest bidder beside it notices nothing.
@Suite("Known attacks", .onThreadsOfItsOwn, .timeLimit(.minutes(15)))
struct AttackTests {
    struct Attack: CustomTestStringConvertible, Sendable {
        let name: String
        /// The limits that it runs into: their defaults where they have none of their own here. The
        /// rest is as generous as for other tests.
        let options: [String]
        /// Which limit the metrics count for it; nil: it is no matter of a limit.
        let limit: String?
        let isOverTLS: Bool
        let run: @Sendable (Scene) async throws -> Void

        var testDescription: String { name }

        init(
            _ name: String, _ options: String..., limit: String? = nil, isOverTLS: Bool = false,
            does run: @escaping @Sendable (Scene) async throws -> Void
        ) {
            self.name = name
            self.options = options.flatMap { option in
                option.hasPrefix("--")
                    ? option.split(separator: " ").map(String.init) : ["--limit", option]
            }
            self.limit = limit
            self.isOverTLS = isOverTLS
            self.run = run
        }
    }

    static let all: [Attack] = [
        // Frames
        Attack("a length with the top bit set", does: topBit),
        Attack("endless empty fragments", limit: "message", does: emptyFragments),
        Attack("a flood of pings", limit: "pings", does: pings),
        Attack(
            "a first message, a byte at a time", "first-message-seconds-max=3",
            limit: "first_message", does: slowFrame),
        Attack(
            "a flood of messages", "messages-per-second=20", "message-burst=120",
            limit: "refusals", does: messages),
        Attack(
            "a flood of bids over three connections", "bids-per-second=5", "bid-burst=5",
            "bids-on-lot-per-second=2", "bid-on-lot-burst=2", limit: "bids", does: bids),
        Attack(
            "a message that inflates to 16 MiB", "--compression yes", limit: "message", does: bomb),
        // HTTP
        Attack(
            "a head, a byte at a time", "request-head-seconds-max=3", limit: "request_head",
            does: slowHead),
        Attack(
            "a body, a byte at a time", "request-seconds-max=3", limit: "request_body",
            does: slowBody),
        Attack("header bombs", limit: "head", does: headerBombs),
        Attack(
            "another site's page that opens a WebSocket", "--origin https://auctions.example",
            does: crossSite),
        Attack(
            "a flood of requests", "messages-per-second=20", "message-burst=120",
            limit: "requests", does: requests),
        // Connections
        Attack(
            "10,000 that open a connection and say nothing", "request-head-seconds-max=5",
            limit: "request_head", does: halfOpen),
        Attack(
            "a thousand that begin a TLS handshake and say no more", "tls-seconds-max=5",
            isOverTLS: true, does: halfOpenTLS),
        Attack(
            "one address with many connections", "--exempt-networks none",
            "connections-per-address-max=20", "new-connections-per-address-per-second=1000000",
            "new-connections-per-address-burst=1000000", limit: "connections_of_address",
            does: manyConnections),
        Attack(
            "one address with many new connections", "--exempt-networks none",
            limit: "new_connections_of_address", does: newConnections),
        // Not reading
        Attack(
            "a watcher that never reads while 1,000 updates come", "outbound-soft-high=4096",
            "outbound-soft-low=2048", "outbound-bytes-max=65536", "stall-seconds-max=3600",
            "pong-seconds-max=3600",
            does: neverReads),
        Attack(
            "watchers that never read, too many for the memory", "outbound-soft-high=4096",
            "outbound-soft-low=2048", "outbound-bytes-max=262144",
            "outbound-total-bytes-max=262144", "stall-seconds-max=3600",
            "pong-seconds-max=3600", limit: "outbound_total", does: outboundTotal),
    ]

    @Test("is fended off, and an honest bidder notices nothing", arguments: all)
    func attack(_ attack: Attack) async throws {
        let scene = try await Scene(attack)
        defer { scene.server.removeFolder() }
        try await scene.checkHonest()
        try await attack.run(scene)
        if let limit = attack.limit { #expect(try await scene.count(of: limit) > 0) }
        try await scene.checkHonest()
        #expect(await scene.server.stop() == 0)
    }

    /// A server with a lot, an honest bidder, and an honest watcher.
    final class Scene: Sendable {
        let server: TestServer
        let watcher: Follower
        private let bidder: GavelConnection
        private let token: String
        private let raises = Raises()

        var endpoint: Endpoint { server.endpoint }

        init(_ attack: Attack) async throws {
            server =
                if attack.isOverTLS {
                    try await TLSDesk().start(arguments: attack.options)
                } else { try await TestServer.start(arguments: attack.options) }
            try await server.must(
                "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h",
                "--increments", "0.01")
            token = try await server.bidder("honest")
            // Whoever says who it is at once may take its time for the rest.
            watcher = try await Follower.watch("lot", on: server, token: token)
            let leader = try await server.connect(token: server.bidder("leader"))
            // Far above all that follows: every further bid raises the price, and is outbid.
            _ = try await leader.bid("lot", 1_000_000_000, id: "max")
            bidder = try await server.connect(token: token)
        }

        /// The honest bidder's next bid is judged, and the watchers hear of it; somebody new gets in.
        func checkHonest() async throws {
            try await raise(1)
            let other = try await AttackTests.patiently {
                try await Follower.watch("lot", on: server, token: token)
            }
            await other.wait { $0.contains { $0.snapshotSeq != nil } }
            #expect(other.messages.contains { $0.snapshotSeq != nil })
            await other.connection.close()
            await watcher.wait(forSeq: try await newestSeq())
            #expect(watcher.seqs == Array((watcher.seqs.first ?? 0)...(watcher.seqs.last ?? 0)))
        }

        /// Makes so many public changes.
        func raise(_ times: Int) async throws {
            for _ in 0..<times {
                let number = await raises.next()
                let answer = try await bidder.bid("lot", number * 10 + 200, id: "honest-\(number)")
                #expect(answer.isLeading == false, "\(answer)")
            }
        }

        func newestSeq() async throws -> Int64 {
            try #require(
                Int64(try await Database.query("SELECT seq FROM auction", in: server.database)))
        }

        /// What the metrics say of a limit.
        func count(of limit: String) async throws -> Int {
            try await metric("gavel_limits_reached_total{limit=\"\(limit)\"}")
        }

        func metric(_ name: String) async throws -> Int {
            let metrics = try await AttackTests.patiently { try await server.metrics() }
            let line = metrics.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return try #require(line?.split(separator: " ").last.flatMap { Int($0) }, "\(name)")
        }
    }

    /// Limits that are short for the attack's sake may hit an honest client, too, on a machine where
    /// nothing is prompt: it would come again.
    private static func patiently<Value>(
        _ action: () async throws -> Value
    ) async throws -> Value {
        for _ in 0..<20 {
            if let value = try? await action() { return value }
        }
        return try await action()
    }

    /// Numbers the honest bids.
    private actor Raises {
        private var number: Int64 = 0

        func next() -> Int64 {
            number += 1
            return number
        }
    }
}
