import AuctionRules
import DiskSimulation
import Testing

@testable import Ledger

/// One piece of the ledger's work on a disk of its own that may fail, and what must hold afterwards.
final class Trial {
    enum Work: String, CaseIterable, Sendable {
        /// Making the database.
        case creation
        /// Opening one that a crash has left with a write-ahead log.
        case opening
        case reading
        case append
        /// An append, after which all of the write-ahead log is moved into the database.
        case appendWithCheckpoint
        case idleCheckpoint
        case heartbeat
        case closing
    }

    static let path = "gavel.db"
    static let heartbeat = Instant(milliseconds: 1_700_000_900_000)

    let work: Work
    let disk: SimulatedDisk
    private let saved: SavedSale
    private var ledger: SQLiteLedger?

    /// Prepares the disk; faults can be injected then.
    init(_ work: Work, seed: UInt64) throws {
        self.work = work
        disk = SimulatedDisk(seed: seed)
        saved = SavedSale.sample
        guard work != .creation else { return }
        saved.restore(to: disk)
        guard work != .opening else { return }
        ledger = try open()
        if work == .idleCheckpoint || work == .closing { try ledger?.append(saved.batch) }
    }

    private func open() throws(LedgerError) -> SQLiteLedger {
        try disk.ledger { options in
            options.now = { Instant(milliseconds: 1_700_000_000_000) }
            options.checkpoints.idlePages = 1
            if work == .appendWithCheckpoint { options.checkpoints.forcedPages = 1 }
            options.reservedPages = 60
        }
    }

    /// Does the work.
    func attempt() -> Result<Void, LedgerError> {
        Result { () throws(LedgerError) in
            switch work {
            case .creation, .opening: ledger = try open()
            case .reading: _ = try ledger?.rebuild()
            case .append: try ledger?.append(saved.batch)
            case .appendWithCheckpoint:
                try ledger?.append(saved.batch)
                try ledger?.checkpoint(isIdle: false)
            case .idleCheckpoint: try ledger?.checkpoint(isIdle: true)
            case .heartbeat: try ledger?.beat(at: Self.heartbeat)
            case .closing: try ledger?.close()
            }
        }
    }

    /// What was attempted was a change of the database, so that nothing more may be written after it
    /// has failed.
    var poisons: Bool {
        switch work {
        case .append, .appendWithCheckpoint, .idleCheckpoint, .heartbeat: true
        case .creation, .opening, .reading, .closing: false
        }
    }

    func checkPoisoned() {
        #expect(throws: LedgerError.poisoned) { try self.ledger?.append(self.saved.batch) }
        #expect(throws: LedgerError.poisoned) { try self.ledger?.beat(at: Self.heartbeat) }
    }

    /// Opens the database anew on the disk that works again, and looks at all that must hold.
    ///
    /// - Parameters:
    ///   - isDone: whether the work was reported as done.
    ///   - thoroughly: with what takes longer: every page, and every row made anew from the log.
    func check(isDone: Bool, thoroughly: Bool) throws {
        try? ledger?.close()
        ledger = nil
        disk.clearFaults()
        if disk.isDown { disk.reboot() }
        let reopened = try open()
        let house = try checkHead(of: reopened, isDone: isDone)
        if work == .heartbeat, isDone {
            #expect(try reopened.lastHeartbeat() == Self.heartbeat)
        }
        let reader = try LedgerReader(path: Self.path, on: disk)
        #expect(try reader.integrityFaults() == [])
        if thoroughly {
            #expect(try reader.table("PRAGMA integrity_check").rows == [[.text("ok")]])
            #expect(try Projection.check(house: house, reader: reader) == [])
        }
        // And it goes on from there.
        if reopened.description.head == saved.head { try reopened.append(saved.batch) }
        try reopened.beat(at: Self.heartbeat)
        try reader.close()
        try reopened.close()
    }

    /// The whole batch is there, or nothing of it; and what was reported as done is.
    private func checkHead(of reopened: SQLiteLedger, isDone: Bool) throws -> House {
        let (house, head) = try reopened.rebuild()
        #expect(head == reopened.description.head)
        switch work {
        case .creation: #expect(head == .empty)
        case .opening, .reading, .heartbeat: #expect(head == saved.head)
        case .idleCheckpoint, .closing: #expect(head == saved.batch.head)
        case .append, .appendWithCheckpoint:
            #expect(head == saved.batch.head || (head == saved.head && !isDone))
        }
        return house
    }
}

/// A sample sale's database as a crash leaves it: a part of it in the write-ahead log only.
struct SavedSale: Sendable {
    let database: [UInt8]
    let writeAheadLog: [UInt8]
    let head: LogHead
    /// The batch that comes next.
    let batch: LogBatch

    static let sample: SavedSale = {
        do { return try SavedSale() } catch { preconditionFailure("\(error)") }
    }()

    private init() throws {
        let disk = SimulatedDisk()
        let ledger = try disk.ledger()
        let scene = Scene(ledger)
        try scene.playSample()
        head = scene.head
        database = try #require(disk.contents(of: Trial.path))
        writeAheadLog = try #require(disk.contents(of: Trial.path + "-wal"))
        batch =
            scene.batch(of: [
                .addBidder(Bidder(id: "new")), .bid(.ben, "b9", on: "book", 9000),
                .bid(.cleo, "c9", on: "book", 9500), .bid(.ben, "s9", on: "coin", 700),
                .administer("vase", .resume), .bid(.anna, "a9", on: "vase", 5_600_000),
            ]).batch
        try ledger.close()
    }

    func restore(to disk: SimulatedDisk) {
        disk.replace(Trial.path, with: database)
        disk.replace(Trial.path + "-wal", with: writeAheadLog)
    }
}
