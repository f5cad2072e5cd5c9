import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

/// One server after the other on one database, each killed in the middle of bidding; bidders and
/// watchers who remember what they were told; and an audit from outside, through protocol and SQL.
final class CrashSite {
    static let arguments = ["--min-reopen", "0s"]
    static let lots = ["hot-0", "hot-1", "hot-2"]

    private(set) var server: TestServer
    private let folder: URL
    private var tokens: [String] = []
    private var watchers = lots.map(CrashWatcher.init(lot:))
    /// Where the log stood before this round.
    private var position: Int64 = 0

    private(set) var kills = 0
    private(set) var stops = 0
    /// Kills of servers that had not started yet, and of such that had, by a hair.
    private(set) var killsAtStart = 0
    private(set) var killsAfterStart = 0
    /// What the last start took, from the process to its first word.
    private var startTook = Duration.milliseconds(500)
    /// What each start after a kill took, until the first bid was answered.
    private(set) var recoveries: [Duration] = []
    private(set) var bidsTold = 0
    private(set) var repeated = 0
    private(set) var lost = 0
    private(set) var doubled = 0
    private(set) var reordered = 0
    private(set) var changed = 0
    var changesHeard: Int { watchers.map(\.changes).reduce(0, +) }
    var snapshots: Int { watchers.map(\.snapshots).reduce(0, +) }

    init() async throws {
        server = try await TestServer.start(arguments: Self.arguments)
        folder = server.folder
        for lot in Self.lots {
            try await server.must(
                "auction", "create", "Lot", "--id", lot, "--start", "1", "--closes", "+100h",
                "--increments", "0.01")
        }
        for number in 0..<4 { tokens.append(try await server.bidder("b\(number)")) }
        try await letWatchersIn()
    }

    private func letWatchersIn() async throws {
        for index in watchers.indices {
            try await watchers[index].enter(server)
            watchers[index].confirm()
        }
    }

    /// - Parameters:
    ///   - acknowledgements: so many bids are answered before the kill.
    ///   - stop: for how many seconds the server is stopped before, if at all.
    ///   - thoroughly: whether all that was ever written is looked at afterwards.
    func round(
        _ round: Int, acknowledgements: Int, stop: Int?, thoroughly: Bool
    ) async throws {
        let short = "short-\(round)"
        try await server.must(
            "auction", "create", "Lot", "--id", short, "--start", "1", "--increments", "0.01",
            "--closes", "+\(1 + round % 3)s")
        position = try await entries()
        let told = ToldBids()
        let bidders = tokens.enumerated().map { number, token in
            CrashBidder(
                name: "b\(number)", token: token, round: round, lots: Self.lots + [short])
        }
        let bidding = bidders.map { bidder in
            Task { [server] in await bidder.bid(on: server, into: told) }
        }
        await told.wait(forCount: acknowledgements)
        if let stop {
            server.send(SIGSTOP)
            // A process that stands still for a time: the time is what this is about.
            _ = try await run("sleep", ["\(stop)"], environment: Gavel.environment)
            server.send(SIGCONT)
            stops += 1
            // Nobody's connection has died of it: they go on.
            await told.wait(forCount: told.count + 50)
        }
        await server.kill()
        kills += 1
        var sent: [Int] = []
        for task in bidding { sent.append(await task.value) }
        for index in watchers.indices { await watchers[index].leave() }

        // What starts reads a log that a kill has left, and may be killed itself.
        for _ in 0..<(round % 3) { try await killAtStart() }
        let start = ContinuousClock.now
        server = try await TestServer.start(in: folder, arguments: Self.arguments)
        startTook = .now - start
        try await recover(round, since: start)
        try await letWatchersIn()
        try await repeatBids(of: bidders, sent: sent, told: told)
        try await audit(told)
        if thoroughly { try await auditAll() }
    }

    /// Only with a bid that it takes the server is back.
    private func recover(_ round: Int, since start: ContinuousClock.Instant) async throws {
        let connection = try await server.connect(token: tokens[0])
        defer { connection.abort() }
        let amount = CrashBidder.amount(round, CrashBidder.bidsMax - 1)
        let message = try await connection.bid(Self.lots[0], amount, id: "back-\(round)")
        guard case .bidAccepted = message else { throw Failure("not taken: \(message)") }
        recoveries.append(.now - start)
    }

    /// How many entries the log has.
    func entries() async throws -> Int64 { try await number("SELECT max(position) FROM event") }

    /// Kills a server at a random moment of its start, or right after it.
    private func killAtStart() async throws {
        let (seconds, attoseconds) = startTook.components
        let milliseconds = Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        let hadStarted = try await TestServer.startAndKill(
            in: folder, arguments: Self.arguments,
            after: .random(in: 0...max(1, milliseconds * 5 / 4)))
        if hadStarted { killsAfterStart += 1 } else { killsAtStart += 1 }
    }

