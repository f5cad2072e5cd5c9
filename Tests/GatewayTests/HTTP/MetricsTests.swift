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
        room.statistics.connectionClosed()
        room.statistics.messagesSent(40)
        room.statistics.requestAnswered(status: 404)
        let reply = try await room.get("/metrics")
        #expect(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        let lines = reply.text.split(separator: "\n").map(String.init)
        for expected in [
            "# TYPE gavel_bids_total counter",
            #"gavel_bids_total{outcome="accepted"} 1"#,
            #"gavel_bids_total{outcome="max_not_higher"} 1"#,
            #"gavel_connections{kind="websocket"} 1"#,
            #"gavel_connections_opened_total{kind="websocket"} 2"#,
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
                    || declared.contains { name == "\($0)_sum" || name == "\($0)_count" }
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

    @Test(
        "Seconds are exact",
        arguments: [(0, "0.000000"), (1, "0.000001"), (1_500_000, "1.500000"), (61, "0.000061")])
    func seconds(_ microseconds: Int64, _ expected: String) {
        var text = PrometheusText()
        text.family("a", .summary, "a")
        text.sample(seconds: microseconds, suffix: "_sum")
        #expect(text.text.hasSuffix("a_sum \(expected)\n"))
    }
}
