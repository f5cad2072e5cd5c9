import StrictJSON
import Testing

@testable import GavelBench

@Suite("Figures")
struct FigureTests {
    @Test("A pacer's times are the clock's, and none is left out when nobody looks")
    func pacer() {
        var pacer = Pacer(from: 1000, rate: 1e9 / 250)
        #expect(pacer.due(at: 999) == nil)
        #expect(pacer.due(at: 1000) == 1000)
        #expect(pacer.due(at: 1249) == nil)
        #expect(pacer.next == 1250)
        var late: [UInt64] = []
        while let time = pacer.due(at: 2000) { late.append(time) }
        #expect(late == [1250, 1500, 1750, 2000])
    }

    @Test("A latency record tells quantiles in milliseconds, and of too much what it can")
    func latencies() {
        var record = LatencyRecord()
        #expect(record.figures(.answer).isEmpty)
        for number in 1...1000 { record.record(UInt64(number) * 1_000_000) }
        #expect(abs(record.milliseconds(at: 50) - 500) < 2)
        #expect(abs(record.milliseconds(at: 99) - 990) < 2)
        #expect(abs(record.milliseconds(at: 100) - 1000) < 2)
        record.record(.max)
        #expect(record.milliseconds(at: 100) >= 599_000)
        #expect(record.count == 1001)
    }

    @Test("Of several runs the median counts, and the least and the most stand beside it")
    func report() throws {
        var settings = BenchSettings(.bids)
        settings.repeats = 4
        let report = BenchReport(
            settings: settings,
            machine: Machine(
                processors: 2, processorName: "P", memory: 1, kernel: "6", isRelease: true),
            startedAt: 17, version: "1",
            runs: [4, 1, 3, 10].map { [Figure(.accepted, $0), Figure(.bidCPU, $0 / 8)] })
        #expect(report.lines.map(\.median) == [3.5, 0.4375])
        #expect(report.lines.map(\.least) == [1, 0.125])
        #expect(report.lines.map(\.most) == [10, 1.25])
        let json = try #require(try JSONValue(parsing: report.json).asObject)
        #expect(try json.string("scenario") == "bids")
        let text = String(decoding: report.json, as: UTF8.self)
        #expect(
            text.contains(
                #"{"name":"server_cpu_per_bid_us","unit":"µs","median":0.438,"min":0.125,"max":1.25}"#
            ))
    }

    @Test(
        "Numbers are JSON's, with three digits at most",
        arguments: [
            (0, "0"), (1, "1"), (-1.5, "-1.5"), (0.0004, "0"), (0.0006, "0.001"), (2.05, "2.05"),
            (1e18, "1000000000000000"), (123_456.789_4, "123456.789"),
        ])
    func numbers(value: Double, text: String) { #expect(BenchReport.number(value) == text) }

    @Test("Memory that grows is seen as so much an hour")
    func trend() {
        #expect(MemoryTrend.slope(of: []) == 0)
        #expect(MemoryTrend.slope(of: [(0, 5)]) == 0)
        #expect(abs(MemoryTrend.slope(of: [(0, 10), (1, 12), (2, 14)]) - 2) < 1e-9)
        #expect(abs(MemoryTrend.slope(of: [(0, 10), (1, 8)]) + 2) < 1e-9)
    }

    @Test(
        "The settings of every scenario make sense as they are",
        arguments: BenchScenarioName.allCases)
    func defaults(scenario: BenchScenarioName) throws { try BenchSettings(scenario).check() }

    @Test("Settings that make no sense are refused, and say what to do")
    func settings() {
        func fault(_ scenario: BenchScenarioName, _ change: (inout BenchSettings) -> Void)
            -> String?
        {
            var settings = BenchSettings(scenario)
            change(&settings)
            do throws(BenchError) { try settings.check() } catch { return error.description }
            return nil
        }
        #expect(fault(.fanout) { $0.watchers = 0 }?.contains("--watchers") == true)
        #expect(fault(.mixed) { $0.bidders = $0.lots + 1 }?.contains("--bidders") == true)
        #expect(fault(.closing) { $0.rate = .unbounded }?.contains("--rate") == true)
        #expect(fault(.bids) { $0.rate = .perSecond(0) }?.contains("--rate") == true)
        #expect(fault(.fanout) { $0.format = .sealed }?.contains("--format") == true)
        #expect(fault(.bids) { $0.repeats = 0 }?.contains("--repeats") == true)
        #expect(fault(.bids) { $0.duration = .infinity }?.contains("--duration") == true)
        #expect(fault(.bids) { $0.lots = 1 } == nil)
    }
}
