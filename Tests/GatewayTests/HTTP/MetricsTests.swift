import BidService
import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("Metrics", .timeLimit(.minutes(5)))
struct MetricsTests {
    @Test("count what happened, in Prometheus' text format")
    func text() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let ann = try await room.bidder("ann")
        let path = "/v1/auctions/lot/bids"
        _ = try await room.post(path, #"{"id":"a","amount":5000}"#, token: ann)
        _ = try await room.post(path, #"{"id":"b","amount":4000}"#, token: ann)
        room.statistics.connectionOpened()
        room.statistics.connectionOpened()
        room.statistics.connectionOpened()
        room.statistics.connectionCloses(.peer)
        room.statistics.connectionClosed()
        room.statistics.connectionCloses(.tooSlow)
        room.statistics.messagesSent(40)
        room.statistics.requestAnswered(status: 404)
        let reply = try await room.get("/metrics")
        #expect(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        let lines = reply.text.split(separator: "\n").map(String.init)
        for expected in [
            "# TYPE gavel_bids_total counter",
            #"gavel_bids_total{outcome="accepted"} 1"#,
            #"gavel_bids_total{outcome="max_not_higher"} 1"#,
            #"gavel_connections{state="websocket"} 1"#,
            #"gavel_connections{state="closing"} 1"#,
            #"gavel_connections_opened_total{state="websocket"} 3"#,
            #"gavel_closes_total{code="peer"} 1"#,
            #"gavel_closes_total{code="4103"} 1"#,
            #"gavel_messages_total{direction="sent"} 40"#,
            #"gavel_http_requests_total{status="4xx"} 1"#,
            "gavel_queued_commands 0",
            "gavel_available 1",
            "gavel_draining 0",
            "gavel_log_failures_total 0",
        ] {
            #expect(lines.contains(expected), "\(expected)")
        }
        #expect(lines.contains { $0.hasPrefix("gavel_commit_seconds_sum 0.") })
        #expect(lines.contains { $0.hasPrefix(#"gavel_batch_entries_bucket{le="+Inf"} "#) })
    }

    @Test("They are for this machine, for everybody, or for nobody, as the operator says")
    func access() async throws {
        func status(_ access: MetricsAccess, isLocal: Bool = false) async throws -> Int {
            let reply = try await Saleroom(metrics: access).send(
                .GET, "/metrics", isLocal: isLocal)
            return Int(reply.status)
        }
        #expect(try await status(.public) == 200)
        #expect(try await status(.local) == 403)
        #expect(try await status(.local, isLocal: true) == 200)
        #expect(try await status(.off, isLocal: true) == 404)
    }

    @Test(
        "From this machine is a loopback address without a proxy's word for somebody else",
        arguments: [
            ("", true), ("X-Forwarded-For: 127.0.0.1\n", false), ("Forwarded: for=x\n", false),
            ("Via: 1.1 proxy\n", false), ("X-Real-IP: 127.0.0.1\n", false),
        ])
    func fromHere(header: String, isFromHere: Bool) async throws {
        let probe = try await HTTPProbe(OriginResponder(), from: "127.0.0.1")
        let answer = try await probe.exchange("GET / HTTP/1.1\nHost: h\n\(header)\n")
        #expect(answer.body == "\(isFromHere)")
        let distant = try await HTTPProbe(OriginResponder(), from: "192.0.2.1")
        let other = try await distant.exchange("GET / HTTP/1.1\nHost: h\n\(header)\n")
        #expect(other.body == "false")
    }

    private struct OriginResponder: HTTPResponder {
        func bodyBytesMax(of: HTTPRequestHead, target: RequestTarget, isLocal: Bool) -> Int { 0 }

        func respond(to request: HTTPRequest) async -> HTTPAnswer {
            .response(
                HTTPResponse(type: "text/plain", body: ByteBuffer(string: "\(request.isFromHere)")))
        }
    }

    @Test("Each stage of an answer is measured, and what the process takes")
    func stages() async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect(token: gallery.bidder("ann"))
        _ = try await caller.next()
        _ = try await caller.ask(#"{"type":"bid","auction":"lot","id":"1","amount":5000}"#)
        // What is written is counted in the same turn of the loop.
        try await gallery.loop.executeInContext {}
        let service = gallery.service.statistics
        #expect(service.decisionSeconds.count == 1)
        #expect(service.durabilitySeconds.count == 1)
        #expect(gallery.statistics.ackWriting.reading.count == 1)
        #expect(service.commitSeconds.count == service.batchEntries.count)
        var text = PrometheusText()
        ProcessFigures.current().write(to: &text)
        for name in [
            "process_resident_memory_bytes ", "process_open_fds ", "process_max_fds ",
            "process_cpu_seconds_total ",
        ] {
            #expect(text.text.contains("\n" + name), "\(text.text)")
        }
        #expect(ProcessFigures.residentBytes(ofMemory: "9 3 1\n", pageBytes: 4096) == 12_288)
        for broken in ["", "9", "9 x", "9 9223372036854775807"] {
            #expect(ProcessFigures.residentBytes(ofMemory: broken, pageBytes: 4096) == nil)
        }
    }

    @Test("A client that comes back is counted by how it was brought up to date")
    func resumes() async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect()
        _ = try await caller.next()
        for (after, log) in [(1, "memory"), (0, "memory"), (9, "memory"), (1, "another")] {
            _ = try await caller.ask(
                #"{"type":"watch","auction":"lot","after":\#(after),"log":"\#(log)"}"#)
        }
        _ = try await caller.ask(#"{"type":"watch","auction":"lot"}"#)
        let resumed = gallery.statistics.resumed
        #expect(resumed.value(.otherLog) == 2)
        #expect(resumed.value(.replayed) + resumed.value(.tooOld) == 2)
        #expect(resumed.value(.replayed) >= 1)
    }

    @Test("A WebSocket that was refused is counted by the reason, and logged without its headers")
    func refusedHandshakes() async throws {
        let room = try Saleroom()
        let wellFormed: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        var foreign = wellFormed
        foreign.add(name: "Origin", value: "http://gvl_secret.example")
        var strange = wellFormed
        strange.add(name: "Sec-WebSocket-Protocol", value: "chat")
        var keyless = wellFormed
        keyless.remove(name: "Sec-WebSocket-Key")
        for headers in [foreign, strange, keyless, [:]] {
            _ = try await room.send(.GET, "/v1/ws", headers: headers)
        }
        let failed = room.statistics.handshakesFailed
        for reason in [HandshakeFailure.origin, .subprotocol, .badRequest, .version] {
            #expect(failed.value(reason) == 1, "\(reason)")
        }
        let lines = room.logged.all
        #expect(lines.count == 4)
        #expect(lines[0].contains("reason=origin"))
        #expect(!lines.contains { $0.contains("gvl_secret") })
    }

    @Test("docs/operations.md has every family as it is, and no other")
    func page() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appendingPathComponent("docs/operations.md"), encoding: .utf8)
        let lines = try await Saleroom().get("/metrics").text.split(separator: "\n")
        var rows: Set<String> = []
        for (index, line) in lines.enumerated() where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            let help = lines[index - 1].split(separator: " ", maxSplits: 3)[3]
            // The first sample's first label, which is the family's own.
            let label = lines[index + 1].split(separator: "{").dropFirst().first?
                .prefix { $0 != "=" }
            let by = label.map { $0 == "le" ? "" : "`\($0)`" } ?? ""
            rows.insert("| `\(words[2])` | \(words[3]) | \(by) | \(help) |")
        }
        for row in rows {
            #expect(
                page.contains("\n\(row)\n"),
                "The page lacks this line: \(row) (make operations-page writes it)")
        }
        for line in page.split(separator: "\n")
        where line.hasPrefix("| `gavel_") || line.hasPrefix("| `process_") {
            #expect(rows.contains(String(line)), "There is no such family: \(line)")
        }
    }

    @Test("Every family is declared once, before its samples")
    func families() async throws {
        let lines = try await Saleroom().get("/metrics").text.split(separator: "\n")
        var declared: Set<Substring> = []
        for line in lines {
            if line.hasPrefix("# TYPE ") {
                #expect(declared.insert(line.split(separator: " ")[2]).inserted)
            } else if !line.hasPrefix("#") {
                let name = line.prefix { $0 != "{" && $0 != " " }
                let isOfFamily =
                    declared.contains(name)
                    || ["_bucket", "_sum", "_count"].contains { part in
                        name.hasSuffix(part) && declared.contains(name.dropLast(part.count))
                    }
                #expect(isOfFamily, "\(name)")
            }
        }
    }

    @Test("A label's value may be anything")
    func escaping() {
        var text = PrometheusText()
        text.family("a", .gauge, "one\ntwo \\ \"three\"")
        text.sample(1, ["label": "x\"y\\z\nw"])
        #expect(
            text.text
                == "# HELP a one\\ntwo \\\\ \"three\"\n# TYPE a gauge\n"
                + "a{label=\"x\\\"y\\\\z\\nw\"} 1\n")
    }

    @Test("Everything that is counted is printed")
    func completeness() {
        let statistics = GatewayStatistics()
        let properties = Mirror(reflecting: statistics).children.compactMap {
            ($0.value as? any MetricFamily)?.name
        }
        #expect(properties.count > 10)
        #expect(statistics.families.map(\.name).sorted() == properties.sorted())
        #expect(Set(properties).count == properties.count)
    }

    @Test("A histogram's buckets hold all below them, and its bounds belong to them")
    func histograms() {
        let lag = Distribution("lag_seconds", "Lag.", bounds: [50, 1000, 2_500_000])
        for value in [0, 50, 51, 1000, 2_500_001] { lag.observe(Int64(value)) }
        lag.observe(Duration.milliseconds(1500))
        var text = PrometheusText()
        lag.write(to: &text)
        #expect(
            text.text == """
                # HELP lag_seconds Lag.
                # TYPE lag_seconds histogram
                lag_seconds_bucket{le="0.00005"} 2
                lag_seconds_bucket{le="0.001"} 4
                lag_seconds_bucket{le="2.5"} 5
                lag_seconds_bucket{le="+Inf"} 6
                lag_seconds_sum 4.001102
                lag_seconds_count 6

                """)
    }

    @Test("Many threads count, and nothing is lost")
    func concurrency() async {
        let counters = Counters<MessageDirection>("a_total", by: "b", "c")
        let sizes = Distribution("d", "e", unit: .number, bounds: [10])
        await withTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counters.count(.sent, 2)
                        sizes.observe(Int64(number))
                    }
                }
            }
        }
        #expect(counters.value(.sent) == 16_000)
        #expect(counters.value(.received) == 0)
        #expect(sizes.reading.counts == [8000, 0])
        #expect(sizes.reading.sum == 28_000)
    }

    @Test(
        "Seconds are exact",
        arguments: [
            (0, "0"), (1, "0.000001"), (1_500_000, "1.5"), (61, "0.000061"), (3_000_000, "3"),
            (-1, "-0.000001"), (Int64.max, "9223372036854.775807"),
            (Int64.min, "-9223372036854.775808"),
        ])
    func seconds(_ microseconds: Int64, _ expected: String) {
        #expect(Distribution.Unit.seconds.format(microseconds) == expected)
    }
}
