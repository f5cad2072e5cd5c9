import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

/// Bad input over real sockets: a typed answer, the right close code, and nobody else notices.
@Suite("Clients without manners", .onThreadsOfItsOwn)
struct HostileClientTests {
    static let frames: [(name: String, bytes: [UInt8], code: Int)] = [
        ("unmasked text", [0x81, 0x02, 0x7b, 0x7d], 1002),
        ("reserved bit 1", RawSocket.frame(0xc1, [0x7b, 0x7d]), 1002),
        ("reserved bit 2", RawSocket.frame(0xa1, [0x7b, 0x7d]), 1002),
        ("reserved bit 3", RawSocket.frame(0x91, [0x7b, 0x7d]), 1002),
        ("opcode 3", RawSocket.frame(0x83, []), 1002),
        ("opcode 11", RawSocket.frame(0x8b, []), 1002),
        ("opcode 15", RawSocket.frame(0x8f, []), 1002),
        ("a continuation of nothing", RawSocket.frame(0x80, [0x7b]), 1002),
        (
            "a message within a message",
            RawSocket.frame(0x01, [0x7b]) + RawSocket.frame(0x81, [0x7d]),
            1002
        ),
        ("a ping in pieces", RawSocket.frame(0x09, []), 1002),
        ("a ping of 126 bytes", RawSocket.frame(0x89, [UInt8](repeating: 0, count: 126)), 1002),
        ("a close of one byte", RawSocket.frame(0x88, [3]), 1002),
        ("close code 1005", RawSocket.frame(0x88, [0x03, 0xed]), 1002),
        ("close code 999", RawSocket.frame(0x88, [0x03, 0xe7]), 1002),
        ("a close reason that is no UTF-8", RawSocket.frame(0x88, [0x03, 0xe8, 0xff]), 1007),
        ("text that is no UTF-8", RawSocket.frame(0x81, [0xc0, 0xaf]), 1007),
        (
            "UTF-8 broken across fragments",
            RawSocket.frame(0x01, [0xe2, 0x82]) + RawSocket.frame(0x80, [0x41]), 1007
        ),
        ("a binary frame", RawSocket.frame(0x82, [1, 2, 3]), 1003),
        (
            "a message of 16,385 bytes",
            RawSocket.frame(0x81, [UInt8](repeating: 0x20, count: 16_385)), 1009
        ),
        ("a length with the top bit set", [0x81, 0xff] + [UInt8](repeating: 0xff, count: 8), 1002),
        ("a length in too many bytes", [0x81, 0xfe, 0x00, 0x02, 0, 0, 0, 0, 0x7b, 0x7d], 1002),
        (
            "endless empty fragments",
            RawSocket.frame(0x01, [])
                + [[UInt8]](repeating: RawSocket.frame(0x00, []), count: 20)
                .flatMap { $0 }, 1009
        ),
        (
            "a flood of pings",
            [[UInt8]](repeating: RawSocket.frame(0x89, [1]), count: 40).flatMap { $0 }, 4505
        ),
    ]

