import ArgumentParser
import AuctionRules
import Foundation
import Logging
import ServiceLifecycle

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run a server with a demo sale, for trying things out.",
        discussion: """
            Half a dozen lots of several kinds and currencies, five simulated bidders on real \
            connections, and new lots for those that end. Prints what to paste: how to watch, how to \
            bid, how to look into the database. On a terminal it goes on to say what opens and what \
            ends; elsewhere every price, too.

            Without --database it works on a new one in the folder for temporary files. On a \
            database that is there already it adds a new sale, withdraws what an earlier demo has \
            left open, and leaves the rest as it is.

            It takes all settings of "gavel serve", in the same ways; its log says warnings only, \
            unless log-level is given.

            Example: gavel demo --database demo.db --duration 10m --listen 127.0.0.1:9000
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var options: ServeOptions
    @Option(
        help: ArgumentHelp("End after so long (default: at Ctrl-C).", valueName: "duration"),
        transform: { try DurationText.parsePositive($0) })
    var duration: Milliseconds?

    func run() async throws {
        guard global.server == nil else {
            throw CommandFailure.usage("--server: the demo has a server of its own")
        }
        let settings = try options.given(database: global.database)
        var configuration = try settings.checked()
        if settings.origins["database"] == nil { configuration.database = Self.newDatabase }
        if options.checkConfig {
            return try await configuration.check(origins: settings.origins, isJSON: global.json)
        }
        let level = settings.origins["log-level"] == nil ? .warning : configuration.logLevel
        let server = try await RunningServer.start(
            configuration, logger: EventLog.logger(format: configuration.logFormat, level: level))
        server.warnOfOpenness()
        let console = Console.standardOutput()
        let stage: DemoStage
        do {
            stage = try await DemoStage(
                on: server,
                printer: WatchPrinter(
                    console: console, isJSON: global.json,
                    tellsPrices: global.json || !console.isTerminal))
        } catch {
            await server.stop()
            throw error
        }
        if global.json {
            console.print(json: StartMessage(server: server).json)
        } else {
            StartMessage(server: server).print(on: console)
            DemoGuide(server: server, stage: stage, program: CommandLine.arguments[0])
                .print(on: console)
        }
        let timer = duration.map { [DemoTimer(duration: $0)] } ?? []
        try await server.runUntilStopped(beside: [stage] + timer)
        guard !global.json, console.isTerminal else { return }
        console.print(
            "Ended. \(configuration.database) is kept; a new demo there starts a new sale.")
    }

    /// A database that is not there yet.
    private static var newDatabase: String {
        let folder = FileManager.default.temporaryDirectory
        return folder.appendingPathComponent("gavel-demo-\(getpid()).db").path
    }
}
