import AuctionRules
import DiskSimulation
import Testing

@testable import Ledger

/// SQLite makes files of its own, in another folder, for what it can't hold. A commit must not fail for
/// want of them.
struct TemporaryFileTests {
    /// The rows of a batch are one statement. What that would have to take back is pages: of the index of
    /// late bids one for nearly every lot here, and more than the 64 KiB that SQLite holds by itself.
    @Test("A batch that changes many pages of an index makes no file beside the database")
    func manyPages() throws {
        let disk = SimulatedDisk()
        let ledger = try disk.ledger()
        let scene = Scene(ledger)
        let lots = (10..<50).map { number in
            AuctionID(stringLiteral: String(repeating: "x", count: 60) + "\(number)")
        }
        let terms = Terms.english(start: 5, opensAt: scene.now, lasting: 1000)
        try scene.commit(
            [.addBidder(Bidder(id: .anna))] + lots.map { .createAuction($0, terms) })
        scene.now = scene.now.advanced(by: 2000)
        try scene.commit(lots.map { .administer($0, .advanceClock) })
        func lateBids(_ numbers: Range<Int>) -> [Command] {
            lots.flatMap { lot in
                numbers.map { .bid(.anna, BidID(stringLiteral: "b\($0)"), on: lot, 500) }
            }
        }
        try scene.commit(lateBids(0..<25))
        let head = scene.head.position
        let written = disk.size(of: Trial.path + "-wal")
        let temporary = disk.count(of: .temporary)
        try scene.commit(lateBids(25..<26))
        #expect(scene.head.position == head + Int64(lots.count))
        // More than 16 pages of 4 KiB were changed.
        #expect(disk.size(of: Trial.path + "-wal") - written > 20 * 4096)
        #expect(disk.count(of: .temporary) == temporary)
        try ledger.close()
    }
}
