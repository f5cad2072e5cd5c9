import Foundation

/// Something to measure.
protocol Benchmark {
    /// Of a line in the table.
    var name: String { get }
    func run() async throws -> Measurement
}

/// Several runs of one benchmark as a line of a table.
struct Report {
    private let name: String
    private let runs: [Measurement]

    init(runs: Int, of benchmark: some Benchmark) async throws {
        name = benchmark.name
        var measured: [Measurement] = []
        for _ in 0..<runs { measured.append(try await benchmark.run()) }
        self.runs = measured
    }

    static func printHeading() {
        Swift.print(
            line(
                "", ["per second", "least", "most", "CPU µs each", "least", "most"]))
    }

    func print() {
        let rates = runs.map(\.unitsPerSecond).sorted()
        let costs = runs.map(\.cpuMicrosecondsPerUnit).sorted()
        Swift.print(
            Self.line(
                name,
                [
                    Self.whole(rates[rates.count / 2]), Self.whole(rates[0]),
                    Self.whole(rates[rates.count - 1]), Self.decimal(costs[costs.count / 2]),
                    Self.decimal(costs[0]), Self.decimal(costs[costs.count - 1]),
                ]))
        // The notes of the run in the middle, as notes can't be averaged.
        let middle = runs.sorted { $0.unitsPerSecond < $1.unitsPerSecond }[runs.count / 2]
        for note in middle.notes { Swift.print("    \(note)") }
        // The next line may take minutes, also into a file.
        fflush(nil)
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        let padding = String(repeating: " ", count: max(0, 40 - name.count))
        return name + padding
            + cells.map { String(repeating: " ", count: max(1, 13 - $0.count)) + $0 }.joined()
    }

    static func whole(_ value: Double) -> String {
        let digits = String(Int(value.rounded()))
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return grouped
    }

    static func decimal(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
