import AuctionRules
import Ledger
import Proof
import Synchronization
import Testing

@testable import BidService

/// Who has which batch, and who waits for whom.
@Suite("Batches on their way to everybody")
struct CommitLineTests {
    /// Nobody waits here: whoever would has been asked too early.
    private struct NoMonitor: Monitor {
        func lock() {}
        func unlock() {}
        func wait(as waiter: Waiter) { preconditionFailure("The \(waiter) waits") }
        func wake(_ waiter: Waiter) {}
    }

    private final class Scene {
        let line: CommitLine
        let calls = Calls()

        init() {
            let calls = calls
            line = CommitLine(
                monitor: NoMonitor(), onFailure: { calls.note("failed: \($0.kind)") },
                onReady: { calls.note("ready") })
        }

        /// A batch that can be told by its heartbeat.
        func batch(_ number: Int64, newKey: Bool = false) -> Commit {
            var batch = DecidedBatch(after: .empty, salts: SaltKey(words: .zero))
            batch.heartbeat = Instant(milliseconds: number)
            if newKey { batch.signingKeys = [] }
            return Commit(batch)
        }

        func hand(_ number: Int64, newKey: Bool = false) {
            #expect(line.hand(over: batch(number, newKey: newKey)))
        }

        func take(_ number: Int64) -> Commit? {
            guard let taken = line.take() else { return nil }
            #expect(taken.number == number)
            return taken
        }

        /// The log's thread writes a batch and hands it on.
        func write(_ number: Int64, failing error: LedgerError? = nil) throws {
            let written = try #require(take(number))
            written.failure = error
            #expect(!line.passOn(written, keepsNone: true))
            line.finish()
        }

        func release() -> [Int64] {
            let batches = line.takeWritten()
            for batch in batches { line.noteDone(batch, isKept: false, isLost: false) }
            return batches.map(\.number)
        }
    }

    private final class Calls: Sendable {
        private let kept = Mutex<[String]>([])
        func note(_ call: String) { kept.withLock { $0.append(call) } }
        var all: [String] { kept.withLock { $0 } }
    }

    private static let fault = LedgerError(.ioError, "A failure that a test asked for.")

    @Test("A lone batch stays with the log's thread; behind another one it goes the other way")
    func lone() throws {
        let scene = Scene()
        scene.hand(1)
        let first = try #require(scene.take(1))
        #expect(scene.line.passOn(first, keepsNone: false))
        scene.line.noteDurable()
        // The next one may come, and waits until the first is out.
        scene.hand(2)
        #expect(scene.line.take() == nil)
        scene.line.noteDone(first, isKept: true, isLost: false)
        scene.line.finish()
        let second = try #require(scene.take(2))
        scene.hand(3)
        #expect(!scene.line.passOn(second, keepsNone: false))
        scene.line.finish()
        // As the second is not out, the third stays behind it.
        let third = try #require(scene.take(3))
        #expect(!scene.line.passOn(third, keepsNone: false))
        scene.line.finish()
        #expect(scene.release() == [2, 3])
    }

    @Test("The writer has the log for itself when nothing is under way, and only then")
    func claiming() throws {
        let scene = Scene()
        #expect(scene.line.claim())
        #expect(!scene.line.claim())
        let own = scene.batch(1)
        // It stays with who wrote it.
        #expect(scene.line.passOn(own, keepsNone: false))
        #expect(!scene.line.claim())
        scene.line.noteDurable()
        #expect(!scene.line.claim())
        scene.line.noteDone(own, isKept: true, isLost: false)
        scene.line.finish()
        // What waits for the log's thread, is with it, or is not let out, is in the way.
        scene.hand(2)
        #expect(!scene.line.claim())
        let second = try #require(scene.take(2))
        #expect(!scene.line.claim())
        #expect(!scene.line.passOn(second, keepsNone: true))
        scene.line.finish()
        #expect(!scene.line.claim())
        #expect(scene.release() == [2])
        #expect(scene.line.claim())
    }

    @Test("The writer leaves a log that is to be moved to the log's thread, until that has done it")
    func untidy() throws {
        let scene = Scene()
        #expect(scene.line.claim())
        let own = scene.batch(1)
        #expect(scene.line.passOn(own, keepsNone: false))
        scene.line.noteDone(own, isKept: true, isLost: false)
        scene.line.finish(leavingUntidy: true)
        #expect(!scene.line.claim())
        scene.hand(2)
        try scene.write(2)
        #expect(scene.release() == [2])
        #expect(scene.line.claim())
    }

