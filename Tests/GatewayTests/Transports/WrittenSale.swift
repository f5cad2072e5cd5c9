import AuctionRules
import BidService
import WireProtocol

@testable import Gateway

/// A sale as it was written down: what happens in it, in which order.
enum WrittenSale {
    enum Deed {
        /// What is beside `auction` in a bid.
        case bid(String, by: String)
        case office(AuctionCommand)
        /// So many milliseconds before the lot's end, or after it.
        case timeToEnd(Milliseconds)
    }

    static let bidders = ["ann", "ben", "cleo"]

    /// A lot of USD 10.00 with a reserve of 40.00, and ten seconds more for every late bid.
    static func terms(_ terms: inout Terms) throws {
        terms.reserve = Amount(minorUnits: 4000)
        terms.softClose = try SoftClose(
            stages: [SoftClose.Stage(window: 10_000, mode: .reset, amount: 10_000)])
    }

    static func deeds() throws -> [Deed] {
        [
            .bid(#""id":"a1","amount":2000"#, by: "ann"),
            .bid(#""id":"b1","amount":1500"#, by: "ben"),
            .bid(#""id":"b2","amount":5000"#, by: "ben"),
            .bid(#""id":"a2","amount":1100"#, by: "ann"),
            .bid(#""id":"b3","amount":5500"#, by: "ben"),
            // Repeats, another bid under a known id, and what is no bid.
            .bid(#""id":"b2","amount":5000"#, by: "ben"),
            .bid(#""id":"a2","amount":1100"#, by: "ann"),
            .bid(#""id":"b2","amount":6000"#, by: "ben"),
            .bid(#""id":"a3","amount":20.5"#, by: "ann"),
            .bid(#""id":"a3","amount":"6000""#, by: "ann"),
            .bid(#""id":"a3","amount":6000,"kind":"proxy""#, by: "ann"),
            .bid(#""amount":6000"#, by: "ann"),
            .office(.announce(text: "The frame is \"not\" original\u{2028}– \\ see the back")),
            .office(.pause(reason: "A question about the \"frame\"")),
            .bid(#""id":"a4","amount":9000"#, by: "ann"),
            .office(.resume),
            .bid(#""id":"c1","amount":8000"#, by: "cleo"),
            .office(.voidBid(try BidID("c1"), bidder: nil, reason: "Entered in error")),
            .bid(#""id":"c2","amount":4600,"kind":"exact""#, by: "cleo"),
            .timeToEnd(4000),
            .bid(#""id":"a5","amount":9000"#, by: "ann"),
            .timeToEnd(9000),
            .bid(#""id":"c3","amount":9500,"confirm":true"#, by: "cleo"),
            .office(.lowerReserve(to: try amount(3000))),
            .timeToEnd(-7),
            .bid(#""id":"b9","amount":20000"#, by: "ben"),
            .bid(#""id":"b9","amount":20000"#, by: "ben"),
            .bid(#""id":"a1","amount":2000"#, by: "ann"),
        ]
    }

    private static func amount(_ minorUnits: Int64) throws -> Amount {
        guard let amount = Amount(minorUnits: minorUnits) else { throw Surprise("no amount") }
        return amount
    }
}

/// What was seen and heard of a sale over one way of taking part.
struct SaleRecord {
    /// Everything public in its order, as text, from the snapshot to the end; by asking again and
    /// again only snapshots.
    var stream: [String] = []
    /// The answers to the bids.
    var answers: [String] = []
    /// What each bidder was told in private.
    var privately: [String: [String]] = [:]
}

/// One way to take part in a sale.
protocol WayIn: AnyObject {
    /// Comes in, before anything happens.
    static func enter(_ house: OpenHouse, tokens: [String: String]) async throws -> Self
    /// - Parameter fields: of a bid, without braces.
    /// - Returns: the answer's text.
    func bid(_ fields: String, by bidder: String) async throws -> String
    /// Something was done; the lot stands at that seq now.
    func follow(to seq: Int64) async throws
    /// The sale is over: everything that has come and was not read.
    func finish() async throws -> (stream: [String], privately: [String: [String]])
}

extension WrittenSale {
    /// Plays the sale, in a house of its own.
    static func play<Way: WayIn>(_: Way.Type) async throws -> SaleRecord {
        var record = SaleRecord()
        try await OpenHouse.run { house in
            let terms = { (terms: inout Terms) in
                do { try Self.terms(&terms) } catch { preconditionFailure("\(error)") }
            }
            try await house.openLot(terms)
            var tokens: [String: String] = [:]
            for name in bidders { tokens[name] = try await house.bidder(name) }
            let way = try await Way.enter(house, tokens: tokens)
            for deed in try deeds() {
                switch deed {
                case .bid(let fields, let bidder):
                    record.answers.append(try await way.bid(fields, by: bidder))
                case .office(let command): try await house.office(command)
                case .timeToEnd(let left):
                    guard let end = try house.state.endsAt else { throw Surprise("no end") }
                    house.clock.set(end.advanced(by: -left))
                }
                try await way.follow(to: try house.state.seq)
            }
            (record.stream, record.privately) = try await way.finish()
        }
        return record
    }
}
