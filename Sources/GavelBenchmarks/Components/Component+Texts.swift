import AuctionRules
import Foundation
import Ledger
import Proof
import WireProtocol

extension Component {
    func require(_ isRight: Bool) throws {
        guard isRight else { throw BenchmarkFailure("\(rawValue) did not do what it had to") }
    }

    /// A lot with two bids, and the reply to the second.
    private static func bidding() throws -> (lot: Auction, reply: Reply) {
        let scene = try Scene(lots: 1, bidders: 2)
        var house = scene.openHouse
        for event in scene.events(of: try scene.risingBids(2)) {
            house.apply(event, at: scene.noon, recordedAs: .zero)
        }
        guard let lot = house.auctions[scene.lots[0]], let bid = lot.commitments.last
        else { throw BenchmarkFailure("The scene has a lot with bids") }
        return (lot, lot.reply(to: bid))
    }

    func encodeAnswers(_ units: Int) throws {
        let (lot, reply) = try Self.bidding()
        var bytes = 0
        for _ in 0..<units {
            bytes += ServerFrame(ServerMessage(reply, on: lot.id)).encoded().count
        }
        try require(bytes > units * 200)
    }

    func encodePrices(_ units: Int) throws {
        let (lot, reply) = try Self.bidding()
        let state = lot.publicState
        var bytes = 0
        for _ in 0..<units {
            bytes += ServerFrame(.price(ServerMessage.Price(state, at: reply.at))).encoded().count
        }
        try require(bytes > units * 150)
    }

    func ledger(_ units: Int, _ most: Int, lots: Int, in folder: URL) throws {
        let scene = try Scene(lots: lots, bidders: 64)
        let events = scene.events(of: try scene.risingBids(most)).prefix(units)
        let path = folder.appendingPathComponent("\(UUID().uuidString).db").path
        let ledger = try SQLiteLedger(path: path)
        var house = House()
        var head = LogHead.empty
        func append(_ events: some Sequence<Event>) throws {
            var batch = LogBatch(after: head, expecting: events.underestimatedCount)
            for event in events { batch.record(event, at: scene.noon, in: &house) }
            batch.seal(with: house)
            try ledger.append(batch)
            head = batch.head
        }
        try append(scene.opening)
        for start in stride(from: 0, to: events.count, by: 256) {
            try append(events[start..<min(start + 256, events.count)])
        }
        try ledger.close()
        try require(head.position == Int64(scene.opening.count + units))
    }

    func receipts(_ units: Int) throws {
        let (lot, reply) = try Self.bidding()
        let key = SigningKey()
        var signed = 0
        for _ in 0..<units / 256 {
            let statements = (0..<256).map { _ in ReceiptStatement.text(of: reply, on: lot.id) }
            signed +=
                key.sign(
                    statements, log: "0d1f6a1e-4d5c-4f0e-9a55-3f1f1c6b7a10", position: 1_000_000,
                    hash: .zero, at: reply.at
                ).count
        }
        try require(signed == units)
    }
}
