import Foundation
import GavelBench
import GavelLoad

/// Watchers of a server that need not be Gavel: they connect as they are told, say hello, and count
/// what comes. Each update has a `"seq":N` in it, whatever stands around it, and each watcher checks
/// that no number is missing, doubled or out of order.
final class PeerCrowd: PollConduct {
    /// How to speak with the server.
    struct Manners: Sendable {
        var port: UInt16
        /// Where watchers connect.
        var path = "/"
        /// What each watcher says at first; nil: nothing.
        var hello: String?
        /// Where updates are published: a WebSocket of this path that the update is sent to …
        var publishPath: String?
        /// … with this before it and that behind it …
        var publishHead = ""
        var publishTail = ""
        /// … or a pipe that a line goes to for each update.
        var publishPipe: String?
        /// … with this bearer token.
        var publishToken: String?
        /// A lot that the publisher bids on: each bid is one update.
        var bidOn: String?
        /// Whether a watcher is told of the newest number at first; else it is 0.
        var hasSnapshot = false
        /// Payload bytes of an update that is published over a WebSocket.
        var updateBytes = 202
        /// The server's processes.
        var processes: [pid_t] = []
    }

    private let manners: Manners
    private let watchers: Int
    private var loop: PollLoop?
    private var publisher: PollLine?
    private var pipe: FileHandle?
    private var arrived = 0
    private var onTheWay = 0
    private var connected = 0
    /// The newest number that each watcher has; -1 before a snapshot.
    private var seqs: [Int64]
    /// The number before the first update.
    private var base: Int64 = 0
    private var sentAt: [UInt64] = []
    private var reached: [Int] = []
    private var completed = 0
    private var completedLatencies: [UInt64] = []
    private var received = 0
    private var receivedBytes = 0
    private var isRecording = false

    private static let patience: UInt64 = 60_000_000_000

    init(of watchers: Int, _ manners: Manners) {
        self.watchers = watchers
        self.manners = manners
        seqs = Array(repeating: manners.hasSnapshot ? -1 : 0, count: watchers)
    }

