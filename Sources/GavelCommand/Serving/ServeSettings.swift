import Webhooks

/// A setting's text, and where it was given: what a complaint names.
struct GivenSetting: Hashable, Sendable {
    let text: String
    let origin: String
}

/// What one source says: the settings by their keys, and what is wrong with the source itself.
struct ServeSource: Sendable {
    var given: [String: GivenSetting] = [:]
    var faults: [String] = []

    /// Takes a setting in; a second time only if it is a list.
    mutating func add(_ setting: ServeSetting, _ text: String, origin: String) {
        guard let older = given[setting.key] else {
            given[setting.key] = GivenSetting(text: text, origin: origin)
            return
        }
        guard setting.isList else { return faults.append("\(origin): is given twice") }
        given[setting.key] = GivenSetting(text: "\(older.text), \(text)", origin: origin)
    }
}

/// The settings of a server as they were given. Options go before the environment, and that before
/// the file.
struct ServeSettings: Sendable {
    /// What every setting is, and where from; nil for a default.
    private(set) var origins: [String: String] = [:]
    private var configuration = ServeConfiguration()
    private(set) var faults: [String] = []

    init(options: ServeSource, environment: [String: String], file: ServeSource) {
        let variables = ServeSource(environment: environment)
        faults = options.faults + variables.faults + file.faults
        for setting in ServeSetting.all {
            let key = setting.key
            guard let given = options.given[key] ?? variables.given[key] ?? file.given[key] else {
                continue
            }
            origins[key] = given.origin
            do { try setting.read(given.text, &configuration) } catch {
                faults.append("\(given.origin): \(error)")
            }
        }
        // What is malformed is left at its default: to compare that would only confuse.
        if faults.isEmpty {
            compareLimits()
            checkWebhookNames()
            checkCompanions()
        }
    }

    /// The settings as a server works with them; throws with everything that is wrong.
    func checked() throws(CommandFailure) -> ServeConfiguration {
        guard faults.isEmpty else { throw .usage(faults.joined(separator: "\n")) }
        return configuration
    }

    /// Settings that are nothing without one another.
    private static let companions = [
        ["tls-certificate", "tls-key"], ["jwks", "jwt-issuer", "jwt-audience"],
        ["webhook", "webhook-secrets"],
    ]

    private mutating func checkCompanions() {
        for names in Self.companions {
            let missing = names.filter { origins[$0] == nil }
            guard !missing.isEmpty, let given = names.first(where: { origins[$0] != nil }),
                let origin = origins[given]
            else { continue }
            faults.append(
                "\(origin): needs \(missing.joined(separator: " and ")), too: give "
                    + "\(names.count == 2 ? "both" : "all of them"), or none")
        }
    }

    /// A cursor belongs to a name.
    private mutating func checkWebhookNames() {
        var names: Set<String> = []
        for webhook in configuration.webhooks where !names.insert(webhook.name).inserted {
            faults.append("\(origins["webhook"] ?? "webhook"): there are two named \(webhook.name)")
        }
        for interest in configuration.webhookInterests where !names.contains(interest.endpoint) {
            faults.append(
                "\(origins["webhook-events"] ?? "webhook-events"): there is no webhook named "
                    + interest.endpoint)
        }
    }

    private mutating func compareLimits() {
        for (lower, upper) in ServeSetting.limitsInOrder {
            guard let lower = ServeSetting.named(lower, isLimit: true),
                let upper = ServeSetting.named(upper, isLimit: true),
                let low = Int64(lower.show(configuration)),
                let high = Int64(upper.show(configuration)), low > high
            else { continue }
            let origin = origins[lower.key] ?? origins[upper.key] ?? lower.key
            faults.append(
                "\(origin): \(lower.name) (\(low)) must not be more than \(upper.name) (\(high))")
        }
    }
}

// MARK: - The environment

extension ServeSource {
    /// Our variables that are no settings: of the command line, and of the tools around it.
    private static let otherVariables: Set = [
        "GAVEL_CA_FILE", "GAVEL_CONFIG", "GAVEL_SERVER", "GAVEL_TOKEN", "GAVEL_WARNINGS_AS_ERRORS",
    ]

    /// The variables `GAVEL_…`. An unknown one is a fault: a typing error must not be taken for a
    /// default. An empty one is as good as none.
    init(environment: [String: String]) {
        var settings: [String: ServeSetting] = [:]
        for setting in ServeSetting.all { settings[setting.variable] = setting }
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("GAVEL_") && !text.isEmpty {
            if let setting = settings[name] {
                add(setting, text, origin: name)
            } else if !Self.otherVariables.contains(name), !Self.isOfOrchestrator(name) {
                faults.append(
                    "\(name): there is no such setting; \"gavel serve --help\" lists them")
            }
        }
    }

    /// Kubernetes and Docker's links tell every container where a service named "gavel" is.
    private static func isOfOrchestrator(_ name: String) -> Bool {
        name == "GAVEL_PORT" || name.hasPrefix("GAVEL_PORT_") || name == "GAVEL_SERVICE_HOST"
            || name.hasPrefix("GAVEL_SERVICE_PORT") || name == "GAVEL_NAME"
    }
}

// MARK: - Options

extension ServeSource {
    /// The options `--name value`, `--name=value` and `--limit name=value`.
    init(arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false
            ).map(String.init)
            let option = parts[0]
            guard option.hasPrefix("--"), option == "--limit" || Self.setting(option) != nil else {
                faults.append(
                    "\(argument): there is no such option; \"gavel serve --help\" lists them")
                // Its value, most likely: no complaint of its own.
                if option.hasPrefix("--"), parts.count == 1, rest.first?.hasPrefix("-") == false {
                    rest.removeFirst()
                }
                continue
            }
            var value = parts.count > 1 ? parts[1] : nil
            if value == nil, let next = rest.first, !next.hasPrefix("--") {
                value = next
                rest.removeFirst()
            }
            guard let value, !value.isEmpty else {
                faults.append("\(option): must have a value")
                continue
            }
            add(option: option, value)
        }
    }

    private static func setting(_ option: String) -> ServeSetting? {
        ServeSetting.named(String(option.dropFirst(2)), isLimit: false)
    }

    private mutating func add(option: String, _ value: String) {
        if option != "--limit" {
            if let setting = Self.setting(option) { add(setting, value, origin: option) }
            return
        }
        let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            return faults.append(
                "--limit: \"\(value)\" is no limit: write it like message-bytes-max=16384")
        }
        guard let setting = ServeSetting.named(String(parts[0]), isLimit: true) else {
            return faults.append(
                "--limit: there is no limit \"\(parts[0])\"; the limits are "
                    + ServeSetting.names(areLimits: true))
        }
        add(setting, String(parts[1]), origin: setting.option)
    }
}

extension ServeSetting {
    static func names(areLimits: Bool) -> String {
        all.filter { $0.isLimit == areLimits }.map(\.name).joined(separator: ", ")
    }
}
