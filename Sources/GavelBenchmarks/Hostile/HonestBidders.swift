import BidService
import Foundation
import GavelBench
import GavelLoad
import NIOCore
import NIOPosix
import Synchronization

/// Bidders who each bid on a lot of their own, once a second or so, by the clock and not after the
/// answer, and watch it. A message that is missing, doubled or out of order is a failure, and so is a
/// refusal or a close.
final class HonestBidders: Sendable {
    /// One bid: when it was due and how long after that its answer came, in nanoseconds.
    struct Answer {
        let due: UInt64
        let latency: UInt64
    }

    private struct State {
        var watching = 0
        var answers: [Answer] = []
        var fault: String?
        var isOver = false
    }

    /// A loop of their own: their clock must not wait for attackers.
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let count: Int
    private let period: TimeAmount
    private let state = Mutex(State())

    /// - Parameters:
    ///   - period: from one bid of a bidder's to its next one.
    ///   - scheduling: of theirs. They have machines of their own, and what is measured is not to be how
    ///     long they wait for a core of this one.
    init(
        of hall: Hall, on server: GavelProcess, period: TimeAmount = .seconds(1),
        scheduling: Scheduling = .normal
    ) async throws {
        try await group.next().submit { try scheduling.apply() }.get()
        count = hall.seats
        self.period = period
        for number in 0..<hall.seats {
            let client = Lines.client(to: server.port, on: group) { $0.token = hall.token(number) }
            // Spread over the period.
            let delay = TimeAmount.nanoseconds(
                period.nanoseconds * Int64(number) / Int64(hall.seats))
            let lot = hall.lot(number)
            client.connect { Bidder(lot: lot, delay: delay, among: self) }
        }
        while try state.withLock({ state in
            if let fault = state.fault { throw BenchmarkFailure(fault) }
            return state.watching < count
        }) { try await Task.sleep(for: .milliseconds(10)) }
    }

    /// Lets so much time pass.
    ///
    /// - Returns: the latencies of all bids that were due in it; each has been answered.
    func measure(seconds: Int) async throws -> [UInt64] {
        let start = Self.now
        try await Task.sleep(for: .seconds(seconds))
        let end = Self.now
        // Whoever bid at the very end waits for an answer, too.
        try await Task.sleep(for: .seconds(2))
        let latencies = try state.withLock { state in
            if let fault = state.fault { throw BenchmarkFailure(fault) }
            return state.answers.filter { (start..<end).contains($0.due) }.map(\.latency)
        }
        let due = count * Int(TimeAmount.seconds(Int64(seconds)).nanoseconds / period.nanoseconds)
        guard abs(latencies.count - due) <= count else {
            throw BenchmarkFailure("\(due) bids were due, \(latencies.count) were answered")
        }
        return latencies
    }

    func leave() async throws {
        state.withLock { $0.isOver = true }
        try await group.shutdownGracefully()
    }

    private static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    private func fail(_ fault: String) {
        state.withLock { state in
            if !state.isOver { state.fault = state.fault ?? fault }
        }
    }

    private final class Bidder: LoadConduct {
        private let lot: String
        private let delay: TimeAmount
        private let bidders: HonestBidders
        private var seq: Int64?
        /// When each bid was due.
        private var due: [UInt64] = []
        private var answered = 0

        init(lot: String, delay: TimeAmount, among bidders: HonestBidders) {
            self.lot = lot
            self.delay = delay
            self.bidders = bidders
        }

        func begin(on line: LoadLine) {
            line.send(text: #"{"type":"watch","auction":"\#(lot)","feed":"full"}"#)
        }

        func receive(_ text: ByteBuffer, on line: LoadLine) {
            let message = LoadMessage(text)
            if message.isA("bid_accepted") {
                guard answered < due.count, message.has("id", "b\(answered)") else {
                    return bidders.fail("Not the answer to bid \(answered): \(message.description)")
                }
                let answer = Answer(due: due[answered], latency: now - due[answered])
                answered += 1
                bidders.state.withLock { $0.answers.append(answer) }
            } else if message.isA("price") || message.isA("status") {
                guard let next = message.integer("seq"), next == seq.map({ $0 + 1 }) else {
                    return bidders.fail("Not the change after \(seq ?? 0): \(message.description)")
                }
                seq = next
            } else if message.isA("snapshot"), seq == nil {
                seq = message.integer("seq")
                bidders.state.withLock { $0.watching += 1 }
                bid(on: line, at: NIODeadline.now() + delay)
            } else if !message.isA("welcome"), !message.isA("outbid"), !message.isA("heartbeat") {
                bidders.fail("An honest bidder was told \(message.description)")
            }
        }

        func end(_ end: LoadEnd) { bidders.fail("An honest bidder's connection ended: \(end)") }

        private var now: UInt64 { HonestBidders.now }

        /// Bids at that time, and on.
        private func bid(on line: LoadLine, at time: NIODeadline) {
            line.schedule(in: time - .now()) { line in
                let number = self.due.count
                self.due.append(time.uptimeNanoseconds)
                line.send(
                    text: #"{"type":"bid","auction":"\#(self.lot)","id":"b\#(number)","#
                        + #""amount":\#(200 + number * 200)}"#)
                self.bid(on: line, at: time + self.bidders.period)
            }
        }
    }
}