    /// So many updates a second at most for so long, after a warm-up; prints one JSON object.
    ///
    /// One after the other: the next is published when everybody has the one before. Where a server falls
    /// behind, several would share one write, and what one delivery costs could not be compared.
    func run(rate: Double, seconds: Double, warmUp: Double) throws {
        let loop = try PollLoop(to: PollAddress(host: "127.0.0.1", port: manners.port), self)
        self.loop = loop
        defer { self.loop = nil }
        try come(loop)
        try publish(Int(rate * warmUp), rate, loop)
        let cpu = try cpuSeconds()
        let own = try ProcessUsage.own.cpuSeconds()
        let start = PollClock.now
        let (before, bytesBefore) = (received, receivedBytes)
        isRecording = true
        try publish(Int(rate * seconds), rate, loop)
        let wall = Double(PollClock.now - start) / 1e9
        let used = try cpuSeconds() - cpu
        let ownUsed = try ProcessUsage.own.cpuSeconds() - own
        let delivered = received - before
        let latencies = Latencies(completedLatencies)
        let figures: [(String, Double)] = [
            ("deliveries", Double(delivered)),
            ("message_bytes", Double(receivedBytes - bytesBefore) / Double(delivered)),
            ("server_cpu_per_delivery_us", used * 1e6 / Double(delivered)),
            ("last_delivery_p50_ms", latencies[0.5]), ("last_delivery_p99_ms", latencies[0.99]),
            ("load_cpu_percent", ownUsed / wall * 100),
        ]
        let fields = figures.map { #""\#($0.0)":\#(BenchReport.number($0.1))"# }
        Swift.print("{\(fields.joined(separator: ","))}")
    }

    private func cpuSeconds() throws -> Double {
        try manners.processes.reduce(0) { $0 + (try ProcessUsage(of: $1).cpuSeconds()) }
    }

    private func come(_ loop: PollLoop) throws {
        if let path = manners.publishPath {
            onTheWay += 1
            try loop.connect(watchers, upgrade: upgrade(path, manners.publishToken))
        }
        if let path = manners.publishPipe {
            guard let file = FileHandle(forWritingAtPath: path) else {
                throw BenchmarkFailure("Can't write to \(path)")
            }
            pipe = file
        }
        let deadline = PollClock.now + Self.patience
        while connected < watchers || onTheWay > 0 {
            guard PollClock.now < deadline else {
                throw BenchmarkFailure("\(arrived) of \(watchers) watchers have come")
            }
            while connected < watchers, onTheWay < 64 {
                onTheWay += 1
                try loop.connect(connected, upgrade: upgrade(manners.path))
                connected += 1
            }
            try loop.turn(until: PollClock.now + 50_000_000)
        }
        // A subscription need not be answered: let the server take note of the last ones.
        let end = PollClock.now + 500_000_000
        while PollClock.now < end { try loop.turn(until: end) }
    }

    private func upgrade(_ path: String, _ token: String? = nil) -> [UInt8] {
        PollLine.upgrade(host: "127.0.0.1:\(manners.port)", path: path, token: token)
    }

    /// Returns when everybody has all of them.
    private func publish(_ count: Int, _ rate: Double, _ loop: PollLoop) throws {
        let pause = UInt64(1e9 / rate)
        for _ in 0..<count {
            let start = PollClock.now
            let deadline = start + Self.patience
            try publishNext(loop)
            while completed < sentAt.count || PollClock.now < start + pause {
                let now = PollClock.now
                guard now < deadline else {
                    throw BenchmarkFailure("Update \(completed + 1) has not come to everybody")
                }
                let isPausing = completed == sentAt.count
                try loop.turn(until: isPausing ? start + pause : now + 50_000_000)
            }
        }
    }

    private func publishNext(_ loop: PollLoop) throws {
        let number = sentAt.count + 1
        sentAt.append(PollClock.now)
        reached.append(0)
        if let pipe { return try pipe.write(contentsOf: Data("1\n".utf8)) }
        guard let publisher else { return }
        var text = ""
        if let lot = manners.bidOn {
            text =
                #"{"type":"bid","auction":"\#(lot)","id":"b\#(number)","amount":\#(number * 200)}"#
        } else {
            text = #"{"type":"price","auction":"lot","seq":\#(number),"pad":""#
            let padding = manners.updateBytes - text.utf8.count - 2
            text += String(repeating: "x", count: max(0, padding)) + "\"}"
            text = manners.publishHead + text + manners.publishTail
        }
        try loop.send(PollLine.frame(text.utf8), on: publisher)
    }

    func opened(_ line: PollLine) throws {
        onTheWay -= 1
        if line.number == watchers { publisher = line } else { arrived += 1 }
        // Who bids has nothing to say before.
        if let hello = manners.hello, line.number < watchers || manners.bidOn == nil {
            try loop?.send(PollLine.frame(hello.utf8), on: line)
        }
    }

    func received(_ bytes: UnsafeRawBufferPointer, on line: PollLine, at now: UInt64) throws {
        if bytes.starts(with: "PING".utf8) {
            try loop?.send(PollLine.frame("PONG\r\n".utf8), on: line)
        }
        guard line.number < watchers else { return }
        // A server may put several updates into one message.
        var rest = bytes
        while let (seq, end) = Self.seq(in: rest) {
            rest = UnsafeRawBufferPointer(rebasing: rest[end...])
            guard seqs[line.number] >= 0 else {
                seqs[line.number] = seq
                base = seq
                continue
            }
            guard seq == seqs[line.number] + 1, seq - base <= sentAt.count else {
                throw BenchmarkFailure(
                    "Watcher \(line.number): \(seqs[line.number] + 1) had to come, and \(seq) came")
            }
            seqs[line.number] = seq
            received += 1
            let index = Int(seq - base) - 1
            reached[index] += 1
            guard reached[index] == watchers else { continue }
            completed += 1
            if isRecording { completedLatencies.append(now - min(now, sentAt[index])) }
        }
        receivedBytes += bytes.count
    }

    /// The first `"seq":N`, and where it ends.
    private static func seq(in bytes: UnsafeRawBufferPointer) -> (Int64, Int)? {
        let message = RawMessage(bytes)
        guard let start = message.position(of: "seq"), let seq = message.integer(at: start)
        else { return nil }
        return (seq, start + 1)
    }

    func closed(_ line: PollLine, _ reason: String) throws {
        throw BenchmarkFailure("The server hung up on \(line.number): \(reason)")
    }
}
