import GavelBench

extension BenchReport {
    /// A table for people.
    func print(on console: Console) {
        let kind = machine.isRelease ? "a release build" : "a debug build: the figures mean little"
        console.print(
            "\(console.styled("gavel bench \(settings.scenario.rawValue)", .strong)), "
                + "\(settings.repeats) \(settings.repeats == 1 ? "run" : "runs"), \(kind)")
        console.print("\(setting), on \(machine.processors) × \(machine.processorName)")
        var table = Table([
            .init(heading: "", isFlexible: true), .init(heading: "median", alignment: .right),
            .init(heading: "least", alignment: .right), .init(heading: "most", alignment: .right),
            .init(heading: ""),
        ])
        for line in lines {
            table.add([
                .init(line.kind.label), .init(Self.text(line.median, line.kind), .strong),
                .init(Self.text(line.least, line.kind)), .init(Self.text(line.most, line.kind)),
                .init(line.kind.unit, .faint),
            ])
        }
        console.print(table)
    }

    private var setting: String {
        var words: [String] = []
        if settings.watchers > 0 {
            words.append(
                settings.scenario == .connect
                    ? "\(settings.watchers) connections" : "\(settings.watchers) watchers")
        }
        if settings.scenario != .connect {
            words.append(settings.lots == 1 ? "1 lot" : "\(settings.lots) lots")
            words.append(settings.bidders == 1 ? "1 bidder" : "\(settings.bidders) bidders")
        }
        switch settings.rate {
        case .perSecond(let rate): words.append("\(Self.number(rate)) a second by the clock")
        case .unbounded: words.append("\(settings.inFlight) in flight")
        }
        return words.joined(separator: ", ")
    }

    /// With so many digits as the figure is worth, and thousands apart.
    static func text(_ value: Double, _ kind: FigureKind) -> String {
        var scale = 1.0
        for _ in 0..<kind.digits { scale *= 10 }
        // Nothing that is measured here is as large as that.
        let units = Int64((min(max(value, -1e12), 1e12) * scale).rounded())
        let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: UInt64(scale))
        var text = ""
        for (index, digit) in String(whole).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        text = (units < 0 ? "-" : "") + String(text.reversed())
        guard kind.digits > 0 else { return text }
        let digits = String(rest)
        return text + "." + String(repeating: "0", count: kind.digits - digits.count) + digits
    }
}
