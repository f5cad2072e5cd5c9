import AuctionRules
import BidService
import WireProtocol

/// The server's counts as Prometheus reads them.
enum Metrics {
    static func text(
        service: ServiceStatistics, queuedCommands: Int, gateway: GatewayStatistics,
        webhooks: [WebhookRow], isDraining: Bool, process: ProcessFigures, startedAt: Instant
    ) -> String {
        var text = PrometheusText()
        for family in gateway.families { family.write(to: &text) }
        add(service, to: &text)
        addStages(service, gateway, to: &text)
        add(webhooks, to: &text)
        text.family("gavel_queued_commands", .gauge, "Commands that wait to be decided.")
        text.sample(Int64(queuedCommands))
        text.family("gavel_draining", .gauge, "1 while the server prepares to stop.")
        text.sample(isDraining ? 1 : 0)
        process.write(to: &text)
        text.family(
            "process_start_time_seconds", .gauge, "When the server started, since 1970.")
        text.sample(seconds: startedAt.milliseconds &* 1000)
        return text.text
    }

    private static func add(_ webhooks: [WebhookRow], to text: inout PrometheusText) {
        text.family(
            "gavel_webhook_deliveries_total", .counter,
            "Attempts to deliver an event, by endpoint and result: delivered, or what was wrong.")
        for row in webhooks {
            for count in row.counts {
                text.sample(count.count, ["endpoint": row.endpoint, "result": count.result])
            }
        }
        text.family(
            "gavel_webhook_waiting", .gauge, "Events that wait for delivery, by endpoint.")
        for row in webhooks { text.sample(Int64(row.waiting), ["endpoint": row.endpoint]) }
        text.family(
            "gavel_webhook_dead_letters", .gauge, "Events that were given up, by endpoint.")
        for row in webhooks { text.sample(Int64(row.deadLetters), ["endpoint": row.endpoint]) }
        text.family(
            "gavel_webhook_lag_seconds", .gauge,
            "How old the oldest event is that waits for delivery, by endpoint.")
        for row in webhooks {
            text.sample(
                seconds: row.lag.multipliedReportingOverflow(by: 1000).partialValue,
                ["endpoint": row.endpoint])
        }
    }

    private static func addStages(
        _ service: ServiceStatistics, _ gateway: GatewayStatistics, to text: inout PrometheusText
    ) {
        text.family(
            "gavel_ack_seconds", .histogram,
            "From a bid's arrival to its answer, by stage: until it is decided, until that is on "
                + "disk, until the answer is written.")
        text.histogram(service.decisionSeconds, unit: .seconds, ["stage": "decide"])
        text.histogram(service.durabilitySeconds, unit: .seconds, ["stage": "commit"])
        text.histogram(gateway.ackWriting.reading, unit: .seconds, ["stage": "write"])
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
        text.family(
            "gavel_commit_seconds", .histogram, "How long commits took until they were durable.")
        text.histogram(service.commitSeconds, unit: .seconds)
        text.family("gavel_batch_entries", .histogram, "Log entries in a commit.")
        text.histogram(service.batchEntries, unit: .number)
        text.family("gavel_log_entries_total", .counter, "Entries written to the log.")
        text.sample(service.entries)
        text.family("gavel_log_failures_total", .counter, "Commits that failed.")
        text.sample(service.logFailures)
        text.family("gavel_available", .gauge, "1 while bids can be stored.")
        text.sample(service.isAvailable ? 1 : 0)
        text.family("gavel_disk_free_bytes", .gauge, "Free space on the log's disk.")
        if let free = service.freeSpace { text.sample(free) }
        text.family(
            "gavel_disk_nearly_full", .gauge, "1 while lots are paused because it is too little.")
        text.sample(service.isDiskNearlyFull ? 1 : 0)
    }
}

/// Writes the Prometheus text format, version 0.0.4. Label values may be anything: they are
/// escaped.
struct PrometheusText {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private(set) var text = ""
    private var name = ""

    /// Begins a family of samples.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(Self.escape(help))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter suffix: for the parts of a histogram.
    mutating func sample(
        _ value: Int64, _ labels: KeyValuePairs<String, String> = [:], suffix: String = ""
    ) {
        add("\(value)", Array(labels), suffix)
    }

    /// So many microseconds, in seconds; exact.
    mutating func sample(
        seconds microseconds: Int64, _ labels: KeyValuePairs<String, String> = [:]
    ) {
        add(Distribution.Unit.seconds.format(microseconds), Array(labels), "")
    }

    /// The buckets, each with all below it, the sum and the count.
    mutating func histogram(
        _ reading: Histogram.Reading, unit: Distribution.Unit,
        _ labels: KeyValuePairs<String, String> = [:]
    ) {
        var count: Int64 = 0
        for (bound, inBucket) in zip(reading.bounds, reading.counts) {
            count += inBucket
            add("\(count)", Array(labels) + [("le", unit.format(bound))], "_bucket")
        }
        add("\(reading.count)", Array(labels) + [("le", "+Inf")], "_bucket")
        add(unit.format(reading.sum), Array(labels), "_sum")
        add("\(reading.count)", Array(labels), "_count")
    }

    private mutating func add(
        _ value: String, _ labels: [(key: String, value: String)], _ suffix: String
    ) {
        text += name + suffix
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.key)=\"\(Self.escape($0.value, isLabel: true))\"" }
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

extension Distribution.Unit {
    /// Exact, and as short as can be: 2500 microseconds are "0.0025".
    func format(_ value: Int64) -> String {
        guard self == .seconds else { return "\(value)" }
        let (seconds, rest) = value.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest != 0 else { return "\(seconds)" }
        let digits = String(rest.magnitude)
        var fraction = String(repeating: "0", count: 6 - digits.utf8.count) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(value < 0 && seconds == 0 ? "-" : "")\(seconds).\(fraction)"
    }
}
