import GavelLoad

/// Holds a huge max on each lot, so that every bid is accepted, moves the price and is outbid.
final class StandingBids: PollConduct {
    private let plan: FloorPlan
    private var loop: PollLoop?
    private var line: PollLine?
    /// The newest change of each lot once the max is held; -1 until then.
    private(set) var bases: [Int64]
    private var sent = 0
    private var answered = 0
    private static let inFlight = 200
    private static let patience: UInt64 = 60_000_000_000

    private init(_ plan: FloorPlan) {
        self.plan = plan
        bases = Array(repeating: -1, count: plan.lots)
    }

    /// - Parameter token: of a bidder who does not bid otherwise.
    /// - Returns: the newest change of each lot.
    static func place(
        on plan: FloorPlan, at address: PollAddress, token: String
    ) throws -> [Int64] {
        let bids = StandingBids(plan)
        let loop = try PollLoop(to: address, bids)
        bids.loop = loop
        defer { bids.loop = nil }
        try loop.connect(0, upgrade: PollLine.upgrade(host: address.host, token: token))
        let deadline = PollClock.now + patience
        while bids.answered < plan.lots {
            guard PollClock.now < deadline else {
                throw BenchError.fault(
                    .missing("\(plan.lots - bids.answered) answers to first bids"))
            }
            try loop.turn(until: PollClock.now + 100_000_000)
        }
        return bids.bases
    }

    func opened(_ line: PollLine) throws {
        self.line = line
        try bid()
    }

    private func bid() throws {
        guard let line else { return }
        while sent < plan.lots, sent - answered < Self.inFlight {
            // 2^53 - 1, the largest amount there is.
            try loop?.send(
                text: #"{"type":"bid","auction":"\#(plan.name(of: sent))","id":"s\#(sent)","#
                    + #""amount":9007199254740991}"#, on: line)
            sent += 1
        }
    }

    func received(_ bytes: UnsafeRawBufferPointer, on line: PollLine, at now: UInt64) throws {
        let message = RawMessage(bytes)
        if message.isA("bid_accepted") {
            guard let id = message.text("id"), let number = RawMessage(id).integer(at: 1),
                number < bases.count, bases[Int(number)] < 0, let seq = message.integer("seq")
            else { throw BenchError.fault(.wrongAnswer(message.description)) }
            bases[Int(number)] = seq
            answered += 1
            try bid()
        } else if message.isA("error") {
            throw Floor.complaint(of: message)
        } else if !message.isA("welcome"), !message.isA("heartbeat") {
            throw BenchError.fault(.unexpected(message.description))
        }
    }

    func closed(_ line: PollLine, _ reason: String) throws {
        throw BenchError.fault(.hungUp("on the first bidder: \(reason)"))
    }
}
