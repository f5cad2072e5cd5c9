import BidService

/// The server's counts as Prometheus reads them.
enum Metrics {
    static func text(
        service: ServiceStatistics, queuedCommands: Int, gateway: GatewayStatistics.Reading,
        isDraining: Bool
    ) -> String {
        var text = PrometheusText()
        add(gateway, to: &text)
        add(service, to: &text)
        text.family("gavel_queued_commands", .gauge, "Commands that wait to be decided.")
        text.sample(Int64(queuedCommands))
        text.family("gavel_draining", .gauge, "1 while the server prepares to stop.")
        text.sample(isDraining ? 1 : 0)
        return text.text
    }

    private static func add(_ gateway: GatewayStatistics.Reading, to text: inout PrometheusText) {
        text.family("gavel_connections", .gauge, "Open connections.")
        text.sample(gateway.webSockets, ["kind": "websocket"])
        text.sample(gateway.httpConnections, ["kind": "http"])
        text.family("gavel_connections_opened_total", .counter, "Connections since the start.")
        text.sample(gateway.webSocketsTotal, ["kind": "websocket"])
        text.sample(gateway.httpConnectionsTotal, ["kind": "http"])
        text.family("gavel_messages_total", .counter, "WebSocket messages.")
        text.sample(gateway.messagesReceived, ["direction": "received"])
        text.sample(gateway.messagesSent, ["direction": "sent"])
        text.family(
            "gavel_prices_skipped_total", .counter,
            "Prices passed over for newer ones on connections that could not keep up.")
        text.sample(gateway.pricesSkipped)
        text.family(
            "gavel_slow_connections_closed_total", .counter,
            "Connections closed because they took nothing any more.")
        text.sample(gateway.closedTooSlow)
        text.family("gavel_http_requests_total", .counter, "HTTP requests by answer.")
        for (kind, count) in gateway.requestsByClass.sorted(by: { $0.key < $1.key }) {
            text.sample(count, ["status": "\(kind)xx"])
        }
    }

    private static func add(_ service: ServiceStatistics, to text: inout PrometheusText) {
        text.family("gavel_bids_total", .counter, "Bids by outcome: accepted, or the code.")
        text.sample(service.bidsAccepted, ["outcome": "accepted"])
        for (code, count) in service.refusals.sorted(by: { $0.key < $1.key }) {
            text.sample(count, ["outcome": code])
        }
        text.family("gavel_bid_repeats_total", .counter, "Bids that had been answered before.")
        text.sample(service.repeats)
        text.family(
            "gavel_commands_turned_away_total", .counter,
            "Commands refused because the queue was full or closed.")
        text.sample(service.turnedAway)
        text.family("gavel_commit_seconds", .summary, "Time spent in commits.")
        text.sample(seconds: service.commitMicroseconds, suffix: "_sum")
        text.sample(service.commits, suffix: "_count")
        text.family("gavel_log_entries_total", .counter, "Entries written to the log.")
        text.sample(service.entries)
        text.family("gavel_log_failures_total", .counter, "Commits that failed.")
        text.sample(service.logFailures)
        text.family("gavel_available", .gauge, "1 while bids can be stored.")
        text.sample(service.isAvailable ? 1 : 0)
    }
}

/// Writes the Prometheus text format, version 0.0.4. Label values may be anything: they are
/// escaped.
struct PrometheusText {
    enum Kind: String {
        case counter
        case gauge
        case summary
    }

    private(set) var text = ""
    private var name = ""

    /// Begins a family of samples.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(Self.escape(help))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter suffix: for the parts of a summary.
    mutating func sample(
        _ value: Int64, _ labels: KeyValuePairs<String, String> = [:], suffix: String = ""
    ) {
        add("\(value)", labels, suffix)
    }

    /// A duration of so many microseconds, in seconds; exact.
    mutating func sample(
        seconds microseconds: Int64, _ labels: KeyValuePairs<String, String> = [:],
        suffix: String = ""
    ) {
        let fraction = String(microseconds % 1_000_000)
        let padding = String(repeating: "0", count: 6 - fraction.utf8.count)
        add("\(microseconds / 1_000_000).\(padding)\(fraction)", labels, suffix)
    }

    private mutating func add(
        _ value: String, _ labels: KeyValuePairs<String, String>, _ suffix: String
    ) {
        text += name + suffix
        if !labels.isEmpty {
            let pairs = labels.map { "\($0)=\"\(Self.escape($1, isLabel: true))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escape(_ text: String, isLabel: Bool = false) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where isLabel: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
