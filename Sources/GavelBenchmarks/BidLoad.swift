import Foundation
import Synchronization

/// What one connection does: bids on its lots in turn, on each of them higher by two dollars than the
/// one before.
struct BidScript {
    let token: String
    let lots: [String]
    /// The number of the first one, which its id and its amount follow from.
    let first: Int
    let count: Int
    /// Where others bid on the same lot: what the amounts follow from instead.
    let amounts: SharedAmounts?

    init(token: String, lot: String, first: Int = 0, count: Int) {
        self.init(token: token, lots: [lot], first: first, count: count)
    }

    init(
        token: String, lots: [String], first: Int = 0, count: Int, amounts: SharedAmounts? = nil
    ) {
        self.token = token
        self.lots = lots
        self.first = first
        self.count = count
        self.amounts = amounts
    }

    func lot(of index: Int) -> String { lots[index % lots.count] }

    /// To be asked once for each bid, when it is sent.
    func amount(of index: Int) -> Int {
        200 + (amounts?.next() ?? (first + index / lots.count)) * 200
    }
}

/// The numbers that bids on one lot are given as they are sent, over all connections.
final class SharedAmounts: Sendable {
    private let number = Atomic(0)

    /// 0, 1, 2 …
    func next() -> Int { number.add(1, ordering: .relaxed).oldValue }
}

/// Bids over many connections on one thread, with so many in flight on each. As lean as can be, as
/// the server has to share the machine with it: frames are made before the start, and answers are
/// compared with what they must begin with.
final class BidLoad {
    private let connections: [BidConnection]
    private let inFlight: Int

    init(port: UInt16, inFlight: Int, connections scripts: [BidScript]) throws {
        self.inFlight = inFlight
        connections = try scripts.map { try BidConnection($0, port: port) }
    }

    var latencies: Latencies { Latencies(connections.flatMap(\.latencies)) }
    /// How many bids were refused, as another bidder had got ahead of them.
    var overtaken: Int { connections.reduce(0) { $0 + $1.overtaken } }

    /// - Parameter progress: told how many bids have been answered, whenever there are more.
    func run(_ progress: (Int) -> Void = { _ in }) throws {
        var polled = connections.map {
            pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
        }
        for connection in connections { try connection.send(inFlight) }
        var open = connections.count
        var answered = 0
        while open > 0 {
            guard poll(&polled, nfds_t(polled.count), 20_000) > 0 else {
                throw BenchmarkFailure("No answer for 20 s: \(errno)")
            }
            for (index, connection) in connections.enumerated() where polled[index].revents != 0 {
                let count = try connection.receive()
                answered += count
                try connection.send(count)
                guard connection.isDone else { continue }
                // A negative descriptor is passed over.
                polled[index].fd = -1
                open -= 1
            }
            progress(answered)
        }
    }
}

/// How long answers took, from the bid's being written to the answer's being read.
struct Latencies: CustomStringConvertible {
    private let sorted: [UInt64]

    init(_ nanoseconds: [UInt64]) { sorted = nanoseconds.sorted() }

    /// So large a part of the answers came within that many milliseconds.
    ///
    /// - Parameter part: 0 ... 1.
    subscript(part: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let index = Int((Double(sorted.count) * part).rounded(.up)) - 1
        return Double(sorted[max(0, min(index, sorted.count - 1))]) / 1e6
    }

    var description: String {
        guard let last = sorted.last else { return "no answers" }
        func text(_ nanoseconds: UInt64) -> String {
            "\(Report.decimal(Double(nanoseconds) / 1e6)) ms"
        }
        return "answered within: p50 \(text(sorted[sorted.count / 2])), "
            + "p99 \(text(sorted[sorted.count * 99 / 100])), most \(text(last))"
    }
}
