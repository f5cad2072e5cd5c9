import AuctionRules

/// Bids that a house decides and follows one after the other, as the service's writer does it: each on its lot's
/// place, an accepted bid by itself and not as one of a list of events, and with what those that come soon need
/// fetched meanwhile.
struct RulesRun {
    private(set) var house: House
    private let t: Instant
    private let bids: [(request: BidRequest, lot: AuctionID)]
    private let foresights: [RequestForesight]

    /// - Parameter commands: bidders' requests.
    init(_ commands: [Command], on house: House, at t: Instant) throws {
        self.house = house
        self.t = t
        bids = try commands.map { command in
            guard case .request(let request, let lot) = command else {
                throw BenchmarkFailure("\(command) is no request")
            }
            return (request, lot)
        }
        foresights = bids.map { RequestForesight($0.request, on: $0.lot) }
    }

    /// Takes the first `count` bids.
    mutating func take(_ count: Int) throws {
        for turn in 0..<count {
            foresight(at: turn + RequestForesight.requestTurns, of: count)?.fetch()
            house.fetch(
                far: foresight(at: turn + RequestForesight.lotTurns, of: count),
                near: foresight(at: turn + RequestForesight.contentsTurns, of: count))
            guard let lot = house.auctions.place(of: bids[turn].lot),
                let bid = house.decide(bids[turn].request, on: lot, at: t).events.onlyBid
            else { throw BenchmarkFailure("Bid \(turn) was not accepted, or not that alone") }
            house.apply(bid, on: lot, at: t, recordedAs: .zero)
        }
    }

    private func foresight(at turn: Int, of count: Int) -> RequestForesight? {
        turn < count ? foresights[turn] : nil
    }

    /// How many bids the lots have.
    var accepted: Int { house.auctions.values.reduce(0) { $0 + $1.commitments.count } }
}
