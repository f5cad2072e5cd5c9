import AuctionRules
import GavelClient
import Synchronization
import WireProtocol

/// A watcher that keeps everything it hears, so that tests can wait for it and look at it.
final class Follower: Sendable {
    let connection: GavelConnection
    private let heard = Mutex(State())

    private struct State {
        var messages: [ServerMessage] = []
        var waiters:
            [(wanted: @Sendable ([ServerMessage]) -> Bool, CheckedContinuation<Void, Never>)] =
                []
        var isOver = false
    }

    init(_ connection: GavelConnection) {
        self.connection = connection
        Task { [self] in
            do {
                for try await frame in connection.messages { note(frame.message) }
            } catch {
                // The connection broke; what was heard until then counts.
            }
            finish()
        }
    }

    /// Watches a lot on a connection of its own.
    static func watch(
        _ lot: String, on server: TestServer, token: String? = nil, feed: Feed = .full,
        resume: ResumePoint? = nil, encoding: WireEncoding = .json
    ) async throws -> Follower {
        let connection = try await server.connect(token: token, encoding: encoding)
        let follower = Follower(connection)
        let frame = ClientFrame(
            .watch(.auction(try AuctionID(lot)), feed: feed, resume: resume))
        try await connection.sendAndWait(frame)
        return follower
    }

    var messages: [ServerMessage] { heard.withLock { $0.messages } }

    /// The public changes of all lots that it watches, in order: seq and kind.
    var changes: [String] { messages.compactMap(\.change) }
    var seqs: [Int64] { messages.compactMap(\.changeSeq) }

    /// Waits until what has been heard is as wanted, or nothing more can be heard.
    func wait(for wanted: @escaping @Sendable ([ServerMessage]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = heard.withLock { state in
                if state.isOver || wanted(state.messages) { return true }
                state.waiters.append((wanted, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func wait(forSeq seq: Int64) async {
        await wait { $0.contains { ($0.changeSeq ?? $0.snapshotSeq ?? 0) >= seq } }
    }

    private func note(_ message: ServerMessage) {
        let ready = heard.withLock { state in
            state.messages.append(message)
            let messages = state.messages
            let ready = state.waiters.filter { $0.wanted(messages) }
            state.waiters.removeAll { $0.wanted(messages) }
            return ready.map(\.1)
        }
        for waiter in ready { waiter.resume() }
    }

    private func finish() {
        let all = heard.withLock { state in
            state.isOver = true
            defer { state.waiters = [] }
            return state.waiters.map(\.1)
        }
        for waiter in all { waiter.resume() }
    }
}

extension ServerMessage {
    var changeSeq: Int64? {
        switch self {
        case .price(let price): price.seq
        case .status(let status): status.seq
        default: nil
        }
    }

    var snapshotSeq: Int64? {
        if case .snapshot(let snapshot) = self { snapshot.lot.seq } else { nil }
    }

    /// A public change in short: `3 price 1250`, `4 closed sold`.
    var change: String? {
        switch self {
        case .price(let price):
            "\(price.seq) price \(price.price.map { "\($0)" } ?? "-")"
        case .status(let status): "\(status.seq) \(status.status) \(status.outcome ?? "-")"
        default: nil
        }
    }
}

extension GavelConnection {
    /// Bids, and waits for the verdict.
    func bid(
        _ lot: String, _ amount: Int64, id: String, kind: BidKind = .max
    ) async throws -> ServerMessage {
        guard let amount = Amount(minorUnits: amount) else { throw Failure("\(amount)") }
        let bid = BidMessage(
            auction: try AuctionID(lot), id: try BidID(id), amount: amount, kind: kind)
        return try await request(.bid(bid)).message
    }
}
