import StrictJSON

/// All runs of one scenario: each figure's median, with the least and the most.
public struct BenchReport: Sendable {
    /// One line of it.
    public struct Line: Hashable, Sendable {
        public let kind: FigureKind
        public let median: Double
        public let least: Double
        public let most: Double

        /// - Parameter values: of all runs; not empty.
        init(_ kind: FigureKind, _ values: [Double]) {
            let sorted = values.sorted()
            let middle = sorted.count / 2
            self.kind = kind
            median =
                sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
            least = sorted[0]
            most = sorted[sorted.count - 1]
        }
    }

    public let settings: BenchSettings
    public let machine: Machine
    /// Unix milliseconds.
    public let startedAt: Int64
    /// The version of the load's program; the server that it starts is the same.
    public let version: String
    public let runs: [[Figure]]

    public init(
        settings: BenchSettings, machine: Machine, startedAt: Int64, version: String,
        runs: [[Figure]]
    ) {
        self.settings = settings
        self.machine = machine
        self.startedAt = startedAt
        self.version = version
        self.runs = runs
    }

    /// In the order in which the scenario tells them.
    public var lines: [Line] {
        var kinds: [FigureKind] = []
        var values: [FigureKind: [Double]] = [:]
        for figure in runs.joined() {
            if values[figure.kind] == nil { kinds.append(figure.kind) }
            values[figure.kind, default: []].append(figure.value)
        }
        return kinds.map { Line($0, values[$0] ?? []) }
    }

    /// One JSON object.
    public var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 4096)
        writer.object { writer in
            writer.field("type", "bench")
            writer.field("scenario", settings.scenario.rawValue)
            writer.field("version", version)
            writer.field("at", startedAt)
            writer.object("machine") { machine.write(into: &$0) }
            writer.object("settings") { settings.write(into: &$0) }
            writer.array("figures") { writer in
                for line in lines {
                    writer.object { writer in
                        writer.field("name", line.kind.key)
                        writer.field("unit", line.kind.unit)
                        writer.field("median", numberText: Self.number(line.median))
                        writer.field("min", numberText: Self.number(line.least))
                        writer.field("max", numberText: Self.number(line.most))
                    }
                }
            }
            writer.array("runs") { writer in
                for run in runs {
                    writer.array { writer in
                        for figure in run {
                            writer.object { writer in
                                writer.field("name", figure.kind.key)
                                writer.field("value", numberText: Self.number(figure.value))
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    /// With three digits after the point at most, and none that say nothing.
    public static func number(_ value: Double) -> String {
        // Nothing that is measured here is as large as that.
        let thousandths = Int64((min(max(value, -1e15), 1e15) * 1000).rounded())
        let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
        let sign = thousandths < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        var digits = String(rest)
        digits = String(repeating: "0", count: 3 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }
}
