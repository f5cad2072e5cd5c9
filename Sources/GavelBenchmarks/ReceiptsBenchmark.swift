import AuctionRules
import Proof

/// Receipts per second on one thread: what whoever lets commits out does for those of one commit, their texts,
/// the tree over them and one signature. That is what a receipt adds to a bid.
struct ReceiptsBenchmark: Benchmark {
    let receipts: Int
    /// How many a commit holds.
    let batch: Int

    var name: String { "receipts: \(batch) a signature" }

    func run() throws -> Measurement {
        let scene = try Scene(lots: 1, bidders: 64)
        var house = scene.openHouse
        for event in scene.events(of: try scene.risingBids(batch)) {
            house.apply(event, at: scene.noon, recordedAs: .zero)
        }
        guard let lot = house.auctions[scene.lots[0]] else {
            throw BenchmarkFailure("The scene has a lot")
        }
        let replies = lot.commitments.map { lot.reply(to: $0) }
        guard replies.count == batch else {
            throw BenchmarkFailure("\(batch) accepted bids have \(replies.count) replies")
        }
        let key = SigningKey()
        let keys = KeySet([PublishedKey(key: key.publicKey, from: scene.noon)])
        var last: [SignedStatement] = []
        let measurement = try Measurement.measure(units: receipts) {
            for _ in 0..<receipts / batch {
                let statements = replies.map { ReceiptStatement.text(of: $0, on: lot.id) }
                last = key.sign(
                    statements, log: "0d1f6a1e-4d5c-4f0e-9a55-3f1f1c6b7a10", position: 1_000_000,
                    hash: .zero, at: scene.noon)
            }
        }
        for receipt in last { try receipt.verify(with: keys) }
        return measurement
    }
}
