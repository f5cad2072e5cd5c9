import AuctionRules
import Foundation
import GavelClient
import StrictJSON
import Testing
import WireProtocol

/// What an operator sees of a real server: its log, its figures, its settings.
@Suite("A server under an operator's eyes", .onThreadsOfItsOwn, .timeLimit(.minutes(10)))
struct OperationsTests {
    @Test("Whatever happens, no token, ticket, max, reserve, sealed bid or name is in the log")
    func secretsStay() async throws {
        let server = try await TestServer.start(arguments: [
            "--log-level", "trace", "--log-format", "json",
        ])
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "10", "--closes", "+1h",
            "--reserve", "73131.31")
        try await server.must(
            "auction", "create", "Sealed", "--id", "sealed", "--start", "10", "--closes", "+1h",
            "--format", "sealed_first_price")
        try await server.must("bidder", "add", "anna", "--name", "Hannelore Geheim")
        let token = try await server.token("anna")
        let office = try #require(
            try JSONValue(
                parsing: try await server.must("admin", "token", "office", "--json").lines[0]
            ).asObject
        ).string("token")
        var secrets = [token, office, "7313131", "73131.31", "Hannelore", "gvl_wrong", "95353.53"]

        // On a WebSocket, with the token on the upgrade and in a message, good and bad.
        let anna = try await server.connect(token: token)
        _ = try await anna.bid("lot", 8_424_242, id: "max")
        _ = try await anna.bid("sealed", 9_535_353, id: "sealed")
        secrets += ["8424242", "84242.42", "9535353"]
        try await anna.sendAndWait(ClientFrame(.authenticate(token: token)))
        try await anna.sendAndWait(ClientFrame(.authenticate(token: "gvl_wrong")))
        _ = try? await server.connect(token: "gvl_wrong")
        // Over HTTP, with a token in the head, a ticket in an answer, and a bid in a body.
        let http = GavelHTTP(server.endpoint)
        let bearer = [GavelHTTP.Header("Authorization", "Bearer \(token)")]
        let ticket = try await http.request("POST", "/v1/tickets", headers: bearer)
        let issued = try #require(
            try JSONValue(parsing: String(decoding: ticket.body, as: UTF8.self)).asObject)
        secrets.append(try issued.string("ticket"))
        _ = try await http.request(
            "POST", "/v1/auctions/lot/bids", headers: bearer,
            body: Array(#"{"id":"again","amount":8424243}"#.utf8))
        secrets.append("8424243")
        for path in ["/v1/ws", "/v1/auctions/lot?token=\(token)", "/nothing?\(office)"] {
            _ = try await http.request(
                "GET", path, headers: bearer + [GavelHTTP.Header("Cookie", token)])
        }
        // An administrator who looks at secrets leaves a trace without them.
        _ = try await Gavel.run([
            "auction", "show", "lot", "--reveal", "--server", server.endpoint.description,
            "--token", office,
        ])
        #expect(await server.stop() == 0)

        let log = try String(
            contentsOf: server.folder.appendingPathComponent("log"), encoding: .utf8)
        for secret in secrets { #expect(!log.contains(secret), "\(secret) is in the log") }
        let lines = try log.split(separator: "\n").map {
            try #require(try JSONValue(parsing: String($0)).asObject, "\($0)")
        }
        let messages = try lines.map { try $0.string("message") }
        for message in [
            "Listening", "A connection was opened", "A connection was closed",
            "A WebSocket was refused", "Secrets are revealed", "Stopping: no more bids are taken",
        ] {
            #expect(messages.contains(message), "\(message): \(messages)")
        }
        for line in lines {
            #expect(try line.string("time").hasSuffix("Z"))
            #expect(!(try line.string("level").isEmpty))
        }
        // Each line of a connection says of which.
        for line in log.split(separator: "\n")
        where line.contains("A connection was opened") || line.contains("A connection was closed") {
            #expect(line.contains(#""connection":""#), "\(line)")
        }
    }

    @Test("The figures are for this machine: over the socket or from a loopback address")
    func metricsAccess() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        let here = GavelHTTP(server.endpoint)
        #expect(try await here.request("GET", "/metrics").status == 200)
        let forwarded = [GavelHTTP.Header("X-Forwarded-For", "203.0.113.7")]
        #expect(try await here.request("GET", "/metrics", headers: forwarded).status == 403)
        let socket = GavelHTTP(try Endpoint("unix:\(server.database).sock"))
        let answer = try await socket.request("GET", "/metrics")
        #expect(answer.status == 200)
        let text = String(decoding: answer.body, as: UTF8.self)
        for name in ["gavel_ack_seconds_bucket", "process_open_fds", "gavel_batch_entries_sum"] {
            #expect(text.contains("\n\(name)"), "\(name)")
        }
        #expect(await server.stop() == 0)
    }

    #if os(Linux)
        @Test("Memory is jemalloc's, and not the C library's")
        func memory() async throws {
            let result = try await Gavel.run(
                ["--version"], environment: ["MALLOC_CONF": "stats_print:true"])
            let line = try #require(
                result.errors.split(separator: "\n").first { $0.hasPrefix("Allocated: ") })
            let bytes = line.dropFirst("Allocated: ".count).prefix { $0.isNumber }
            #expect(try #require(Int(bytes)) > 100_000)
        }
    #endif

    @Test("A connection is counted where it is, and nowhere when it has gone")
    func connections() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "10", "--closes", "+1h")
        let events = try RawSocket(to: server.endpoint)
        events.send(text: "GET /v1/auctions/lot/events HTTP/1.1\r\nHost: x\r\n\r\n")
        try await server.waitForConnections(["event_stream": 1, "closing": 0])
        // Whatever it still sends ends a stream of events.
        events.send(text: "x")
        try await server.waitForConnections(["event_stream": 0, "closing": 0])
        let socket = try RawSocket.webSocket(to: server.endpoint)
        try await server.waitForConnections(["websocket": 1, "closing": 0])
        socket.send(RawSocket.frame(0x88, [0x03, 0xe8]))
        #expect(socket.closeCode() == 1000)
        _ = socket.receive(1)
        try await server.waitForConnections(["websocket": 0, "closing": 0])
        #expect(await server.stop() == 0)
    }

    @Test("--check-config shows every setting with its place, and starts nothing")
    func checkConfig() async throws {
        let folder = try TestServer.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("gavel.yaml").path
        try "listen: :9999\nlimits:\n  watches-max: 7\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let database = folder.appendingPathComponent("gavel.db").path
        let result = try await Gavel.run(
            ["serve", "--check-config", "--config", file, "--database", database],
            environment: ["GAVEL_LOG_LEVEL": "debug"])
        #expect(result.status == 0, "\(result)")
        for line in [
            "database +\(database) +--database", "listen +127.0.0.1:9999 +\(file):1: listen",
            "log-level +debug +GAVEL_LOG_LEVEL", "limits.watches-max +7 +\(file):3: limits.watches",
            "event-loops +2 +default",
        ] {
            let isThere = result.output.range(of: line, options: .regularExpression) != nil
            #expect(isThere, "\(line): \(result.output)")
        }
        #expect(!FileManager.default.fileExists(atPath: database))

        try "lissten: :9999\nlimits:\n  watches-max: none\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        let faulty = try await Gavel.run(
            ["serve", "--check-config", "--config", file, "--database", database, "--origin", "x"],
            environment: ["GAVEL_LISTN": ":1"])
        #expect(faulty.status == 2)
        for fault in [
            "\(file):1: there is no setting \"lissten\"", "\(file):3: limits.watches-max:",
            "GAVEL_LISTN: there is no such setting", "--origin: \"x\" is not an origin",
        ] {
            #expect(faulty.errors.contains(fault), "\(faulty.errors)")
        }
    }
}

extension TestServer {
    /// Waits until the metrics have these numbers of connections by state. Each question goes to the
    /// event loops on which the counting is done.
    fileprivate func waitForConnections(_ wanted: [String: Int]) async throws {
        var text = ""
        for _ in 0..<5000 {
            let answer = try await GavelHTTP(endpoint).request("GET", "/metrics")
            text = String(decoding: answer.body, as: UTF8.self)
            let lines = text.split(separator: "\n")
            let isThere = wanted.allSatisfy { state, count in
                lines.contains("gavel_connections{state=\"\(state)\"} \(count)")
            }
            if isThere { return }
        }
        throw Failure("\(wanted) did not come: \(text)")
    }
}
