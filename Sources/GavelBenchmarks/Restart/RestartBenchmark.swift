import Foundation
import GavelBench

/// How long nobody can bid when a server is killed: from SIGKILL, in the middle of bidding, to the
/// first bid that the server started after it has accepted. The log has so many entries.
struct RestartBenchmark {
    let entries: Int
    let lots: Int
    /// False: the one restart that is measured follows the whole log.
    let hasSnapshot: Bool
    let folder: URL

    /// How many lots are bidden on when the server is killed.
    private static let busyLots = 32
    private static let bidsPerConnection = 20_000

    init(entries: Int, lots: Int, hasSnapshot: Bool, in folder: URL) {
        self.entries = entries
        self.lots = lots
        self.hasSnapshot = hasSnapshot
        self.folder = folder
    }

    func print(runs: Int) throws {
        let past = try Past(
            entries: entries, lots: lots, hasSnapshot: hasSnapshot, in: folder)
        let settings = try GavelProcess.known(BidsBenchmark.settings)
        var server = try GavelProcess(database: past.hall.database, known: settings)
        defer { server.kill() }
        var restarts: [Restart] = []
        var next = past.rounds
        // After the first start a snapshot is made.
        for _ in 0..<(hasSnapshot ? runs : 1) {
            let burst = Burst(on: server.port, scripts(for: past.hall, first: next))
            next += Self.bidsPerConnection
            try burst.waitForAnswers()
            let restart = try Restart(
                killing: server, settings: settings,
                bid: BidScript(
                    token: past.hall.token(0), lot: past.hall.lot(0), first: next, count: 1),
                database: past.hall.database)
            next += 1
            server = restart.server
            restarts.append(restart)
        }
        try server.stop()
        report(restarts, past.hall.database)
    }

    private func scripts(for hall: Hall, first: Int) -> [BidScript] {
        (0..<min(lots, Self.busyLots)).map { number in
            BidScript(
                token: hall.token(number), lot: hall.lot(number), first: first,
                count: Self.bidsPerConnection)
        }
    }

    private func report(_ restarts: [Restart], _ database: String) {
        let size = (try? FileManager.default.attributesOfItem(atPath: database)[.size]) as? Int
        Swift.print(
            """
            restart: \(Report.whole(Double(entries))) events, lots: \(Report.whole(Double(lots))), \
            \(hasSnapshot ? "" : "no snapshot, ")file: \((size ?? 0) >> 20) MiB
                SIGKILL to the first accepted bid: \(Spread(restarts.map(\.total))) s
                    the old process is gone:       \(Spread(restarts.map(\.gone))) s
                    the database is open:          \(Spread(restarts.map(\.opening))) s
                    the snapshot is read:          \(Spread(restarts.map(\.loading))) s
                    the log is read:               \(Spread(restarts.map(\.following))) s
                    the board is made:             \(Spread(restarts.map(\.publishing))) s
                    listening, from its start:     \(Spread(restarts.map(\.listening))) s
                CPU of the new process until then: \(Spread(restarts.map(\.cpu))) s
                its memory then:                   \(Spread(restarts.map(\.mebibytes))) MiB
                entries that were followed:        \(Spread(restarts.map(\.followed)))
            """)
    }
}

/// One server killed, and another one started in its place.
struct Restart {
    let server: GavelProcess
    /// Seconds from the kill to the end of the old process, and to the first accepted bid.
    let gone: Double
    let total: Double
    /// Seconds from the new process's start until it listened.
    let listening: Double
    /// Seconds of CPU time and memory of the new process after its first bid.
    let cpu: Double
    let mebibytes: Double
    private let told: [String: String]

    init(
        killing old: GavelProcess, settings: [String], bid: BidScript, database: String
    ) throws {
        let log = Pipe()
        let start = ContinuousClock.now
        old.kill()
        gone = Self.seconds(since: start)
        let begun = ContinuousClock.now
        server = try GavelProcess(database: database, known: settings, log: log)
        listening = Self.seconds(since: begun)
        let connection = try BidConnection(bid, port: server.port)
        try connection.send(1)
        while !connection.isDone { _ = try connection.receive() }
        total = Self.seconds(since: start)
        cpu = try server.usage.cpuSeconds()
        mebibytes = Double(try server.usage.residentBytes()) / 1_048_576
        told = try Self.fields(ofLine: "The log was read", in: log)
    }

    /// What the server says of its start, in seconds.
    var opening: Double { milliseconds("opening_ms") }
    var loading: Double { milliseconds("loading_ms") }
    var following: Double { milliseconds("following_ms") }
    var publishing: Double { milliseconds("publishing_ms") }
    var followed: Double { told["followed"].flatMap(Double.init) ?? 0 }

    private func milliseconds(_ name: String) -> Double {
        (told[name].flatMap(Double.init) ?? 0) / 1000
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// The fields of a line of the server's log.
    private static func fields(ofLine message: String, in log: Pipe) throws -> [String: String] {
        var text = ""
        while true {
            let bytes = log.fileHandleForReading.availableData
            guard !bytes.isEmpty else {
                throw BenchmarkFailure("The server does not log \"\(message)\": \(text)")
            }
            text += String(decoding: bytes, as: UTF8.self)
            for line in text.split(separator: "\n") where line.contains(message) {
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
                guard let fields = (object as? [String: Any])?["fields"] as? [String: String]
                else { continue }
                return fields
            }
        }
    }
}
