import AuctionRules
import Logging

/// What a server can be told, as an option, as a variable of the environment, and as a key of the
/// configuration file: one name for all three.
enum ServeSetting: String, Hashable, Sendable, CaseIterable {
    case database
    case listen
    case socket
    case origin
    case minReopen = "min-reopen"
    case eventLoops = "event-loops"
    case logLevel = "log-level"

    var option: String { "--" + rawValue }
    var variable: String { "GAVEL_" + rawValue.uppercased().replacing("-", with: "_") }

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// A setting's text, and where it was given: what a complaint names.
struct GivenSetting: Hashable, Sendable {
    let text: String
    let origin: String
}

/// The settings of a server as they were given. Options go before the environment, and that before
/// the file.
struct ServeSettings: Sendable {
    private var given: [ServeSetting: GivenSetting] = [:]

    init(
        options: [ServeSetting: String], environment: [String: String],
        file: [ServeSetting: GivenSetting]
    ) {
        for setting in ServeSetting.allCases {
            if let text = options[setting] {
                given[setting] = GivenSetting(text: text, origin: setting.option)
            } else if let text = environment[setting.variable], !text.isEmpty {
                given[setting] = GivenSetting(text: text, origin: setting.variable)
            } else if let own = file[setting] {
                given[setting] = own
            }
        }
    }

    /// The settings as a server works with them; throws for the first that is malformed.
    func configuration() throws(CommandFailure) -> ServeConfiguration {
        var configuration = ServeConfiguration()
        if let path = given[.database]?.text { configuration.database = path }
        if let address = try value(.listen, { try ListenAddress($0) }) {
            configuration.listen = address
        }
        configuration.socket =
            given[.socket].map { $0.text == "none" ? .none : .path($0.text) }
            ?? .besideDatabase
        configuration.origins =
            try value(.origin) { text in
                try ValueText.words(text).map(Self.origin)
            } ?? []
        if let duration = try value(.minReopen, { try DurationText.parse($0) }) {
            configuration.reopenMin = duration
        }
        if let count = try value(.eventLoops, { try ValueText.number($0, in: 1...256) }) {
            configuration.eventLoops = Int(count)
        }
        if let level = try value(
            .logLevel,
            { text -> Logger.Level in
                try ValueText.choice(text, of: "a log level")
            })
        {
            configuration.logLevel = level
        }
        return configuration
    }

    private func value<Value>(
        _ setting: ServeSetting, _ parse: (String) throws -> Value
    ) throws(CommandFailure) -> Value? {
        guard let given = given[setting] else { return nil }
        do { return try parse(given.text) } catch { throw .usage("\(given.origin): \(error)") }
    }

    /// `scheme://host[:port]`, or `*`.
    private static func origin(_ text: String) throws(ValueFault) -> String {
        guard text != "*" else { return text }
        let parts = text.split(separator: "://", omittingEmptySubsequences: false)
        guard parts.count == 2, ["http", "https"].contains(parts[0]), !parts[1].isEmpty,
            !parts[1].contains("/")
        else {
            throw ValueFault(
                "\"\(text)\" is not an origin: write it like https://auctions.example, without a "
                    + "path")
        }
        return text
    }
}

/// How a server is set up.
struct ServeConfiguration: Hashable, Sendable {
    enum Socket: Hashable, Sendable {
        case besideDatabase
        case path(String)
        case none
    }

    var database = Place.defaultDatabase
    var listen = ListenAddress.standard
    var socket = Socket.besideDatabase
    /// Where pages may come from that connect, beside the server's own.
    var origins: [String] = []
    var reopenMin: Milliseconds?
    var eventLoops = 2
    var logLevel = Logger.Level.info

    /// The server's own page must get in, too.
    var allowedOrigins: [String] {
        let own = listen.pageOrigins
        return own + origins.filter { !own.contains($0) }
    }

    var socketPath: String? {
        switch socket {
        case .besideDatabase: Place.socketPath(besideDatabase: database)
        case .path(let path): path
        case .none: nil
        }
    }
}
