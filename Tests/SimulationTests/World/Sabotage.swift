import AuctionRules
import DiskSimulation
import GRDB

@testable import Ledger

/// A mistake that Gavel does not make, put in on purpose: a simulation that would not notice it would
/// be worth nothing.
enum Sabotage: String, Sendable, CaseIterable {
    case none
    /// Commits are not synced: `synchronous=NORMAL`.
    case unsyncedCommits
    /// What is not yet on disk is acknowledged.
    case earlyAcknowledgements
    /// What is written is let out before its sync.
    case skippedSyncs
    /// A commit whose sync has failed is synced again, and then believed.
    case retriedSyncs
    /// Of two equal offers the later one leads.
    case laterTies
    /// Lots are closed, and nobody signs what came of them.
    case unsignedCertificates

    /// The ledger, or what stands in its place.
    func log(over ledger: SQLiteLedger) throws(LedgerError) -> any BidLog {
        switch self {
        case .none, .retriedSyncs: return ledger
        case .unsyncedCommits:
            do {
                try ledger.queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
            } catch {
                throw LedgerError(any: error, doing: "make commits unsafe")
            }
            return ledger
        case .skippedSyncs: return UnsyncedLog(over: ledger)
        case .earlyAcknowledgements: return EarlyLog(over: ledger)
        case .laterTies: return TieLog(over: ledger)
        case .unsignedCertificates: return UnsignedLog(over: ledger)
        }
    }

    /// What a failing sync amounts to. The kernel forgets what it could not write and says that all
    /// is well the next time: whoever tries again and believes it has been lied to.
    func effect(of fault: DiskFault) -> SimulatedDisk.Effect {
        self == .retriedSyncs && fault.operation == .sync && fault.effect == .fail
            ? .lie : fault.effect
    }
}

/// Hands everything on to a ledger: a mistake is a subclass that does one thing otherwise. Snapshots and
/// webhooks it does not know.
private class RelayingLog: BidLog, @unchecked Sendable {
    // Sendable: a simulation has one thread.
    let ledger: SQLiteLedger

    init(over ledger: SQLiteLedger) { self.ledger = ledger }

    var logID: String { ledger.logID }
    func newSaltKey() -> SaltKey { ledger.newSaltKey() }
    func append(_ batch: LogBatch) throws(LedgerError) { try ledger.append(batch) }
    func write(_ batch: LogBatch) throws(LedgerError) { try ledger.write(batch) }
    func sync() throws(LedgerError) { try ledger.sync() }

    func entries(after position: Int64, _ body: (LogEntry) throws -> Void) throws(LedgerError) {
        try ledger.entries(after: position, body)
    }

    func reply(to key: BidKey, on auction: AuctionID) throws(LedgerError) -> Reply? {
        try ledger.reply(to: key, on: auction)
    }

    func beat(at t: Instant) throws(LedgerError) { try ledger.beat(at: t) }
    func lastHeartbeat() throws(LedgerError) -> Instant? { try ledger.lastHeartbeat() }
    func checkpoint(isIdle: Bool) throws(LedgerError) { try ledger.checkpoint(isIdle: isIdle) }
    func close() throws(LedgerError) { try ledger.close() }
}

/// Says that a batch is durable, and stores it with the next one.
private final class EarlyLog: RelayingLog, @unchecked Sendable {
    private var pending: LogBatch?

    override func append(_ batch: LogBatch) throws(LedgerError) {
        try store()
        pending = batch
    }

    override func write(_ batch: LogBatch) throws(LedgerError) { try append(batch) }
    override func sync() throws(LedgerError) {}

    private func store() throws(LedgerError) {
        guard let batch = pending else { return }
        pending = nil
        try ledger.append(batch)
    }

    override func entries(
        after position: Int64, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        try store()
        try super.entries(after: position, body)
    }

    override func reply(to key: BidKey, on auction: AuctionID) throws(LedgerError) -> Reply? {
        try store()
        return try super.reply(to: key, on: auction)
    }

    override func close() throws(LedgerError) {
        try store()
        try super.close()
    }
}

/// Says that what is written is durable, and syncs it together with what is written next.
private final class UnsyncedLog: RelayingLog, @unchecked Sendable {
    private var isDue = false

    override func sync() throws(LedgerError) {
        if isDue { try super.sync() }
        isDue.toggle()
    }
}

/// Reads a bid that is equal to the leader's as if it had taken the lead.
private final class TieLog: RelayingLog, @unchecked Sendable {
    override func entries(
        after position: Int64, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        var house = House()
        try ledger.entries(after: position) { entry in
            var entry = entry
            if case .auction(let id, .bidAccepted(let bid)) = entry.event,
                let lot = house.auctions[id],
                lot.leaderMax == bid.amount, let standing = bid.standing,
                standing.leader != bid.request.bidder
            {
                let turned = BidAccepted(
                    request: bid.request, amount: bid.amount, ordinal: bid.ordinal,
                    standing: Standing(
                        price: standing.price, leader: bid.request.bidder,
                        isReserveMet: standing.isReserveMet), seq: bid.seq)
                entry = LogEntry(
                    position: entry.position, event: .auction(id, .bidAccepted(turned)),
                    at: entry.at, payload: entry.payload, publicPayload: entry.publicPayload,
                    salt: entry.salt, payloadDigest: entry.payloadDigest,
                    previousHash: entry.previousHash, hash: entry.hash)
            }
            house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
            try body(entry)
        }
    }
}

/// Stores no signature over certificates, and knows of none that lacks one.
private final class UnsignedLog: RelayingLog, @unchecked Sendable {
    override func append(_ batch: LogBatch) throws(LedgerError) {
        try super.append(Self.unsigned(batch))
    }

    override func write(_ batch: LogBatch) throws(LedgerError) {
        try super.write(Self.unsigned(batch))
    }

    private static func unsigned(_ batch: LogBatch) -> LogBatch {
        var batch = batch
        batch.certificateTree = nil
        return batch
    }
}