    @Test("What the writer claimed and could not write is told as any failure")
    func failedClaim() {
        let scene = Scene()
        #expect(scene.line.claim())
        let own = scene.batch(1)
        own.failure = Self.fault
        #expect(scene.line.passOn(own, keepsNone: false))
        #expect(scene.line.note(Self.fault))
        scene.line.noteDone(own, isKept: true, isLost: true)
        #expect(scene.calls.all == [])
        scene.line.finish()
        #expect(scene.calls.all == ["failed: ioError"])
        #expect(!scene.line.claim())
        #expect(scene.line.resume() == nil)
        #expect(scene.line.claim())
    }

    @Test("No more are written than may be waiting for the disk")
    func bound() throws {
        let scene = Scene()
        for number in 1...Int64(CommitLine.unreleasedMax) {
            scene.hand(number)
            try scene.write(number)
        }
        #expect(!scene.line.isReady(forLarge: false))
        scene.hand(9)
        #expect(scene.line.take() == nil)
        #expect(scene.release() == Array(1...Int64(CommitLine.unreleasedMax)))
        try scene.write(9)
        #expect(scene.release() == [9])
    }

    @Test("A small batch grows while the log's thread writes, a large one goes into its place")
    func growing() throws {
        let scene = Scene()
        #expect(scene.line.isReady(forLarge: false))
        scene.hand(1)
        #expect(!scene.line.isReady(forLarge: true))
        let first = try #require(scene.take(1))
        #expect(scene.calls.all == ["ready"])
        #expect(scene.line.isReady(forLarge: true))
        #expect(!scene.line.isReady(forLarge: false))
        // The thread is free as soon as it has handed the first one on.
        #expect(!scene.line.passOn(first, keepsNone: true))
        #expect(scene.calls.all == ["ready", "ready"])
        #expect(scene.line.isReady(forLarge: false))
    }

    @Test("Nothing is written behind a new signing key before that is known")
    func newKey() throws {
        let scene = Scene()
        scene.hand(1, newKey: true)
        try scene.write(1)
        scene.hand(2)
        #expect(scene.line.take() == nil)
        #expect(scene.release() == [1])
        try scene.write(2)
    }

    @Test("A failed sync is told when nothing is under way any more, and what waited comes back")
    func failedSync() throws {
        let scene = Scene()
        scene.hand(1)
        try scene.write(1)
        scene.hand(2)
        let second = try #require(scene.take(2))
        scene.hand(3)
        let batches = scene.line.takeWritten()
        #expect(scene.line.note(Self.fault))
        #expect(!scene.line.note(Self.fault))
        for batch in batches { scene.line.noteDone(batch, isKept: false, isLost: false) }
        // The second is being written.
        #expect(!scene.line.hasFailed)
        #expect(scene.line.takeBack() == nil)
        #expect(!scene.line.passOn(second, keepsNone: true))
        scene.line.finish()
        #expect(scene.calls.all == [])
        #expect(scene.release() == [2])
        #expect(scene.calls.all == ["failed: ioError"])
        #expect(scene.line.hasFailed)
        #expect(scene.line.take() == nil)
        #expect(scene.line.takeBack()?.number == 3)
        #expect(!scene.line.hand(over: scene.batch(4)) || scene.line.take() == nil)
        #expect(scene.line.resume() == nil)
        #expect(!scene.line.hasFailed)
        scene.hand(5)
        try scene.write(5)
    }

    @Test("A failed write lets out what was written before it, and nothing is written after it")
    func failedWrite() throws {
        let scene = Scene()
        scene.hand(1)
        try scene.write(1)
        scene.hand(2)
        try scene.write(2, failing: Self.fault)
        scene.hand(3)
        #expect(scene.line.take() == nil)
        let batches = scene.line.takeWritten()
        #expect(batches.map(\.number) == [1, 2])
        #expect(batches.map { $0.failure == nil } == [true, false])
    }

    @Test("Who reads the log beside it waits for what it may have seen")
    func settling() throws {
        let scene = Scene()
        #expect(scene.line.settle())
        scene.hand(1)
        // Not written yet: nobody can have seen it.
        #expect(scene.line.settle())
        try scene.write(1)
        #expect(scene.release() == [1])
        #expect(scene.line.settle())
    }

    @Test("What may be lost after a failed sync is told to nobody until the log is opened again")
    func doubtful() throws {
        let scene = Scene()
        let bidder = scene.batch(1)
        var house = House()
        bidder.batch.log.record(
            .house(.bidderAdded(Bidder(id: try BidderID("A")))), at: Instant(milliseconds: 1),
            in: &house)
        #expect(scene.line.hand(over: bidder))
        try scene.write(1)
        #expect(scene.line.note(Self.fault))
        for batch in scene.line.takeWritten() {
            scene.line.noteDone(batch, isKept: false, isLost: true)
        }
        #expect(!scene.line.settle())
        _ = scene.line.resume()
        #expect(scene.line.settle())
    }
}

extension Commit {
    fileprivate var number: Int64 { batch.heartbeat?.milliseconds ?? 0 }
}
