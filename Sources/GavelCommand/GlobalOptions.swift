import ArgumentParser
import BidService
import Foundation
import GavelClient

/// What every command takes: where the data is, and how to print it.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The database file (GAVEL_DATABASE; default: gavel.db).", valueName: "path"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A distant server, like https://auctions.example (GAVEL_SERVER).", valueName: "url")
    )
    var server: String?

    @Option(
        help: ArgumentHelp(
            "With https: the certificate of the authority that vouches for the server, in PEM, "
                + "instead of those that this machine trusts (GAVEL_CA_FILE).", valueName: "file"))
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "The bearer token for the server (GAVEL_TOKEN; better there than here, where others on "
                + "this machine can see it).", valueName: "token"))
    var token: String?

    @Flag(help: "Print one JSON object per line, with the protocol's names and units.")
    var json = false

    @Flag(help: "Show secrets: reserves, maximum bids, names. The server logs it.")
    var reveal = false

    func validate() throws {
        if server != nil, database != nil {
            throw ValidationError(
                "--server and --database exclude each other: a server has its own database")
        }
    }
}

/// The data that a command works on: what the options and the environment come to.
struct Place: Sendable {
    enum Location: Hashable, Sendable {
        case server(Endpoint)
        case database(path: String)
    }

    let location: Location
    let token: String?
    /// Who may vouch for a server with TLS.
    let trust: ServerTrust
    /// What of a server's settings binds a command that works on a database without one: it must
    /// treat lots whose end was not reachable as the server would.
    let serviceLimits: ServiceLimits

    static let defaultDatabase = "gavel.db"

    /// Options go before the environment; a database given as an option goes before a server given
    /// by the environment.
    init(
        _ options: GlobalOptions,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) {
        func variable(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        token = options.token ?? variable("GAVEL_TOKEN")
        do {
            let path = options.caFile ?? variable("GAVEL_CA_FILE")
            trust =
                try path.map { path throws(GavelClientError) in
                    try ServerTrust(authoritiesIn: path)
                } ?? .system
        } catch {
            throw CommandFailure(error)
        }
        let settings = ServeSettings(
            options: ServeSource(),
            environment: environment.filter { $0.key == "GAVEL_MIN_REOPEN" }, file: ServeSource())
        serviceLimits = try settings.checked().serviceLimits
        let server = options.server ?? (options.database == nil ? variable("GAVEL_SERVER") : nil)
        guard let server else {
            location = .database(
                path: options.database ?? variable("GAVEL_DATABASE") ?? Self.defaultDatabase)
            return
        }
        do { location = .server(try Endpoint(server)) } catch { throw .usage("--server: \(error)") }
    }

    /// The socket of the server that runs on the database; nil with a distant server.
    static func socketPath(besideDatabase path: String) -> String { path + ".sock" }
}

extension GlobalOptions {
    /// The options that may also stand before the command's name, and whether they take a value.
    private static let names = [
        "--database": true, "--server": true, "--ca-file": true, "--token": true, "--json": false,
        "--reveal": false,
    ]

    /// The global options that stand before the command's name, and the rest.
    static func split(_ arguments: [String]) -> (leading: [String], rest: [String]) {
        var leading: [String] = []
        var rest = arguments[...]
        while let argument = rest.first {
            let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init)
            guard let name, let takesValue = names[name] else { break }
            leading.append(argument)
            rest.removeFirst()
            if takesValue, name == argument, let value = rest.popFirst() { leading.append(value) }
        }
        return rest.isEmpty ? ([], arguments) : (leading, Array(rest))
    }

    /// The arguments with leading global options moved behind the rest, where the parser expects
    /// them.
    static func hoisted(_ arguments: [String]) -> [String] {
        let (leading, rest) = split(arguments)
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + leading + Array(rest[end...])
    }
}
