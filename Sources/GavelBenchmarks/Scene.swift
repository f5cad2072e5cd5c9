import AuctionRules

/// The house and the bids that the benchmarks work with: so many lots, a dollar a step, open for a
/// day, and bidders who may bid on all of them.
struct Scene {
    let lots: [AuctionID]
    let bidders: [BidderID]
    let noon: Instant
    /// What makes the house; already decided, each at noon.
    private(set) var opening: [Event] = []
    private(set) var openHouse = House()
    private let dollar: Amount

    init(
        lots: Int, bidders: Int, noon: Instant = Instant(milliseconds: 1_800_000_000_000)
    ) throws {
        guard let dollar = Amount(minorUnits: 100) else {
            preconditionFailure("A dollar is an amount")
        }
        self.lots = try (0..<lots).map { try AuctionID("lot-\($0)") }
        self.bidders = try (0..<bidders).map { try BidderID("bidder-\($0)") }
        self.noon = noon
        self.dollar = dollar
        for bidder in self.bidders { perform(.addBidder(Bidder(id: bidder))) }
        for lot in self.lots { perform(.createAuction(lot, terms)) }
    }

    var terms: Terms {
        guard let currency = Currency(code: "USD") else {
            preconditionFailure("There are US dollars")
        }
        return Terms(
            title: "A lot", currency: currency, start: dollar,
            increments: IncrementTable(flat: dollar), opensAt: noon,
            closesAt: noon.advanced(by: 86_400_000))
    }

    /// Takes a command into the opening.
    mutating func perform(_ command: Command) {
        let events = openHouse.decide(command, at: noon).events
        for event in events { openHouse.apply(event, at: noon, recordedAs: .zero) }
        opening += events
    }

    /// Bids in turn by all bidders and on all lots, each higher than the one before on its lot.
    func risingBids(_ count: Int) throws -> [Command] {
        try (0..<count).map { number in
            let round = number / lots.count
            let request = BidRequest(
                bidder: bidders[(round + number) % bidders.count], id: try BidID("b\(number)"),
                action: .bid(.max, amount: dollar.times(Int64(round + 1) * 2)))
            return .request(request, on: lots[number % lots.count])
        }
    }

    /// What the bids lead to, in order.
    func events(of commands: [Command]) -> [Event] {
        var house = openHouse
        var events: [Event] = []
        for command in commands {
            for event in house.decide(command, at: noon).events {
                house.apply(event, at: noon, recordedAs: .zero)
                events.append(event)
            }
        }
        return events
    }
}
