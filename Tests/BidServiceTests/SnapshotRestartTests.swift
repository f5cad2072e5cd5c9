import AuctionRules
import BidService
import Foundation
import Ledger
import Testing

@Suite("A start from the snapshot", .timeLimit(.minutes(5)))
struct SnapshotRestartTests {
    /// A service on a file, whose snapshot is never far behind.
    final class Stage: Sendable {
        let path: String
        private let folder: URL

        init() throws {
            folder = FileManager.default.temporaryDirectory
                .appendingPathComponent("gavel-snapshot-\(UUID().uuidString)")
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true)
            path = folder.appendingPathComponent("gavel.db").path
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func start(_ change: (inout ServiceLimits) -> Void = { _ in }) throws -> BidService {
            var limits = ServiceLimits.forTests
            limits.snapshots.entriesMax = 5
            limits.snapshots.pagesMax = 2
            change(&limits)
            let path = path
            return try BidService(limits: limits, clock: ManualClock(Fixture.noon)) {
                () throws(LedgerError) in try SQLiteLedger(path: path)
            }
        }
    }

    /// Two bidders, two lots and so many bids on the first one.
    private static func play(_ service: BidService, bids: Int) async throws -> [Answer] {
        for name in ["A", "B"] {
            _ = await service.perform(.addBidder(Bidder(id: try BidderID(name))))
        }
        for lot in ["lot", "quiet"] {
            _ = await service.perform(
                .createAuction(try AuctionID(lot), try Fixture.terms(for: 60_000)))
        }
        var answers: [Answer] = []
        for number in 1...bids {
            answers.append(await service.perform(try bid(number)))
        }
        return answers
    }

    private static func bid(_ number: Int) throws -> Command {
        try Fixture.bid(
            number.isMultiple(of: 2) ? "A" : "B", Int64(number) * 1000, id: "b\(number)")
    }

    @Test("Nothing differs from a start without it, and little of the log is followed")
    func sameState() async throws {
        let stage = try Stage()
        let first = try stage.start()
        let answers = try await Self.play(first, bids: 100)
        let lot = try AuctionID("lot")
        let before = try #require(first.board.enter(lot, after: (first.board.logID, 60), for: nil))
        first.stop()

        let second = try stage.start()
        let restoration = second.statistics.restoration
        #expect(restoration.snapshotPosition > 90)
        #expect(restoration.entriesFollowed <= 10)
        #expect(restoration.snapshotFault == nil)
        let after = try #require(second.board.enter(lot, after: (second.board.logID, 60), for: nil))
        #expect(after.snapshot.state == before.snapshot.state)
        #expect(after.missed == before.missed)
        #expect(after.missed?.count == Int(after.snapshot.state.seq) - 60)
        for number in 1...100 {
            #expect(await second.perform(try Self.bid(number)) == answers[number - 1])
        }
        #expect(await second.perform(try Fixture.bid("B", 500_000)).isAccepted)
        #expect(await second.perform(try Fixture.bid("A", 5000, on: "quiet")).isAccepted)
        second.stop()
        #expect(try LedgerReader(path: stage.path).integrityFaults() == [])
    }

    @Test("A damaged snapshot costs time only, and is replaced")
    func damaged() async throws {
        let stage = try Stage()
        let first = try stage.start()
        let answers = try await Self.play(first, bids: 50)
        first.stop()
        try Self.flipByte(of: answers, in: stage.path)

        let second = try stage.start()
        #expect(second.statistics.restoration.snapshotFault != nil)
        #expect(second.statistics.restoration.snapshotPosition == 0)
        for number in 1...50 {
            #expect(await second.perform(try Self.bid(number)) == answers[number - 1])
        }
        _ = await second.perform(try Fixture.bid("B", 500_000))
        second.stop()
        let third = try stage.start()
        #expect(third.statistics.restoration.snapshotPosition > 0)
        third.stop()
    }

    /// Flips a byte of a page of replies where it lies in the file.
    private static func flipByte(of answers: [Answer], in path: String) throws {
        let reply = try #require(answers.compactMap(\.reply).last)
        var file = try Data(contentsOf: URL(fileURLWithPath: path))
        // The snapshot has a reply's entry hash behind its key: no other table has the two so close.
        let hash = Data(reply.entryHash.bytes)
        var found = 0
        var start = file.startIndex
        while let range = file.range(of: hash, in: start..<file.endIndex) {
            start = range.upperBound
            let before = file[max(file.startIndex, range.lowerBound - 40)..<range.lowerBound]
            guard before.range(of: Data(reply.request.id.text.utf8)) != nil else { continue }
            file[range.lowerBound] ^= 1
            found += 1
        }
        try #require(found > 0)
        try file.write(to: URL(fileURLWithPath: path))
    }

    @Test("While nobody bids the snapshot of a long log without one is made")
    func catchesUp() async throws {
        let stage = try Stage()
        let first = try stage.start { $0.snapshots.entriesMax = .max }
        _ = try await Self.play(first, bids: 50)
        first.stop()
        let second = try stage.start()
        #expect(second.statistics.restoration.entriesFollowed > 50)
        // A command is decided after the rounds that went before it.
        let never = BidKey(bidder: try BidderID("A"), id: try BidID("never"))
        for _ in 0..<20 { _ = await second.perform(.status(never, on: try AuctionID("lot"))) }
        second.stop()
        let third = try stage.start()
        #expect(third.statistics.restoration.snapshotPosition > 0)
        third.stop()
    }
}
