import ArgumentParser
import Foundation
import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server.",
        discussion: """
            Says on start where it listens, which database it has, and which settings make its \
            commits durable. SIGTERM or Ctrl-C ends it in order: connections get a good-bye, what \
            was accepted is committed. A second one ends it at once.

            Each setting is also a variable of the environment (GAVEL_LISTEN, GAVEL_MIN_REOPEN …) \
            and a key of the configuration file, YAML with the options' names. Options go before \
            the environment, and that before the file. An unknown or malformed key stops the start.

            Example: gavel serve --database auctions.db --listen 127.0.0.1:8080 --config gavel.yaml, \
            with
              listen: 127.0.0.1:8080
              origin: [https://auctions.example]
              min-reopen: 10m
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var settings: ServeOptions

    func run() async throws {
        guard global.server == nil else {
            throw CommandFailure.usage("--server is for commands to a server, not for one")
        }
        let configuration = try settings.configuration(database: global.database)
        let server = try await RunningServer.start(
            configuration, logger: Self.logger(level: configuration.logLevel))
        server.warnOfOpenness()
        let console = Console.standardOutput()
        let message = StartMessage(server: server)
        if global.json { console.print(json: message.json) } else { message.print(on: console) }
        try await server.runUntilStopped()
    }

    /// The log goes to standard error.
    static func logger(level: Logger.Level) -> Logger {
        var logger = Logger(label: "gavel") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}

/// The settings of a server as options.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen (default: 127.0.0.1:8080); port 0: any free one.",
            valueName: "host:port"))
    var listen: String?
    @Option(help: ArgumentHelp("The configuration file (GAVEL_CONFIG).", valueName: "file"))
    var config: String?
    @Option(
        help: ArgumentHelp(
            "Where pages may come from that connect, beside the server's own, like "
                + "https://auctions.example; repeatable. * allows any.", valueName: "origin"))
    var origin: [String] = []
    @Option(
        help: ArgumentHelp(
            "What a lot has left at least that an outage hit (default: 5m; 0: rule off).",
            valueName: "duration"))
    var minReopen: String?
    @Option(
        help: ArgumentHelp(
            "The Unix socket for administrators (default: beside the database, .sock); none: no "
                + "socket.", valueName: "path"))
    var socket: String?
    @Option(help: ArgumentHelp("Threads for the network (default: 2).", valueName: "n"))
    var eventLoops: String?
    @Option(
        help: ArgumentHelp(
            "trace, debug, info (default), notice, warning, error or critical.",
            valueName: "level"))
    var logLevel: String?

    func configuration(
        database: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> ServeConfiguration {
        var options: [ServeSetting: String] = [:]
        options[.database] = database
        options[.listen] = listen
        options[.origin] = origin.isEmpty ? nil : origin.joined(separator: ",")
        options[.minReopen] = minReopen
        options[.socket] = socket
        options[.eventLoops] = eventLoops
        options[.logLevel] = logLevel
        let path = config ?? environment["GAVEL_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        return try ServeSettings(
            options: options, environment: environment,
            file: try path.map { path throws(CommandFailure) in try ServeFile.read(path) } ?? [:]
        ).configuration()
    }
}
