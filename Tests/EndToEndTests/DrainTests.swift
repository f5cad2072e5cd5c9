import AuctionRules
import Foundation
import GavelClient
import Synchronization
import Testing
import WireProtocol

/// SIGTERM while everybody bids as fast as he can.
@Suite("A server that is asked to stop ends in order")
struct DrainTests {
    @Test("Under load: every bid that counts was answered, everybody gets bye and 1001, in time")
    func underLoad() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+10h",
            "--increments", "0.01")
        var clients: [Client] = []
        for number in 0..<8 {
            clients.append(
                Client(number, try await server.connect(token: server.bidder("b\(number)"))))
        }
        let watcher = try await Follower.watch("lot", on: server)
        for client in clients { client.start() }
        while clients.contains(where: { $0.heard.count < 200 }) { await Task.yield() }

        let start = ContinuousClock.now
        #expect(await server.stop() == 0)
        #expect(.now - start < .seconds(10))

        var answered: Set<String> = []
        for client in clients {
            await client.wait()
            let heard = client.heard
            let codes = heard.compactMap { message -> CloseCode? in
                if case .bye(let bye) = message { bye.code } else { nil }
            }
            #expect(codes == [.goingAway])
            #expect(await client.connection.closed().code == .goingAway)
            answered.formUnion(heard.compactMap(\.finalVerdict))
        }
        await watcher.wait { _ in false }
        #expect(watcher.messages.last?.type == "bye")
        let rows = try await Database.query("SELECT bid FROM reply", in: server.database)
        let stored = Set(rows.split(separator: "\n").map(String.init))
        #expect(stored.count > 1000)
        // Neither an answer without its bid on disk, nor a bid on disk without its answer.
        #expect(answered == stored)
        #expect(
            try await Database.query("SELECT * FROM integrity_faults", in: server.database) == "")
    }

    @Test("Connections over the machine's own socket hear of it, too")
    func localSocket() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        let socket = server.folder.appendingPathComponent("gavel.db.sock").path
        let connection = try await GavelConnection.connect(to: .unix(path: socket))
        let follower = Follower(connection)
        await follower.wait { !$0.isEmpty }
        #expect(await server.stop() == 0)
        let reason = await connection.closed()
        #expect(reason.code == .goingAway)
        #expect(reason.bye?.reconnects == true)
    }

    /// Bids without waiting for answers, until the connection ends.
    private final class Client: Sendable {
        private struct State {
            var heard: [ServerMessage] = []
            var tasks: [Task<Void, Never>] = []
        }

        private let number: Int
        let connection: GavelConnection
        private let state = Mutex(State())

        init(_ number: Int, _ connection: GavelConnection) {
            self.number = number
            self.connection = connection
        }

        var heard: [ServerMessage] { state.withLock { $0.heard } }

        func start() {
            let tasks = [Task { await bid() }, Task { await listen() }]
            state.withLock { $0.tasks = tasks }
        }

        func wait() async {
            for task in state.withLock({ $0.tasks }) { await task.value }
        }

        private func bid() async {
            for round in 0..<200_000 {
                guard let amount = Amount(minorUnits: Int64(round) * 10 + 1000),
                    let auction = try? AuctionID("lot"), let id = try? BidID("\(number)-\(round)")
                else { return }
                let bid = ClientFrame(.bid(BidMessage(auction: auction, id: id, amount: amount)))
                do { try await connection.sendAndWait(bid) } catch { return }
            }
        }

        private func listen() async {
            do {
                for try await frame in connection.messages {
                    state.withLock { $0.heard.append(frame.message) }
                }
            } catch {
                // How it was closed is asked of the connection.
            }
        }
    }
}

extension ServerMessage {
    /// The bid that this is the last word on.
    fileprivate var finalVerdict: String? {
        switch self {
        case .bidAccepted(let body): body.id.text
        case .bidRejected(let body) where body.code != "unavailable": body.id.text
        default: nil
        }
    }
}
