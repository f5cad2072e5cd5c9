import AuctionRules
import Foundation
import Testing

@testable import Ledger

/// A start from the snapshot is a start from the log's first entry, only sooner.
@Suite("Snapshots of the state")
struct SnapshotTests {
    static func limits(_ entries: Int64, _ pages: Int) -> SnapshotKeeper.Limits {
        var limits = SnapshotKeeper.Limits()
        limits.entriesMax = entries
        limits.pagesMax = pages
        return limits
    }

    @Test(
        "The house from the snapshot and the rest of the log is the house of the whole log",
        arguments: 1...12)
    func equalsReplay(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let entries = [0, 3, 20, 60][Int(seed % 4)]
        let scene = SnapshotScene(ledger, Self.limits(Int64(entries), 1 + Int(seed % 5)))
        var starts = 0
        try scene.play(seed: seed, commands: 300) { scene in
            // Before all lots have an image there is nothing to begin with, and a start would clear it.
            let extents = try Stranger.values(directory.file(), "SELECT 1 FROM snapshot")
            guard !extents.isEmpty else { return }
            let start = try #require(try SnapshotStart(ledger))
            starts += 1
            #expect(start.head == scene.head)
            #expect(start.house == scene.house, "seed \(seed), at \(scene.head.position)")
            for (id, all) in scene.changes {
                let state = try #require(scene.house.auctions[id]).publicState
                let wanted = all.suffix(SnapshotScene.recentMax)
                let first = try #require(wanted.first).state.seq
                #expect(start.recent[id]?.after(first - 1, of: state) == Array(wanted))
            }
        }
        #expect(starts > 10)
        #expect(try ledger.rebuild().house == scene.house)
    }

