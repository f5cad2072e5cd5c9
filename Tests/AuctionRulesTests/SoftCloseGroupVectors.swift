import AuctionRules
import Foundation
import Testing

/// Groups of lots that late bids extend together, as data: where each lot ends after each step.
struct GroupVector: Decodable, Sendable, CustomTestStringConvertible {
    struct Lot: Decodable, Sendable {
        let id: String
        let opens: Int64?
        let end: Int64
        /// The lot's own; else it is in the sale's.
        let group: String?
        let buyNow: Int64?
        let softClose: Vector.SoftCloseConfiguration?

        enum CodingKeys: String, CodingKey {
            case id, opens, end, group
            case buyNow = "buy_now"
            case softClose = "soft_close"
        }
    }

    /// A bid on a lot, at its minimum unless said otherwise, or a pause, or a resumption.
    struct Step: Decodable, Sendable {
        let t: Int64
        let bid: String?
        let amount: Int64?
        let pause: String?
        let resume: String?
        let ends: [String: Int64?]
    }

    let id: String
    let group: String?
    let lots: [Lot]
    let steps: [Step]

    var testDescription: String { id }

    private struct File: Decodable {
        let vectors: [GroupVector]
    }

    static func all() throws -> [GroupVector] {
        let file = Bundle.module.bundleURL
            .appendingPathComponent("Vectors/Groups/soft_close_groups.json")
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).vectors
    }
}

@Suite struct SoftCloseGroupVectorTests {
    @Test(arguments: try GroupVector.all())
    func `the lots of a group end where the vector shows`(_ vector: GroupVector) throws {
        var room = Saleroom()
        let group = try vector.group.map { try SoftCloseGroup($0) }
        room.perform(.createSale(Sale(id: "sale", title: "Sale", softCloseGroup: group)))
        for lot in vector.lots {
            var terms = Terms.lot(start: 100, closes: Instant(milliseconds: lot.end))
            terms.increments = IncrementTable(flat: 100)
            terms.opensAt = Instant(milliseconds: lot.opens ?? 0)
            terms.sale = "sale"
            terms.buyNow = lot.buyNow.flatMap(Amount.init(minorUnits:)).map { .init(price: $0) }
            terms.softClose = try lot.softClose?.rule()
            terms.softClose?.group = try lot.group.map { try SoftCloseGroup($0) }
            let created = room.perform(.createAuction(try AuctionID(lot.id), terms))
            try #require(created.code == "done", "\(created.answer)")
        }
        for (number, step) in vector.steps.enumerated() {
            let outcome = try play(step, in: &room)
            #expect(["accepted", "done"].contains(outcome.code), "step \(number): \(outcome.code)")
            for (lot, end) in step.ends {
                let told = room.house.auctions[try AuctionID(lot)]?.endsAt?.milliseconds
                #expect(told == end, "the end of \(lot) after step \(number)")
            }
        }
    }

    @Test func `the vectors are all there`() throws {
        #expect(try GroupVector.all().count >= 8)
    }

    private func play(_ step: GroupVector.Step, in room: inout Saleroom) throws
        -> Saleroom.Outcome
    {
        let t = Instant(milliseconds: step.t)
        if let lot = step.pause {
            return room.perform(.administer(try AuctionID(lot), .pause(reason: nil)), at: t)
        }
        if let lot = step.resume {
            return room.perform(.administer(try AuctionID(lot), .resume), at: t)
        }
        let id = try AuctionID(try #require(step.bid))
        let lot = try #require(room.house.auctions[id])
        let amount = try #require(step.amount.flatMap(Amount.init(minorUnits:)) ?? lot.minimum)
        let bidder: BidderID = lot.standing.leader == "A" ? "B" : "A"
        return room.bid(bidder, amount, at: t, on: id)
    }
}
