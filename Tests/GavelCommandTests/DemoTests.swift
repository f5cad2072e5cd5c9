import AuctionRules
import GavelClient
import Testing
import WireProtocol

@testable import GavelCommand

@Suite("The demo")
struct DemoTests {
    private static let now = Instant(milliseconds: 1_795_404_400_000)

    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("Every lot of the catalogue is sound, the first ones end one after the other")
    func catalogue() throws {
        let catalogue = DemoCatalogue(sale: try SaleID("demo"))
        let lots = (0..<40).map { catalogue.lot($0, now: Self.now) }
        #expect(Set(lots.map { $0.id?.text }).count == 40)
        #expect(Set(lots.prefix(6).map(\.terms.format)).count == 3)
        #expect(Set(lots.map(\.terms.currency.code)).count >= 5)
        let ends = lots.prefix(6).compactMap { $0.terms.closesAt?.milliseconds(since: Self.now) }
        #expect(ends == ends.sorted())
        #expect(try #require(ends.first) <= 120_000)
        for lot in lots { try lot.terms.validate() }
    }

    @Test("A lot of the demo's is known by its id and its title")
    func belonging() throws {
        let catalogue = DemoCatalogue(sale: try SaleID("demo-2"))
        for number in [0, 1, 11, 12, 40] {
            let lot = catalogue.lot(number, now: Self.now)
            #expect(catalogue.has(try #require(lot.id), lot.terms.title))
        }
        for (id, title) in [
            ("demo-2-1", "A chair"), ("demo-2", "Station clock, 1920s"),
            ("demo-2-0", "Station clock, 1920s"), ("demo-2-x", "Station clock, 1920s"),
            ("demo-2-1", "Station clock, 1920s"), ("demo-2--2", "Station clock, 1920s"),
        ] { #expect(!catalogue.has(try AuctionID(id), title), "\(id)") }
    }

    /// A house with the demo's first lots, and what a watcher of all of them first hears.
    private func house() throws -> (house: House, snapshots: [WatchUpdate]) {
        var house = House()
        let catalogue = DemoCatalogue(sale: try SaleID("demo"))
        var commands: [Command] = [.createSale(Sale(id: catalogue.sale, title: "Demo"))]
        for bidder in ["a", "b"] { commands.append(.addBidder(Bidder(id: try BidderID(bidder)))) }
        for number in 0..<DemoCatalogue.openingCount {
            let lot = catalogue.lot(number, now: Self.now)
            commands.append(.createAuction(try #require(lot.id), lot.terms))
        }
        for command in commands {
            for event in house.decide(command, at: Self.now).events {
                house.apply(event, at: Self.now, recordedAs: .zero)
            }
        }
        let snapshots = house.auctions.values.map { auction in
            WatchUpdate.snapshot(.init(auction.publicState, log: "l", serverTime: Self.now))
        }
        return (house, snapshots)
    }

    @Test("A simulated bidder's bids are taken by the rules", arguments: [1, 2, 3] as [UInt64])
    func bidding(seed: UInt64) throws {
        var dice = Dice(state: seed)
        var (house, snapshots) = try house()
        let bidders = try ["a", "b"].map { try BidderID($0) }
        var minds = bidders.map { _ in DemoMind() }
        for index in minds.indices {
            for snapshot in snapshots { minds[index].hear(snapshot, using: &dice) }
        }
        var accepted = 0
        for round in 0..<200 {
            let index = round % minds.count
            let id = try BidID("b\(round)")
            guard let bid = minds[index].bid(at: Self.now, id: id, using: &dice) else { continue }
            let request = bid.request(by: bidders[index])
            for event in house.decide(.request(request, on: bid.auction), at: Self.now).events {
                house.apply(event, at: Self.now, recordedAs: .zero)
            }
            let auction = try #require(house.auctions[bid.auction])
            let reply = try #require(auction.reply(to: request.key))
            guard case .bidAccepted(let answer) = ServerMessage(reply, on: bid.auction) else {
                Issue.record("\(reply.verdict)")
                continue
            }
            accepted += 1
            minds[index].hear(.accepted(answer))
            let price = ServerMessage.Price(auction.publicState, at: Self.now)
            for other in minds.indices {
                minds[other].hear(.price(price), using: &dice)
                guard auction.standing.leader != bidders[other] else { continue }
                minds[other].lose(bid.auction)
            }
            let start = auction.terms.start.minorUnits
            #expect(bid.amount.minorUnits * 100 <= start * DemoMind.worthMax)
        }
        #expect(accepted > 10)
    }
}