    @Test("However long the log, no more of it is followed than was asked for")
    func boundedTail() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(ledger, Self.limits(40, 32))
        try scene.play(seed: 5, commands: 600)
        let start = try #require(try SnapshotStart(ledger))
        #expect(scene.head.position > 300)
        #expect(start.followed <= 40)
        #expect(start.position == scene.head.position - Int64(start.followed))
    }

    @Test("A page at a time is enough: the snapshot gets there little by little")
    func littleByLittle() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(ledger, Self.limits(0, 1))
        try scene.play(seed: 3, commands: 200)
        // Nothing happens any more, but commits go on.
        for _ in 0..<40 { try scene.commit([]) }
        let start = try #require(try SnapshotStart(ledger))
        #expect(start.followed == 0)
        #expect(start.house == scene.house)
    }

    @Test("A commit writes so many bytes and little more, of as many lots as have room in them")
    func boundedCommits() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(ledger, Self.limits(0, 4))
        let lots = (0..<60).map { AuctionID(stringLiteral: "lot\($0)") }
        try scene.commit([.addBidder(Bidder(id: .anna))])
        try scene.commit(
            lots.map { .createAuction($0, .english(start: 1, opensAt: scene.now, lasting: 9000)) })
        var most = 0
        for _ in 0..<40 {
            try scene.commit([])
            guard let rows = scene.lastRows else { continue }
            let images = rows.lots.map(\.image.count).reduce(0, +)
            let pages = rows.pages.map(\.bytes.count).reduce(0, +)
            #expect(images + pages <= 7 * RecordPages.pageLengthMax)
            most = max(most, rows.lots.count)
        }
        #expect(most > 8, "a lot without bids is a few hundred bytes")
        #expect(try #require(try SnapshotStart(ledger)).house == scene.house)
    }

    @Test("A million bids on a lot are many pages, of which only the last one is written again")
    func fullPagesStay() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(ledger, Self.limits(0, 32))
        try scene.commit([
            .addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)),
            .createAuction("vase", .english(start: 100, opensAt: scene.now, lasting: 60_000)),
        ])
        var written: [String: Set<String>] = [:]
        for round in 1...200 {
            let bidder: BidderID = round.isMultiple(of: 2) ? .anna : .ben
            try scene.commit([
                .bid(
                    bidder, BidID(stringLiteral: "b\(round)"), on: "vase",
                    Amount(minorUnits: Int64(round) * 10_000) ?? 1)
            ])
            for row in try Stranger.values(
                directory.file(),
                "SELECT book || number, hex(checksum) FROM snapshot_page WHERE book = 'replies'")
            {
                written[row[0] ?? "", default: []].insert(row[1] ?? "")
            }
        }
        // Each page was written with one more reply each time, until it was full.
        #expect(written.count > 3)
        #expect(written.values.map(\.count).reduce(0, +) == 200)
        #expect(try #require(try SnapshotStart(ledger)).house == scene.house)
    }

    @Test(
        "A snapshot that was damaged is not believed, and makes place for another one",
        arguments: [
            "UPDATE snapshot SET position = position - 1",
            "UPDATE snapshot SET hash = zeroblob(32)",
            "UPDATE snapshot SET lots = lots - 1",
            "UPDATE snapshot SET checksum = zeroblob(32)",
            "UPDATE snapshot_house SET image = substr(image, 1, length(image) - 1)",
            "UPDATE snapshot_house SET position = position + 1",
            "DELETE FROM snapshot_house",
            "UPDATE snapshot_lot SET image = zeroblob(length(image)) WHERE auction = 'l1'",
            "UPDATE snapshot_lot SET hash = zeroblob(32) WHERE auction = 'l2'",
            "UPDATE snapshot_lot SET number = number + 1 WHERE auction = 'l0'",
            "UPDATE snapshot_lot SET changes_to = changes_to + 1",
            "DELETE FROM snapshot_lot WHERE auction = 'l3'",
            "UPDATE snapshot_page SET bytes = zeroblob(length(bytes)) WHERE book = 'replies'",
            "UPDATE snapshot_page SET number = number + 1 WHERE auction = 'l0' AND book = 'replies'",
            "UPDATE snapshot_page SET checksum = zeroblob(32) WHERE book = 'changes'",
            "DELETE FROM snapshot_page WHERE book = 'changes'",
            "DELETE FROM snapshot_page WHERE auction = 'l1' AND book = 'replies'",
        ])
    func damaged(sql: String) throws {
        let directory = try TemporaryDirectory()
        let first = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(first, Self.limits(0, 1000))
        try scene.play(seed: 8, commands: 200)
        #expect(try SnapshotStart(first) != nil)
        try first.close()
        try Stranger.vandalize(directory.file(), sql)
        let ledger = try SQLiteLedger(path: directory.file())
        guard case .unsound(let fault) = try ledger.snapshot() else {
            Issue.record("It was believed after \(sql)")
            return
        }
        #expect(!fault.isEmpty)
        guard case .none = try ledger.snapshot() else {
            Issue.record("It is still there after \(sql)")
            return
        }
        #expect(try ledger.rebuild().house == scene.house)
    }

    /// What a disk that forgets makes of a page: SQLite itself can't read it any more.
    @Test(
        "A damaged page of the file under a snapshot's table does not keep a log from being followed",
        arguments: ["snapshot", "snapshot_house", "snapshot_lot", "snapshot_page"], [0, 3, 2000])
    func damagedPage(table: String, offset: Int) throws {
        let directory = try TemporaryDirectory()
        let first = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(first, Self.limits(0, 1000))
        try scene.play(seed: 8, commands: 300)
        try first.close()
        let sound = try Data(contentsOf: URL(fileURLWithPath: directory.file()))
        let pages = try Stranger.values(
            directory.file(), "SELECT pageno FROM dbstat WHERE name LIKE '%\(table)%'"
        ).compactMap { $0[0].flatMap { Int($0) } }
        #expect(!pages.isEmpty)
        var unsound = 0
        for page in pages {
            let path = directory.file("page-\(page).db")
            var bytes = sound
            let start = (page - 1) * 4096 + offset
            for index in start..<start + 8 { bytes[index] = 0xff }
            try bytes.write(to: URL(fileURLWithPath: path))
            // Twice: the first start may have been able to empty the tables, or not.
            var head = scene.head
            for round in 1...2 {
                let ledger = try SQLiteLedger(path: path)
                if case .unsound = try ledger.snapshot() { unsound += 1 }
                let (house, end) = try ledger.rebuild()
                #expect(end == head, "page \(page)")
                let later = SnapshotScene(ledger, Self.limits(0, 1000), house: house, head: end)
                try later.commit([.addBidder(Bidder(id: BidderID(stringLiteral: "new\(round)")))])
                head = later.head
                try ledger.close()
            }
        }
        // Space that nothing is in may be damaged without harm.
        #expect(unsound > 0 || offset == 2000)
    }

    @Test("Every byte of an image counts")
    func everyByte() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(ledger, Self.limits(0, 1000))
        try scene.play(seed: 9, commands: 150)
        let auction = try #require(scene.house.auctions["l0"])
        for index in auction.image.indices {
            var image = auction.image
            image[index] ^= 0x41
            // Some make another lot, none makes this one, and none stops the program.
            let other = try? Auction(id: "l0", image: image, replyPages: auction.replyPages)
            #expect(other != auction)
        }
    }

    @Test("Another version's snapshot is not looked at")
    func otherVersion() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = SnapshotScene(ledger, Self.limits(0, 1000))
        try scene.play(seed: 2, commands: 50)
        try ledger.close()
        try Stranger.vandalize(directory.file(), "UPDATE snapshot SET version = version + 1")
        let again = try SQLiteLedger(path: directory.file())
        guard case .none = try again.snapshot() else {
            Issue.record("It was looked at")
            return
        }
        #expect(
            try Stranger.values(directory.file(), "SELECT count(*) FROM snapshot_page") == [["0"]])
    }
}
