import Foundation
import GavelLoad

/// One run of bidders and watchers: come, warm up, be measured, and wait for what is owed.
struct FloorRun {
    /// What the machine and the load had used at one moment.
    private struct Sample {
        let at: UInt64
        let serverCPU: Double?
        let ownCPU: Double
        let counts: Floor.Counts
    }

    let plan: FloorPlan
    let settings: BenchSettings
    let address: PollAddress
    let usage: ProcessUsage?
    let tokens: [String]
    /// When the measuring has to begin, in Unix milliseconds; nil: as soon as everybody is here.
    let beginsAt: Int64?
    /// How many watchers go each second, and are followed by others.
    let comingAndGoing: Double
    let progress: @Sendable (Double) -> Void

    /// How long what is owed may take after the end, in nanoseconds.
    private static let drainPatience: UInt64 = 30_000_000_000

    /// What became of it.
    struct Outcome: Sendable {
        let figures: [Figure]
        /// How many bids each lot has, as the answers say.
        let standing: [Int]
    }

    /// Blocks; for a thread of its own.
    func run() throws -> Outcome {
        let bases =
            plan.isEnglish
            ? try StandingBids.place(on: plan, at: address, token: tokens[tokens.count - 1])
            : Array(repeating: 0, count: plan.lots)
        let floor = Floor(
            plan, bases: bases,
            upgrades: tokens.dropLast().map { PollLine.upgrade(host: address.host, token: $0) }
                + [PollLine.upgrade(host: address.host)])
        floor.hasFixedWatchers = comingAndGoing == 0
        let loop = try PollLoop(to: address, floor)
        defer { floor.leave() }
        try come(floor, loop)
        let figures = try measure(floor, loop)
        return Outcome(figures: figures, standing: floor.standing)
    }

    private func come(_ floor: Floor, _ loop: PollLoop) throws {
        try floor.open(on: loop)
        var patience = Patience(for: floor.leftToCome)
        while floor.leftToCome > 0 {
            try loop.turn(until: PollClock.now + 100_000_000)
            try patience.note(floor.leftToCome)
        }
    }

    private func measure(_ floor: Floor, _ loop: PollLoop) throws -> [Figure] {
        let now = PollClock.now
        var from = now + UInt64(settings.warmUp * 1e9)
        if let beginsAt {
            let wait = beginsAt * 1000 - PollClock.unixMicroseconds
            guard wait > 0 else {
                throw BenchError.fault(
                    .missing("the scene: it took \(-wait / 1000) ms longer than planned"))
            }
            from = now + UInt64(wait) * 1000
        }
        let to = from + UInt64(settings.duration * 1e9)
        floor.window = from..<to
        try load(floor, loop, until: from)
        let first = try sample(floor)
        var memory = try MemoryTrend(usage)
        try load(floor, loop, until: to) { now in try memory.note(at: now) }
        let last = try sample(floor)
        floor.repeatsBids = false
        let deadline = PollClock.now + Self.drainPatience
        while !floor.isSettled {
            guard PollClock.now < deadline else {
                throw BenchError.fault(.missing(floor.missing ?? ""))
            }
            try loop.turn(until: PollClock.now + 20_000_000)
        }
        let end = try sample(floor)
        return try figures(floor, first, last, end, memory)
    }

    /// Makes bids, by the clock or after the answers.
    private func load(
        _ floor: Floor, _ loop: PollLoop, until end: UInt64,
        _ note: (UInt64) throws -> Void = { _ in }
    ) throws {
        let start = PollClock.now
        var pacer: Pacer?
        if case .perSecond(let rate) = settings.rate {
            pacer = Pacer(from: start, rate: rate)
        } else if !floor.repeatsBids {
            floor.repeatsBids = true
            for bidder in floor.bidders.indices {
                for _ in 0..<settings.inFlight { floor.bid(by: bidder, due: start) }
            }
        }
        var leaving = comingAndGoing > 0 ? Pacer(from: start, rate: comingAndGoing) : nil
        var left = 0
        var now = start
        while now < end {
            while let due = pacer?.due(at: now), due < end { floor.bid(due: due) }
            try floor.flush()
            if leaving?.due(at: now) != nil {
                try floor.replace(watcher: left % plan.watchers)
                left += 1
            }
            let next = min(pacer?.next ?? end, leaving?.next ?? end)
            try loop.turn(until: min(end, next, now + 50_000_000))
            try floor.flush()
            now = PollClock.now
            try note(now)
            report(now, floor)
        }
    }

    private func report(_ now: UInt64, _ floor: Floor) {
        let warmUp = settings.warmUp * 1e9
        let begun = Double(floor.window.lowerBound) - warmUp
        progress((Double(now) - begun) / (warmUp + settings.duration * 1e9))
    }

    private func sample(_ floor: Floor) throws -> Sample {
        Sample(
            at: PollClock.now, serverCPU: try usage?.cpuSeconds(),
            ownCPU: try ProcessUsage.own.cpuSeconds(), counts: floor.counts)
    }

    // MARK: - Figures

    /// - Parameters:
    ///   - first: at the beginning of what is measured.
    ///   - last: at its end.
    ///   - end: when everything that was owed had come; CPU time is of all of that.
    private func figures(
        _ floor: Floor, _ first: Sample, _ last: Sample, _ end: Sample, _ memory: MemoryTrend
    ) throws -> [Figure] {
        let seconds = Double(last.at - first.at) / 1e9
        let all = Double(end.at - first.at) / 1e9
        let delivered = end.counts.delivered - first.counts.delivered
        let answered = end.counts.answered - first.counts.answered
        let cpu = end.serverCPU.flatMap { end in first.serverCPU.map { end - $0 } }
        var figures: [Figure] = []
        if plan.watchers > 0 {
            let rate = Double(last.counts.delivered - first.counts.delivered) / seconds
            figures.append(Figure(.deliveries, rate))
            if settings.scenario == .fanout, delivered > 0 {
                if let cpu { figures.append(Figure(.deliveryCPU, cpu * 1e6 / Double(delivered))) }
                let bytes = end.counts.deliveredBytes - first.counts.deliveredBytes
                figures.append(Figure(.deliveryBytes, Double(bytes) / Double(delivered)))
            }
        }
        let accepted = Double(last.counts.accepted - first.counts.accepted)
        figures.append(Figure(.accepted, accepted / seconds))
        if settings.scenario == .bids, answered > 0 {
            if let cpu { figures.append(Figure(.bidCPU, cpu * 1e6 / Double(answered))) }
            let all = Double(last.counts.answered - first.counts.answered)
            figures.append(Figure(.answered, all / seconds))
            figures.append(Figure(.acceptedShare, all > 0 ? accepted / all * 100 : 0))
        }
        if plan.ending > 0 {
            figures.append(Figure(.closes, Double(floor.counts.closed / plan.watchers)))
        }
        figures += floor.answers.figures(.answer)
        figures += floor.deliveries.figures(.delivery)
        figures += floor.lastDeliveries.figures(.lastDelivery)
        figures += floor.closes.figures(.close)
        figures += floor.closeDecisions.figures(.serverClose)
        if let cpu { figures.append(Figure(.serverCPU, cpu / all * 100)) }
        figures.append(Figure(.loadCPU, (end.ownCPU - first.ownCPU) / all * 100))
        if let usage {
            figures.append(Figure(.memory, Double(try usage.residentBytes()) / 1_048_576))
            if settings.scenario == .soak {
                figures += memory.figures
                figures.append(Figure(.files, Double(try usage.openFiles())))
            }
        }
        return figures
    }
}
