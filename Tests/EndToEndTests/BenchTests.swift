import Foundation
import StrictJSON
import Testing

/// `gavel bench` as an operator types it, short: that it ends well and says what it measured.
@Suite("gavel bench")
struct BenchTests {
    private static let common = [
        "--json", "--duration", "300ms", "--warm-up", "100ms", "--repeats",
    ]

    @Test(
        "Each scenario measures a server of its own",
        arguments: [
            (
                ["fanout", "--watchers", "30", "--rate", "50"], "2",
                ["deliveries_per_second", "server_cpu_per_delivery_us", "last_delivery_p99_ms"]
            ),
            (
                ["bids", "--bidders", "4", "--in-flight", "8"], "1",
                ["accepted_bids_per_second", "server_cpu_per_bid_us", "answer_p50_ms"]
            ),
            (
                ["bids", "--bidders", "4", "--lots", "1", "--rate", "200", "--format", "sealed"],
                "1", ["accepted_bids_per_second", "answer_p99_9_ms"]
            ),
            (
                ["bids", "--bidders", "3", "--lots", "1", "--in-flight", "4"], "1",
                ["accepted_percent"]
            ),
            (
                ["mixed", "--watchers", "40", "--lots", "4", "--bidders", "2", "--rate", "100"],
                "1", ["answer_p99_ms", "delivery_p99_ms", "server_memory_mib"]
            ),
            (
                ["closing", "--lots", "20", "--bidders", "2", "--rate", "50"], "1",
                ["lots_closed", "close_max_ms", "answer_p99_ms"]
            ),
            (
                ["soak", "--watchers", "20", "--lots", "2", "--bidders", "2"], "1",
                ["server_memory_growth_mib_per_hour", "server_files"]
            ),
        ])
    func own(arguments: [String], repeats: String, figures: [String]) async throws {
        let result = try await Gavel.run(["bench"] + arguments + Self.common + [repeats])
        #expect(result.status == 0, "\(result.errors)")
        try check(result, scenario: arguments[0], runs: Int(repeats), figures)
    }

    @Test("Connections that come and stay")
    func connections() async throws {
        let result = try await Gavel.run([
            "bench", "connect", "--connections", "40", "--repeats", "1", "--json",
        ])
        #expect(result.status == 0, "\(result.errors)")
        try check(
            result, scenario: "connect", runs: 1,
            ["connections_per_second", "connected_p99_ms", "server_memory_per_connection_kib"])
    }

    @Test("A given server is measured with what can be told from afar, and left tidy")
    func given() async throws {
        let server = try await TestServer.start()
        let admin = try await Gavel.run([
            "admin", "token", "load", "--json", "--database", server.database,
        ])
        let issued = try #require(try JSONValue(parsing: admin.lines[0]).asObject)
        let token = try issued.string("token")
        let place = ["--server", "\(server.endpoint)", "--token", token]
        let result = try await Gavel.run(
            ["bench", "fanout", "--watchers", "10", "--rate", "50"] + place + Self.common + ["1"])
        #expect(result.status == 0, "\(result.errors)")
        try check(result, scenario: "fanout", runs: 1, ["delivery_p99_ms"])
        #expect(!result.output.contains("server_cpu"), "Nothing is known of a given server's")
        let lots = try await Gavel.run(["auction", "list", "--json"] + place)
        #expect(lots.lines.count == 1)
        #expect(lots.output.contains(#""auction":"bench-"#))
        #expect(lots.output.contains(#""status":"cancelled""#))
        let folder = try await Gavel.run(["bench", "bids", "--folder", "x"] + place)
        #expect(folder.status == 2)
        #expect(folder.errors.contains("--folder"))
        _ = await server.stop()
    }

    @Test("More connections than files may be open are refused, and how to have more is said")
    func files() async throws {
        let result = try await run(
            "/bin/sh",
            [
                "-c", #"ulimit -n 400 && exec "$0" bench fanout --watchers 1000"#,
                Gavel.executable,
            ], environment: Gavel.environment)
        #expect(result.status == 2)
        #expect(result.errors.contains("ulimit -n 1202"), "\(result.errors)")
    }

    /// One JSON object, with these figures among others, each in every run.
    private func check(
        _ result: Gavel.Result, scenario: String, runs: Int?, _ figures: [String]
    ) throws {
        #expect(result.lines.count == 1)
        let report = try #require(try JSONValue(parsing: result.output).asObject)
        #expect(try report.string("type") == "bench")
        #expect(try report.string("scenario") == scenario)
        #expect(try report.array("runs").count == runs)
        for figure in figures {
            #expect(result.output.contains(#"{"name":"\#(figure)","unit""#), "\(figure)")
        }
        #expect(result.errors.isEmpty, "\(result.errors)")
    }
}
