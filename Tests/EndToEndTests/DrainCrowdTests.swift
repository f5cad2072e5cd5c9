import AuctionRules
import Foundation
import GavelClient
import GavelLoad
import NIOPosix
import Synchronization
import Testing
import WireProtocol

/// SIGTERM in front of a full house.
@Suite("A server with a crowd of watchers is restarted")
struct DrainCrowdTests {
    /// 1,000 in the ordinary run; `make drain` for 5,000.
    static let watchers = setting("DRAIN_WATCHERS") ?? 1000
    /// What the stop may take. Ten seconds are what is promised, on a machine that has nothing
    /// else to do.
    static let secondsMax = setting("DRAIN_SECONDS") ?? 60
    static let clients = 40

    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test("All are sent away in order, nothing acknowledged is lost, and clients miss no change")
    func restart() async throws {
        // Some 200 beside the crowd's own are for the test process.
        let permitted = OpenFiles.raise(to: Self.watchers + 200) - 200
        let count = min(Self.watchers, permitted)
        if count < Self.watchers {
            print("Only \(count) watchers: the system permits this process no more open files")
        }
        // An address that nobody else uses: after the restart its port is still free.
        let host = "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254)).7"
        let server = try await TestServer.start(
            arguments: ["--listen", "\(host):0", "--min-reopen", "0s"])
        defer { server.removeFolder() }
        guard case .tcp(_, let port) = server.endpoint else { throw Failure("\(server.endpoint)") }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+10h",
            "--increments", "0.01")
        let crowd = Crowd(
            LoadClient(.init(host: host, port: port), group: .singleton), watching: "lot")
        await crowd.join(count)
        #expect(crowd.farewells.isEmpty)
        let returning = try (0..<Self.clients).map { _ in
            try Returning(to: server.endpoint)
        }
        for client in returning { await client.wait { !$0.isEmpty } }
        var bidders: [WindowedBidder] = []
        for number in 0..<4 {
            bidders.append(
                WindowedBidder(number, try await server.connect(token: server.bidder("b\(number)")))
            )
        }
        for bidder in bidders { bidder.start(window: 1) }
        for bidder in bidders { await bidder.follower.wait { $0.count >= 20 } }

        let start = ContinuousClock.now
        #expect(await server.stop() == 0)
        let time = ContinuousClock.now - start
        print("The server sent \(count + Self.clients) watchers away and ended within \(time)")
        #expect(time < .seconds(Self.secondsMax))
        for bidder in bidders { await bidder.wait() }
        await crowd.wait(forFarewells: count)

        // Everybody was told when to come back, and nobody missed a change until then.
        let newest = try #require(
            Int64(try await Database.query("SELECT seq FROM auction", in: server.database)))
        #expect(newest > 5)
        var differing: [Crowd.Farewell: Int] = [:]
        for farewell in crowd.farewells { differing[farewell, default: 0] += 1 }
        for (farewell, times) in differing {
            let isInOrder =
                farewell.byeCode == 1001 && farewell.end.closeCode == 1001
                && farewell.jitter ?? 0 > 0 && farewell.fault == nil
                && farewell.seq ?? 0 > 5 && farewell.seq ?? 0 <= newest
            #expect(isInOrder, "\(times) times \(farewell)")
        }
        let stored = try await Database.query("SELECT bid FROM reply", in: server.database)
        let answered = Set(bidders.flatMap(\.answered))
        #expect(answered == Set(stored.split(separator: "\n").map(String.init)))
        #expect(
            try await Database.query("SELECT * FROM integrity_faults", in: server.database) == "")

        try await comeBack(returning, to: server, at: "\(host):\(port)", after: newest)
    }

    /// The same database and port again: every client of ours goes on where it was.
    private func comeBack(
        _ returning: [Returning], to server: TestServer, at address: String, after newest: Int64
    ) async throws {
        let again = try await TestServer.start(
            in: server.folder, arguments: ["--listen", address, "--min-reopen", "0s"])
        for client in returning { await client.wait { $0.last == newest } }
        let anna = try await again.connect(token: again.bidder("anna"))
        #expect(try await anna.bid("lot", 1_000_000_000, id: "after").isLeading == true)
        for client in returning { await client.wait { ($0.last ?? 0) > newest } }
        for client in returning {
            let seqs = client.seqs
            let first = try #require(seqs.first)
            #expect(seqs == Array(first...(newest + 1)))
            #expect(client.snapshots == 1)
            #expect(client.comebacks >= 1)
            await client.close()
        }
        #expect(await again.stop() == 0)
    }
}

/// A client of our own library that watches the lot, whatever happens to the server.
private final class Returning: Sendable {
    private struct State {
        /// The first snapshot's, and then of each change.
        var seqs: [Int64] = []
        var snapshots = 0
        var comebacks = 0
        var waiters: [(wanted: @Sendable ([Int64]) -> Bool, CheckedContinuation<Void, Never>)] =
            []
        var isOver = false
    }

    private let client: GavelClient
    private let state = Mutex(State())

    init(to endpoint: Endpoint) throws {
        let lot = try AuctionID("lot")
        var configuration = GavelClient.Configuration(endpoint)
        configuration.connection.timeout = .seconds(240)
        // At once when the server asks to spread, and soon again when it is not there yet.
        configuration.chance = { 0 }
        configuration.backOff = BackOff(first: .milliseconds(20), longest: .milliseconds(500))
        client = GavelClient(configuration)
        Task { [self] in
            do {
                for try await update in await client.watch(.auction(lot), feed: .full) {
                    note(update)
                }
            } catch {
                // What has been heard until then is what counts.
            }
            finish()
        }
    }

    var seqs: [Int64] { state.withLock { $0.seqs } }
    var snapshots: Int { state.withLock { $0.snapshots } }
    var comebacks: Int { state.withLock { $0.comebacks } }

    func close() async { await client.close() }

    /// Waits until the changes that it has seen are as wanted, or no more can come.
    func wait(for wanted: @escaping @Sendable ([Int64]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.isOver || wanted(state.seqs) { return true }
                state.waiters.append((wanted, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func note(_ update: WatchUpdate) {
        change { state in
            switch update {
            case .snapshot(let snapshot):
                state.snapshots += 1
                state.seqs.append(snapshot.lot.seq)
            case .price(let price): state.seqs.append(price.seq)
            case .status(let status): state.seqs.append(status.seq)
            case .disconnected: state.comebacks += 1
            case .notice, .watching, .missed: break
            }
        }
    }

    private func finish() { change { $0.isOver = true } }

    private func change(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            let (seqs, isOver) = (state.seqs, state.isOver)
            let ready = state.waiters.filter { isOver || $0.wanted(seqs) }.map(\.1)
            state.waiters.removeAll { isOver || $0.wanted(seqs) }
            return ready
        }
        for waiter in ready { waiter.resume() }
    }
}