    /// What had a verdict gets it again, word for word; what had none gets one.
    private func repeatBids(of bidders: [CrashBidder], sent: [Int], told: ToldBids) async throws {
        for (bidder, sent) in zip(bidders, sent) {
            let connection = try await server.connect(token: bidder.token)
            let before = Dictionary(
                (told.all[bidder.name] ?? []).map { ($0.id, $0.verdict) },
                uniquingKeysWith: { first, _ in first })
            for number in 0..<sent {
                let first = before[bidder.id(number)]
                guard first == nil || number % 7 == kills % 7 else { continue }
                let frame = try bidder.frame(number)
                let again = try await connection.request(frame.message).message
                repeated += 1
                if let first, first != again {
                    changed += 1
                    Issue.record("\(bidder.id(number)): first \(first), then \(again)")
                }
                #expect(again.finalVerdictID == bidder.id(number), "\(again)")
            }
            connection.abort()
        }
    }

    /// Every bid that somebody was told of is in the log once, at its seq, with its hash.
    private func audit(_ told: ToldBids) async throws {
        let rows = try await Database.query(
            """
            SELECT r.bidder || ' ' || r.bid || ' ' || r.position || ' ' || r.verdict || ' ' ||
                coalesce(e.seq, '-') || ' ' || lower(hex(e.hash))
            FROM reply r JOIN event e USING (position) WHERE r.position > \(position)
            ORDER BY r.position
            """, in: server.database)
        var stored: [String: [[Substring]]] = [:]
        for row in rows.split(separator: "\n") {
            let columns = row.split(separator: " ")
            stored["\(columns[0]) \(columns[1])", default: []].append(columns)
        }
        doubled += stored.values.filter { $0.count > 1 }.count
        for (bidder, bids) in told.all {
            var last = 0
            for bid in bids {
                bidsTold += 1
                guard let row = stored["\(bidder) \(bid.id)"]?.first,
                    isWhatWasTold(row, bid.verdict)
                else {
                    lost += 1
                    Issue.record("\(bid.id) of \(bidder) is not in the log as it was told")
                    continue
                }
                let place = Int(row[2]) ?? 0
                if place <= last { reordered += 1 }
                last = place
            }
        }
        #expect(lost == 0 && doubled == 0 && reordered == 0 && changed == 0)
    }

    private func isWhatWasTold(_ row: [Substring], _ verdict: ServerMessage) -> Bool {
        switch verdict {
        case .bidAccepted(let body):
            row[3] == "accepted" && row[5] == body.hash.hex
                && (row[4] == "-" || row[4] == "\(body.acceptance.seq)")
        case .bidRejected: row[3] == "refused"
        default: false
        }
    }

    /// What must hold for the whole database: its own rules, one end and one winner for each lot, no
    /// bid at or after the end, and no hole in any lot's seq.
    func auditAll() async throws {
        let questions = [
            "SELECT * FROM integrity_faults",
            """
            SELECT c.auction FROM certificate c LEFT JOIN certificate_tree t
                ON c.position BETWEEN t.first AND t.last
            WHERE t.last IS NULL
            """,
            """
            SELECT auction FROM event WHERE kind = 'auction_closed' GROUP BY auction
            HAVING count(*) > 1
            """,
            """
            SELECT c.auction, c.bid FROM commitment c JOIN auction a ON a.id = c.auction
            WHERE a.ended_at IS NOT NULL AND c.at >= a.ended_at
            """,
            "SELECT id FROM auction WHERE outcome = 'sold' AND winner IS NULL",
            """
            SELECT auction FROM event WHERE seq IS NOT NULL GROUP BY auction
            HAVING count(DISTINCT seq) <> max(seq)
            """,
            """
            SELECT auction, bidder, bid FROM reply GROUP BY auction, bidder, bid
            HAVING count(*) > 1
            """,
        ]
        // What bids came meanwhile does not matter: it looks at one committed state.
        let verification = try await server.gavel("log", "verify")
        #expect(verification.status == 0, "\(verification)")
        for question in questions {
            #expect(try await Database.query(question, in: server.database) == "", "\(question)")
        }
    }

    private func number(_ sql: String) async throws -> Int64 {
        Int64(try await Database.query(sql, in: server.database)) ?? 0
    }

    /// Stops the last server in order, and looks at all of it once more.
    func finish() async throws {
        try await auditAll()
        #expect(await server.stop() == 0)
    }

    func removeFolder() { try? FileManager.default.removeItem(at: folder) }
}
