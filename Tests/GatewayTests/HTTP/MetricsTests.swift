import BidService
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
            #"gavel_connections{state="websocket"} 1"#,
            #"gavel_connections_opened_total{state="websocket"} 2"#,
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