    static let messages: [(sent: String, answer: String)] = [
        ("", "bad_message"), ("{", "bad_message"), ("[]", "bad_message"), ("null", "bad_message"),
        ("{\"type\":\"time\"", "bad_message"), ("{\"type\":1}", "bad_message"),
        ("{\"type\":\"time\",\"type\":\"time\",\"client_time\":1}", "bad_message"),
        ("{\"type\":\"dance\"}", "unknown_type"), ("{}", "bad_message"),
        ("{\"type\":\"watch\"}", "bad_message"),
        ("{\"type\":\"watch\",\"auction\":\"no such lot\"}", "bad_message"),
        ("{\"type\":\"watch\",\"auction\":\"nothing\"}", "unknown_auction"),
        ("{\"type\":\"watch\",\"auction\":\"lot\",\"feed\":\"all\"}", "bad_message"),
        ("{\"type\":\"bid\",\"auction\":\"lot\"}", "bad_message"),
        ("{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":\"5\"}", "invalid_amount"),
        ("{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":5.0}", "invalid_amount"),
        ("{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":5e3}", "invalid_amount"),
        ("{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":0}", "invalid_amount"),
        ("{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":-5}", "invalid_amount"),
        (
            "{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":9007199254740992}",
            "invalid_amount"
        ),
        (
            "{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":99999999999999999999999}",
            "invalid_amount"
        ),
        ("{\"type\":\"bid\",\"auction\":\"lot\",\"id\":\"x\",\"amount\":5000}", "unauthenticated"),
        ("{\"type\":\"bid_status\",\"auction\":\"lot\",\"id\":\"x\"}", "unauthenticated"),
        ("{\"type\":\"authenticate\",\"token\":\"gvl_wrong\"}", "unauthenticated"),
        ("{\"type\":\"time\",\"client_time\":\"noon\"}", "bad_message"),
        ("{\"type\":\"time\",\"client_time\":1,\"ref\":7}", "bad_message"),
        (String(repeating: "[", count: 5000), "bad_message"),
        ("{\"type\":\"\\ud800\"}", "bad_message"),
    ]

    @Test("Malformed frames close their connection with the right code; malformed messages do not")
    func everything() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "10", "--closes", "+1h")
        let token = try await server.bidder("anna")
        let honest = try await Follower.watch("lot", on: server, token: token)
        await honest.wait(forSeq: 1)

        for (name, bytes, code) in Self.frames {
            let socket = try RawSocket.webSocket(to: server.endpoint)
            socket.send(bytes)
            #expect(socket.closeCode() == code, "\(name)")
        }
        let socket = try RawSocket.webSocket(to: server.endpoint)
        #expect(socket.nextMessage("welcome") != nil)
        for (sent, answer) in Self.messages {
            socket.send(message: sent)
            guard let (_, payload) = socket.nextFrame() else {
                Issue.record("The connection was closed after \(sent.prefix(80))")
                break
            }
            let text = String(decoding: payload, as: UTF8.self)
            #expect(text.contains("\"code\":\"\(answer)\""), "\(sent.prefix(80)): \(text)")
        }
        // The connection lives, and so does everybody else's.
        socket.send(message: "{\"type\":\"time\",\"client_time\":1.50}")
        #expect(socket.nextMessage("time")?.contains("\"client_time\":1.50") == true)
        #expect(try await honest.connection.bid("lot", 5000, id: "a").isLeading == true)
        await honest.wait(forSeq: 2)
        #expect(honest.seqs == [2])
        #expect(await server.stop() == 0)
    }

    @Test("The server's own page may connect on whatever port the server got, and no other page")
    func ownPage() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        guard case .tcp(_, let port) = server.endpoint else { throw Failure("\(server.endpoint)") }
        for (origin, status) in [
            ("http://127.0.0.1:\(port)", 101), ("http://localhost:\(port)", 101),
            ("http://127.0.0.1:0", 403), ("http://127.0.0.1", 403),
            ("https://127.0.0.1:\(port)", 403), ("http://evil.example:\(port)", 403),
        ] {
            let socket = try RawSocket(to: server.endpoint)
            socket.send(text: RawSocket.upgrade(["Origin: \(origin)"]))
            let answer = String(decoding: socket.receive(12), as: UTF8.self)
            #expect(answer == "HTTP/1.1 \(status)", "\(origin)")
        }
        #expect(await server.stop() == 0)
    }

    @Test("A watcher that never reads harms nobody, and is closed in the end")
    func neverReads() async throws {
        // On a slow machine the conflated watcher would stall for the ten seconds of the default,
        // and the other one would be closed for not answering a ping before it is for its backlog.
        let server = try await TestServer.start(
            arguments: [
                "--limit", "stall-seconds-max=3600", "--limit", "ping-after-seconds=3600",
            ])
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h",
            "--increments", "0.01")
        // One on each feed; their kernel buffers are as small as they can be.
        var silent: [RawSocket] = []
        for feed in ["full", "latest"] {
            let socket = try RawSocket.webSocket(to: server.endpoint, receiveBuffer: 1024)
            socket.send(message: "{\"type\":\"watch\",\"auction\":\"lot\",\"feed\":\"\(feed)\"}")
            silent.append(socket)
        }
        let honest = try await Follower.watch("lot", on: server)
        await honest.wait(forSeq: 1)
        let anna = try await server.connect(token: server.bidder("anna"))
        let ben = try await server.connect(token: server.bidder("ben"))
        // Ben raises the price 9,000 times against Anna's max: far more than the hard bound.
        #expect(try await anna.bid("lot", 1_000_000_000, id: "max").isLeading == true)
        let answers = Follower(ben)
        for round in 1...9000 {
            let amount = try #require(Amount(minorUnits: Int64(round) * 10 + 100))
            let bid = BidMessage(
                auction: try AuctionID("lot"), id: try BidID("\(round)"), amount: amount)
            try await ben.sendAndWait(ClientFrame(.bid(bid)))
            guard round.isMultiple(of: 200) else { continue }
            // The honest ones keep up, also on a machine that is busy with other tests.
            // Heartbeats may have come behind it.
            await answers.wait { heard in
                heard.suffix(10).contains { $0.accepted?.id.text == "\(round)" }
            }
            await honest.wait { heard in
                heard.suffix(10).contains { $0.changeSeq == Int64(round) + 2 }
            }
        }
        let newest = try #require(
            Int64(try await Database.query("SELECT seq FROM auction", in: server.database)))
        await honest.wait(forSeq: newest)
        #expect(honest.seqs == Array(2...newest))
        #expect(try await server.metrics().contains("gavel_slow_connections_closed_total 1\n"))
        #expect(silent.count == 2)
        #expect(await server.stop() == 0)
    }
}
