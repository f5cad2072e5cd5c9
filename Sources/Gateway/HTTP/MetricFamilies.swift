import BidService
import Synchronization

/// Something that is counted and printed under a name of its own.
///
/// Any thread may count and read; nobody waits.
protocol MetricFamily: Sendable {
    var name: String { get }
    func write(to text: inout PrometheusText)
}

/// A count that only grows. Its name ends with `_total`.
final class Counter: MetricFamily {
    let name: String
    private let help: String
    private let number = AtomicCount()

    init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }

    func count(_ amount: Int = 1) { number.add(Int64(amount)) }

    var value: Int64 { number.value }

    func write(to text: inout PrometheusText) {
        text.family(name, .counter, help)
        text.sample(value)
    }
}

/// Counts that only grow, by the values of one label.
final class Counters<Label: MetricLabel>: MetricFamily {
    private let cells: LabelledCells<Label>

    /// - Parameter label: the label's name.
    init(_ name: String, by label: String, _ help: String) {
        cells = LabelledCells(name: name, label: label, help: help)
    }

    var name: String { cells.name }

    func count(_ which: Label, _ amount: Int = 1) { cells.add(amount, to: which) }

    func value(_ which: Label) -> Int64 { cells.value(which) }

    func write(to text: inout PrometheusText) { cells.write(to: &text, as: .counter) }
}

/// How much of something there is now.
final class Gauge: MetricFamily {
    let name: String
    private let help: String
    private let number = AtomicCount()

    init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }

    func add(_ amount: Int) { number.add(Int64(amount)) }

    /// Never below zero, though what is taken away may be seen before what was added.
    var value: Int64 { max(0, number.value) }

    func write(to text: inout PrometheusText) {
        text.family(name, .gauge, help)
        text.sample(value)
    }
}

/// How much of something there is now, by the values of one label.
final class Gauges<Label: MetricLabel>: MetricFamily {
    private let cells: LabelledCells<Label>

    /// - Parameter label: the label's name.
    init(_ name: String, by label: String, _ help: String) {
        cells = LabelledCells(name: name, label: label, help: help)
    }

    var name: String { cells.name }

    func add(_ amount: Int = 1, to which: Label) { cells.add(amount, to: which) }
    func remove(_ amount: Int = 1, from which: Label) { cells.add(-amount, to: which) }
    func move(from old: Label, to new: Label) {
        add(to: new)
        remove(from: old)
    }

    func value(_ which: Label) -> Int64 { cells.value(which) }

    func write(to text: inout PrometheusText) { cells.write(to: &text, as: .gauge) }
}

/// What ``Counters`` and ``Gauges`` have in common: a number for each value of one label.
private struct LabelledCells<Label: MetricLabel> {
    let name: String
    let label: String
    let help: String
    private let numbers = Dictionary(
        uniqueKeysWithValues: Label.allCases.map { ($0, AtomicCount()) })

    init(name: String, label: String, help: String) {
        self.name = name
        self.label = label
        self.help = help
    }

    func add(_ amount: Int, to which: Label) { numbers[which]?.add(Int64(amount)) }

    /// Never below zero, though what is taken away may be seen before what was added.
    func value(_ which: Label) -> Int64 { max(0, numbers[which]?.value ?? 0) }

    func write(to text: inout PrometheusText, as kind: PrometheusText.Kind) {
        text.family(name, kind, help)
        for which in Label.allCases { text.sample(value(which), [label: which.rawValue]) }
    }
}

/// How long something took, or how large it was.
final class Distribution: MetricFamily {
    enum Unit: Sendable {
        /// Observed in microseconds, printed in seconds; the name ends with `_seconds`.
        case seconds
        /// Printed as observed.
        case number
    }

    let name: String
    private let help: String
    private let unit: Unit
    private let histogram: Histogram

    init(
        _ name: String, _ help: String, unit: Unit = .seconds,
        bounds: [Int64] = Histogram.latencyBounds
    ) {
        self.name = name
        self.help = help
        self.unit = unit
        histogram = Histogram(bounds: bounds)
    }

    func observe(_ duration: Duration) { histogram.observe(duration) }
    func observe(_ value: Int64) { histogram.observe(value) }

    var reading: Histogram.Reading { histogram.reading }

    func write(to text: inout PrometheusText) {
        text.family(name, .histogram, help)
        text.histogram(reading, unit: unit)
    }
}
