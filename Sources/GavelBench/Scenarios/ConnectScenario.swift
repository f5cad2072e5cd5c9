import AuctionRules
import GavelLoad

/// Connections that come, watch a lot, and stay: how fast, and what each costs.
struct ConnectScenario: Sendable {
    let settings: BenchSettings

    func run(
        on server: BenchServer, _ progress: @escaping @Sendable (Double) -> Void
    ) async throws(BenchError) -> [Figure] {
        let now = PollClock.unixMicroseconds / 1000
        let sale = try await BenchSale(
            lots: 1, bidders: 0, format: .english, on: server.administrator, lifetime: 3600
        ) { _ in now + 3_600_000 }
        let (settings, address, usage) = (settings, server.address, server.process?.usage)
        let lot = sale.lots[0].text
        do throws(BenchError) {
            let figures = try await LoadThread.run {
                let visitors = Visitors(of: lot, from: address.host, count: settings.watchers)
                return try visitors.run(settings, at: address, usage, progress)
            }
            if server.process == nil { try await sale.clear() }
            return figures
        } catch {
            // The first fault is what is told, whatever becomes of clearing up.
            if server.process == nil { try? await sale.clear() }
            throw error
        }
    }
}

/// Those who connect.
private final class Visitors: PollConduct {
    private let lot: String
    private let upgrade: [UInt8]
    private let count: Int
    private var loop: PollLoop?
    private var lines: [PollLine] = []
    private var due: [UInt64] = []
    private var checks: [StreamCheck] = []
    private var arrived = 0
    private var latencies = LatencyRecord()

    /// How many come and go before, for what the first ones make once and for all.
    private static let firstOnes = 100
    /// For what is freed and allocated late, in nanoseconds.
    private static let settling: UInt64 = 1_000_000_000

    init(of lot: String, from host: String, count: Int) {
        self.lot = lot
        self.count = count
        upgrade = PollLine.upgrade(host: host)
    }

    func run(
        _ settings: BenchSettings, at address: PollAddress, _ usage: ProcessUsage?,
        _ progress: (Double) -> Void
    ) throws -> [Figure] {
        let loop = try PollLoop(to: address, self)
        self.loop = loop
        defer { leave() }
        try come(min(Self.firstOnes, count), settings, loop) { _ in }
        leave()
        self.loop = loop
        try settle(loop)
        let (memory, cpu, ownCPU) = (
            try usage?.residentBytes(), try usage?.cpuSeconds(), try ProcessUsage.own.cpuSeconds()
        )
        let start = PollClock.now
        try come(count, settings, loop, progress)
        let seconds = Double(PollClock.now - start) / 1e9
        let ownSeconds = try ProcessUsage.own.cpuSeconds() - ownCPU
        var figures = [Figure(.connections, Double(count) / seconds)]
        if let cpu, let usage {
            figures.append(
                Figure(.connectionCPU, (try usage.cpuSeconds() - cpu) * 1e6 / Double(count)))
        }
        try settle(loop)
        if let memory, let usage {
            figures.append(
                Figure(
                    .connectionMemory,
                    Double(try usage.residentBytes() - memory) / Double(count) / 1024))
        }
        figures += latencies.figures(.snapshot)
        figures.append(Figure(.loadCPU, ownSeconds / seconds * 100))
        return figures
    }

    /// So many come, by the clock or after the answers, and are told of the lot.
    private func come(
        _ number: Int, _ settings: BenchSettings, _ loop: PollLoop, _ progress: (Double) -> Void
    ) throws {
        let start = PollClock.now
        var pacer: Pacer?
        if case .perSecond(let rate) = settings.rate { pacer = Pacer(from: start, rate: rate) }
        var patience = Patience(for: number)
        while arrived < number {
            let now = PollClock.now
            try patience.note(number - arrived)
            while due.count < number {
                if pacer == nil {
                    guard due.count - arrived < settings.inFlight else { break }
                    try connect(due: now, loop)
                } else {
                    guard let time = pacer?.due(at: now) else { break }
                    try connect(due: time, loop)
                }
            }
            let next = due.count < number ? pacer?.next : nil
            try loop.turn(until: min(next ?? .max, now + 50_000_000))
            progress(Double(arrived) / Double(number))
        }
    }

    private func connect(due time: UInt64, _ loop: PollLoop) throws {
        due.append(time)
        checks.append(StreamCheck())
        lines.append(try loop.connect(due.count - 1, upgrade: upgrade))
    }

    private func settle(_ loop: PollLoop) throws {
        let end = PollClock.now + Self.settling
        while PollClock.now < end { try loop.turn(until: end) }
    }

    private func leave() {
        for line in lines { loop?.drop(line, reset: true) }
        loop = nil
        (lines, due, checks, arrived) = ([], [], [], 0)
        latencies = LatencyRecord()
    }

    func opened(_ line: PollLine) throws {
        try loop?.send(text: #"{"type":"watch","auction":"\#(lot)","feed":"full"}"#, on: line)
    }

    func received(_ bytes: UnsafeRawBufferPointer, on line: PollLine, at now: UInt64) throws {
        let message = RawMessage(bytes)
        if message.isA("snapshot") {
            do throws(BenchFault) {
                try checks[line.number].begin(
                    lot: lot, seq: message.integer("seq") ?? -1, price: nil, endsAt: nil)
            } catch { throw BenchError.fault(error) }
            arrived += 1
            latencies.record(now - min(now, due[line.number]))
        } else if message.isA("error") {
            throw Floor.complaint(of: message)
        } else if !message.isA("welcome"), !message.isA("heartbeat") {
            throw BenchError.fault(.unexpected(message.description))
        }
    }

    func closed(_ line: PollLine, _ reason: String) throws {
        throw Floor.ending("a visitor", reason)
    }
}
