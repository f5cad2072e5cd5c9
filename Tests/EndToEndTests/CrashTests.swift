import AuctionRules
import Foundation
import GavelClient
import Synchronization
import Testing
import WireProtocol

/// kill -9 in the middle of bidding, on one database, again and again.
@Suite("Nothing that was acknowledged is lost")
struct CrashTests {
    /// 3 in the ordinary run; `make crash ROUNDS=50` for more.
    static let rounds =
        ProcessInfo.processInfo.environment["CRASH_ROUNDS"].flatMap { Int($0) } ?? 3

    /// What bidders were told.
    final class Ledger: Sendable {
        private struct State {
            var told: [String: ServerMessage] = [:]
            var waiter: (count: Int, CheckedContinuation<Void, Never>)?
        }

        private let state = Mutex(State())

        func note(_ id: String, _ message: ServerMessage) {
            let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                state.told[id] = message
                guard let (count, waiter) = state.waiter, state.told.count >= count else {
                    return nil
                }
                state.waiter = nil
                return waiter
            }
            waiter?.resume()
        }

        var all: [String: ServerMessage] { state.withLock { $0.told } }
        var count: Int { state.withLock { $0.told.count } }

        /// Waits until so many have been told. For one at a time.
        func wait(forCount count: Int) async {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    guard state.told.count < count else { return true }
                    state.waiter = (count, continuation)
                    return false
                }
                if isThere { continuation.resume() }
            }
        }
    }

    @Test(
        "After kill -9 every acknowledged bid is there once, and a repeated id gets its first reply"
    )
    func killed() async throws {
        var server = try await TestServer.start(arguments: ["--min-reopen", "0s"])
        let folder = server.folder
        defer { try? FileManager.default.removeItem(at: folder) }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+10h",
            "--increments", "0.01")
        var tokens: [String] = []
        for number in 0..<4 { tokens.append(try await server.bidder("b\(number)")) }
        let ledger = Ledger()

        for round in 1...Self.rounds {
            let before = ledger.count
            let bidding = tokens.enumerated().map { number, token in
                Task { [server] in
                    await Self.bid(
                        on: server, token: token, prefix: "r\(round)-b\(number)-", into: ledger)
                }
            }
            // In the middle of it: some hundred have been answered, more are on their way.
            await ledger.wait(forCount: before + 100 + round % 7)
            await server.kill()
            for task in bidding { await task.value }

            server = try await TestServer.start(in: folder, arguments: ["--min-reopen", "0s"])
            try await check(ledger, on: server, tokens: tokens)
        }
        #expect(await server.stop() == 0)
    }

    /// Bids without waiting for answers, until the connection breaks; keeps what was answered.
    private static func bid(
        on server: TestServer, token: String, prefix: String, into ledger: Ledger
    ) async {
        guard let connection = try? await server.connect(token: token) else { return }
        let sender = Task {
            for number in 0..<20_000 where !Task.isCancelled {
                guard let amount = Amount(minorUnits: Int64(number) * 10 + 1000),
                    let auction = try? AuctionID("lot"), let id = try? BidID(prefix + "\(number)")
                else { return }
                let bid = BidMessage(auction: auction, id: id, amount: amount)
                do { try await connection.sendAndWait(ClientFrame(.bid(bid))) } catch { return }
            }
        }
        do {
            for try await frame in connection.messages {
                switch frame.message {
                case .bidAccepted(let body): ledger.note(body.id.text, frame.message)
                case .bidRejected(let body) where body.code != "unavailable":
                    ledger.note(body.id.text, frame.message)
                default: break
                }
            }
        } catch {
            // The server was killed; that is what this is about.
        }
        sender.cancel()
    }

    private func check(_ ledger: Ledger, on server: TestServer, tokens: [String]) async throws {
        let faults = try await Database.query("SELECT * FROM integrity_faults", in: server.database)
        #expect(faults == "")
        let told = ledger.all
        let rows = try await Database.query(
            "SELECT bid || ' ' || count(*) FROM reply GROUP BY bid", in: server.database)
        let stored = Set(rows.split(separator: "\n").map(String.init))
        for id in told.keys { #expect(stored.contains("\(id) 1"), "\(id) is not there once") }
        // Every twentieth id again: the same answer, word for word.
        var connections: [GavelConnection] = []
        for token in tokens { connections.append(try await server.connect(token: token)) }
        for (index, (id, message)) in told.sorted(by: { $0.key < $1.key }).enumerated()
        where index.isMultiple(of: 20) {
            let parts = id.split(separator: "-")
            let bidder = try #require(Int(parts[1].dropFirst()))
            let number = try #require(Int64(parts[2]))
            let again = try await connections[bidder].bid("lot", number * 10 + 1000, id: id)
            #expect(again == message)
        }
    }
}
