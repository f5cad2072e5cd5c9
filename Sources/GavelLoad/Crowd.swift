import NIOCore
import Synchronization

/// Watchers of one lot by the thousand, on the `full` feed. Each of them checks that nothing is
/// missing, doubled or out of order, and remembers how it was sent away.
public final class Crowd: Sendable {
    /// What one of them has to tell at its end.
    public struct Farewell: Hashable, Sendable {
        /// The newest change that it has seen; nil when it was never told of the lot.
        public var seq: Int64?
        /// What the server's `bye` said.
        public var byeCode: Int64?
        public var jitter: Int64?
        public var end = LoadEnd()
        /// The message that was not the one that had to come.
        public var fault: String?
    }

    private struct State {
        var watching = 0
        var farewells: [Farewell] = []
        var waiters: [(wanted: @Sendable (Int, Int) -> Bool, CheckedContinuation<Void, Never>)] =
            []
    }

    private let client: LoadClient
    private let lot: String
    private let state = Mutex(State())

    public init(_ client: LoadClient, watching lot: String) {
        self.client = client
        self.lot = lot
    }

    public var farewells: [Farewell] { state.withLock { $0.farewells } }

    /// So many more begin to watch; returns when each of them has been told of the lot, or has
    /// been turned away.
    public func join(_ count: Int) async {
        let before = state.withLock { $0.watching + $0.farewells.count }
        for start in stride(from: 0, to: count, by: Self.atOnce) {
            let end = min(start + Self.atOnce, count)
            for _ in start..<end {
                client.connect { [lot] in Watcher(of: lot, in: self) }
            }
            await wait { watching, gone in watching + gone >= before + end }
        }
    }

    /// How many connect at the same time: more than the machine has processors, fewer than its
    /// listen queue holds.
    private static let atOnce = 250

    /// Waits until so many have gone.
    public func wait(forFarewells count: Int) async { await wait { _, gone in gone >= count } }

    private func wait(_ wanted: @escaping @Sendable (Int, Int) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if wanted(state.watching, state.farewells.count) { return true }
                state.waiters.append((wanted, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            let (watching, gone) = (state.watching, state.farewells.count)
            let ready = state.waiters.filter { $0.wanted(watching, gone) }.map(\.1)
            state.waiters.removeAll { $0.wanted(watching, gone) }
            return ready
        }
        for waiter in ready { waiter.resume() }
    }

    private final class Watcher: LoadConduct {
        private let lot: String
        private let crowd: Crowd
        private var farewell = Farewell()

        init(of lot: String, in crowd: Crowd) {
            self.lot = lot
            self.crowd = crowd
        }

        func begin(on line: LoadLine) {
            line.send(text: #"{"type":"watch","auction":"\#(lot)","feed":"full"}"#)
        }

        func receive(_ text: ByteBuffer, on line: LoadLine) {
            let message = LoadMessage(text)
            if message.isA("price") || message.isA("status") {
                let seq = message.integer("seq")
                guard let last = farewell.seq, farewell.byeCode == nil, seq == last + 1 else {
                    farewell.fault = farewell.fault ?? message.description
                    return
                }
                farewell.seq = seq
            } else if message.isA("snapshot") {
                guard farewell.seq == nil, let seq = message.integer("seq") else {
                    farewell.fault = farewell.fault ?? message.description
                    return
                }
                farewell.seq = seq
                crowd.change { $0.watching += 1 }
            } else if message.isA("bye") {
                farewell.byeCode = message.integer("code")
                farewell.jitter = message.integer("jitter_ms")
            } else if !message.isA("welcome"), !message.isA("heartbeat") {
                farewell.fault = farewell.fault ?? message.description
            }
        }

        func end(_ end: LoadEnd) {
            farewell.end = end
            let farewell = farewell
            crowd.change { state in
                if farewell.seq != nil { state.watching -= 1 }
                state.farewells.append(farewell)
            }
        }
    }
}
