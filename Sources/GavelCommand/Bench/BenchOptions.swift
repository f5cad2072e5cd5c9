import ArgumentParser
import AuctionRules
import Foundation
import GavelBench

/// How hard and how long. What a scenario does not have, it refuses.
struct BenchOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Connections that watch.", valueName: "n"))
    var watchers: Int?
    @Option(help: ArgumentHelp("Connections that come, of connect.", valueName: "n"))
    var connections: Int?
    @Option(help: ArgumentHelp("Lots.", valueName: "n"))
    var lots: Int?
    @Option(help: ArgumentHelp("Connections that bid, each for another bidder.", valueName: "n"))
    var bidders: Int?
    @Option(
        help: ArgumentHelp(
            "Bids a second of all bidders together (of connect: connections), by the clock; or max: "
                + "the next one follows an answer.", valueName: "n"),
        transform: { try Self.rate($0) })
    var rate: BenchSettings.Rate?
    @Option(
        help: ArgumentHelp(
            "With --rate max: unanswered bids of each bidder, or connections on their way.",
            valueName: "n"))
    var inFlight: Int?
    @Option(
        help: ArgumentHelp("Of bids: english or sealed.", valueName: "format"),
        transform: {
            try ValueText.choice($0, of: "a format to measure") as BenchSettings.Format
        })
    var format: BenchSettings.Format?
    @Option(
        help: ArgumentHelp("How long a run is measured.", valueName: "duration"),
        transform: { try DurationText.parsePositive($0) })
    var duration: Milliseconds?
    @Option(
        help: ArgumentHelp("How long the same is done before.", valueName: "duration"),
        transform: { try DurationText.parse($0) })
    var warmUp: Milliseconds?
    @Option(help: ArgumentHelp("Runs, each on a server of its own.", valueName: "n"))
    var repeats: Int?
    @Option(
        help: ArgumentHelp(
            "Where the server's database goes (default: the folder for temporary files).",
            valueName: "path"), completion: .directory)
    var folder: String?

    /// The scenario's settings, with what was given instead of its defaults.
    func settings(for scenario: BenchScenarioName) throws(CommandFailure) -> BenchSettings {
        var settings = BenchSettings(scenario)
        let takesWatchers = scenario != .bids && scenario != .connect
        let takesLots = scenario != .connect
        let paced = scenario == .fanout || scenario == .bids || scenario == .connect
        let given: [(name: String, isGiven: Bool, isTaken: Bool)] = [
            ("--watchers", watchers != nil, takesWatchers),
            ("--connections", connections != nil, scenario == .connect),
            ("--lots", lots != nil, takesLots), ("--bidders", bidders != nil, takesLots),
            ("--in-flight", inFlight != nil, paced), ("--format", format != nil, scenario == .bids),
            ("--duration", duration != nil, scenario != .connect),
            ("--warm-up", warmUp != nil, scenario != .connect),
        ]
        if let wrong = given.first(where: { $0.isGiven && !$0.isTaken }) {
            throw .usage("\(wrong.name) means nothing for \"gavel bench \(scenario.rawValue)\"")
        }
        settings.watchers = watchers ?? connections ?? settings.watchers
        settings.lots = lots ?? settings.lots
        settings.bidders = bidders ?? settings.bidders
        settings.rate = rate ?? settings.rate
        settings.inFlight = inFlight ?? settings.inFlight
        settings.format = format ?? settings.format
        if let duration { settings.duration = Double(duration) / 1000 }
        if let warmUp { settings.warmUp = Double(warmUp) / 1000 }
        settings.repeats = repeats ?? settings.repeats
        // Who asks for one lot and says nothing of bidders, or the other way round, gets a plan that works.
        if scenario == .bids, lots == nil, bidders != nil { settings.lots = settings.bidders }
        return settings
    }

    private static func rate(_ text: String) throws(ValueFault) -> BenchSettings.Rate {
        if text == "max" { return .unbounded }
        guard let rate = Double(text), rate.isFinite, rate > 0 else {
            throw ValueFault("\"\(text)\" is no rate: write a number a second above 0, or max")
        }
        return .perSecond(rate)
    }
}
