import AuctionRules
import Foundation
import GavelBench
import GavelLoad
import NIOCore
import NIOPosix
import Synchronization

/// Watches a sale whose lots close, each of which it has to hear of once, not before its end and with
/// that very end.
final class ClosingWatcher: Sendable {
    private struct State {
        var told = 0
        var isWatching = false
        var closed: Set<Int> = []
        var lastArrival: Int64 = 0
        var fault: String?
        var isOver = false
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let lots: ClosingLots
    private let state = Mutex(State())

    /// Returns when it has been told of all lots.
    init(of lots: ClosingLots, on server: GavelProcess) async throws {
        self.lots = lots
        Lines.client(to: server.port, on: group).connect { Conduct(self) }
        try await wait { $0.isWatching }
    }

    /// Waits until all lots are closed, for ten seconds at most after the last one's end.
    ///
    /// - Returns: when the last message came, in Unix milliseconds.
    func finish() async throws -> Int64 {
        try await wait { $0.closed.count == self.lots.count }
        let last = state.withLock { state in
            state.isOver = true
            return state.lastArrival
        }
        try await group.shutdownGracefully()
        return last
    }

    private func wait(until isDone: (borrowing State) -> Bool) async throws {
        let patience = lots.lastEnd.milliseconds + 10_000
        while try state.withLock({ state in
            if let fault = state.fault { throw BenchmarkFailure(fault) }
            guard Self.now < patience else {
                throw BenchmarkFailure(
                    "\(state.told) lots were told of and \(state.closed.count) were closed in time")
            }
            return !isDone(state)
        }) { try await Task.sleep(for: .milliseconds(10)) }
    }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    private func fail(_ fault: String) {
        state.withLock { state in
            if !state.isOver { state.fault = state.fault ?? fault }
        }
    }

    private func hear(_ message: LoadMessage) {
        let now = Self.now
        if message.isA("snapshot") {
            guard let number = lots.number(of: message),
                message.integer("ends_at") == lots.end(of: number).milliseconds
            else { return fail("Not a lot as it was made: \(message.description)") }
            state.withLock { $0.told += 1 }
        } else if message.isA("watching") {
            state.withLock { state in
                state.isWatching = state.told == lots.count
                if !state.isWatching { state.fault = "Told of \(state.told) lots only" }
            }
        } else if message.isA("status") {
            guard message.has("status", "closed"), message.has("outcome", "sold"),
                let number = lots.number(of: message),
                message.integer("at") == lots.end(of: number).milliseconds,
                message.integer("ends_at") == lots.end(of: number).milliseconds,
                now >= lots.end(of: number).milliseconds
            else { return fail("Not a close in time: \(message.description)") }
            state.withLock { state in
                if !state.closed.insert(number).inserted { state.fault = "Closed twice" }
                state.lastArrival = now
            }
        } else if !message.isA("welcome"), !message.isA("heartbeat") {
            fail("The watcher was told \(message.description)")
        }
    }

    private final class Conduct: LoadConduct {
        private let watcher: ClosingWatcher

        init(_ watcher: ClosingWatcher) { self.watcher = watcher }

        func begin(on line: LoadLine) {
            line.send(text: #"{"type":"watch","sale":"\#(ClosingLots.sale)","feed":"full"}"#)
        }

        func receive(_ text: ByteBuffer, on line: LoadLine) { watcher.hear(LoadMessage(text)) }

        func end(_ end: LoadEnd) { watcher.fail("The watcher's connection ended: \(end)") }
    }
}

extension ClosingLots {
    /// Which lot a message is about.
    fileprivate func number(of message: LoadMessage) -> Int? {
        let parts = message.description.split(separator: #""auction":"closing-"#)
        guard parts.count == 2 else { return nil }
        return Int(parts[1].prefix { $0.isNumber }).flatMap { 0..<count ~= $0 ? $0 : nil }
    }
}
