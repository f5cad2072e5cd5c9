import StrictJSON

/// What is done to a server.
public enum BenchScenarioName: String, Hashable, Sendable, CaseIterable {
    case fanout
    case bids
    case mixed
    case connect
    case closing
    case soak
}

/// What to measure, and how hard.
public struct BenchSettings: Hashable, Sendable {
    /// How fast something is done.
    public enum Rate: Hashable, Sendable {
        /// By the clock, whatever the answers do: so many a second.
        case perSecond(Double)
        /// As fast as answers come, with so many unanswered as ``BenchSettings/inFlight`` says.
        case unbounded
    }

    /// How lots are sold; what a bid costs depends on it.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// Somebody holds a huge max: every bid is accepted, moves the price and is outbid at once.
        case english
        /// Every bid is accepted, and nobody is told.
        case sealed
    }

    public var scenario: BenchScenarioName
    /// Connections that watch, 0 ... 200,000; in `connect` those that come.
    public var watchers: Int
    /// 1 ... 10,000.
    public var lots: Int
    /// Connections that bid, each for a bidder of its own; 1 ... 10,000.
    public var bidders: Int
    /// Of bids, or of connections.
    public var rate: Rate
    /// Unanswered bids of a bidder, or connections on their way, when the rate is unbounded.
    public var inFlight = 50
    public var format = Format.english
    /// How long is measured, in seconds.
    public var duration: Double
    /// How long the same is done before, in seconds.
    public var warmUp = 2.0
    public var repeats = 3
    /// Whether the server is a given one, and not started here.
    public var isDistant = false

    /// The scenario as it is measured when nothing else is said.
    public init(_ scenario: BenchScenarioName) {
        self.scenario = scenario
        (watchers, lots, bidders, rate, duration) =
            switch scenario {
            case .fanout: (1000, 1, 1, .perSecond(20), 10)
            case .bids: (0, 64, 64, .unbounded, 10)
            case .mixed: (1000, 100, 50, .perSecond(200), 10)
            case .connect: (1000, 1, 0, .unbounded, 10)
            case .closing: (2, 1000, 20, .perSecond(100), 10)
            case .soak: (1000, 100, 50, .perSecond(200), 600)
            }
        if scenario == .soak { repeats = 1 }
    }

    /// Throws for what makes no sense together.
    public func check() throws(BenchError) {
        try Self.check("--watchers", watchers, 0...200_000)
        try Self.check("--lots", lots, 1...10_000)
        try Self.check("--in-flight", inFlight, 1...10_000)
        try Self.check("--repeats", repeats, 1...1000)
        if scenario != .connect { try Self.check("--bidders", bidders, 1...10_000) }
        guard (0.1...86_400 * 7).contains(duration) else {
            throw .badSetting("--duration is 100ms to 7d.")
        }
        guard (0...3600).contains(warmUp) else { throw .badSetting("--warm-up is 0s to 1h.") }
        if case .perSecond(let rate) = rate {
            guard (0.1...1_000_000).contains(rate) else {
                throw .badSetting("--rate is 0.1 to 1000000 a second, or max.")
            }
        }
        switch scenario {
        case .fanout, .mixed, .soak:
            guard bidders <= lots else {
                throw .badSetting(
                    "\(scenario.rawValue): every lot has one bidder, so that each change has its "
                        + "time: take no more --bidders than --lots.")
            }
            guard watchers > 0 else { throw .badSetting("--watchers: nobody would watch.") }
        case .connect:
            guard watchers > 0 else { throw .badSetting("--watchers: nobody would connect.") }
        case .closing:
            guard watchers > 0 else { throw .badSetting("--watchers: nobody would see the ends.") }
            guard case .perSecond = rate else {
                throw .badSetting(
                    "closing: --rate has to be a number, for the bids beside the ends.")
            }
        case .bids: break
        }
        guard format == .english || scenario == .bids else {
            throw .badSetting("--format sealed is for bids: nobody is told of a sealed bid.")
        }
    }

    private static func check(
        _ name: String, _ value: Int, _ range: ClosedRange<Int>
    ) throws(BenchError) {
        guard range.contains(value) else {
            throw .badSetting("\(name) is \(range.lowerBound) to \(range.upperBound).")
        }
    }

    /// How many connections there are at most.
    var connections: Int { watchers + bidders + 1 }

    /// How long all runs take at least, in seconds.
    public var secondsAtLeast: Double { Double(repeats) * (warmUp + duration) }

    func write(into writer: inout JSONWriter) {
        writer.field("server", isDistant ? "given" : "own")
        writer.field("watchers", watchers)
        writer.field("lots", lots)
        writer.field("bidders", bidders)
        switch rate {
        case .perSecond(let rate):
            writer.field("load", "open")
            writer.field("rate_per_second", numberText: BenchReport.number(rate))
        case .unbounded:
            writer.field("load", "closed")
            writer.field("in_flight", inFlight)
        }
        writer.field("format", format.rawValue)
        writer.field("duration_ms", Int64(duration * 1000))
        writer.field("warm_up_ms", Int64(warmUp * 1000))
        writer.field("repeats", repeats)
    }
}
