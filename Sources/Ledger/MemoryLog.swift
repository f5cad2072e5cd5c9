public import AuctionRules
import Proof
import Synchronization

/// A log that is kept in memory only: for tests of what stands on top of it.
///
/// Keeps every promise of ``BidLog`` but durability. It can be told to fail, so that a test sees
/// what a broken disk would do.
public final class MemoryLog: BidLog {
    private struct Stored: Sendable {
        var entries: [LogEntry] = []
        var certificates: [Certificate] = []
        var trees: [CertificateTree] = []
        var heartbeat: Instant?
        var head = LogHead.empty
        var appends = 0
        var isPoisoned = false
        var isClosed = false
        var failure: (append: Int, keepsBatch: Bool)?
    }

    public let logID: String
    private let stored = Mutex(Stored())

    public init(logID: String = "memory") {
        self.logID = logID
    }

    /// Makes the n-th append from now (1: the next one) throw `ioError` and poison the log.
    ///
    /// - Parameter keepsBatch: whether the batch is in the log all the same, as after a failed
    ///   fsync it may be.
    public func failAppend(_ n: Int = 1, keepsBatch: Bool = false) {
        stored.withLock { $0.failure = ($0.appends + n, keepsBatch) }
    }

    /// What opening the log anew does to a database: what is in it counts, and it can be used again.
    public func reopen() {
        stored.withLock {
            $0.isPoisoned = false
            $0.isClosed = false
        }
    }

    public var head: LogHead { stored.withLock { $0.head } }
    /// How many batches were appended, or tried.
    public var appends: Int { stored.withLock { $0.appends } }

    public func append(_ batch: LogBatch) throws(LedgerError) {
        guard !batch.isEmpty || batch.certificateTree != nil else { return }
        precondition(batch.isSealed, "Seal the batch before it is appended")
        let outcome = stored.withLock { stored in
            Result { () throws(LedgerError) in try Self.append(batch, to: &stored) }
        }
        try outcome.get()
    }

    private static func append(_ batch: LogBatch, to stored: inout Stored) throws(LedgerError) {
        try check(stored)
        guard !stored.isPoisoned else { throw .poisoned }
        guard stored.head == batch.expected else {
            throw .headMoved(expected: batch.expected, actual: stored.head)
        }
        stored.appends += 1
        let fails = stored.failure.map { $0.append == stored.appends } ?? false
        if fails {
            stored.isPoisoned = true
            guard stored.failure?.keepsBatch == true else { throw .simulated }
        }
        for row in batch.entries {
            stored.entries.append(try batch.entry(row))
        }
        stored.certificates += batch.certificates
        if let tree = batch.certificateTree { stored.trees.append(tree) }
        stored.head = batch.head
        if fails { throw .simulated }
    }

    public func entries(
        after position: Int64, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError) {
        let entries = try read { $0.entries.dropFirst(Int(clamping: max(0, position))) }
        for entry in entries { try LedgerError.wrapping { try body(entry) } }
    }

    public func reply(
        to key: BidKey, on auction: AuctionID
    ) throws(LedgerError) -> Reply? {
        var house = House()
        try entries(after: 0) { entry in
            guard entry.event.auction == auction else { return }
            house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
        }
        return house.auctions[auction]?.reply(to: key)
    }

    public func unsignedCertificates(max: Int) throws(LedgerError) -> [Certificate] {
        try read { stored in
            let signed = stored.trees.last?.last ?? 0
            return Array(stored.certificates.lazy.filter { $0.position > signed }.prefix(max))
        }
    }

    /// As ``LedgerReader/certificate(of:)``.
    public func certificate(
        of auction: AuctionID
    ) throws(LedgerError) -> CertificateFinding? {
        try read { stored in
            guard let own = stored.certificates.last(where: { $0.auction == auction }) else {
                return nil
            }
            let tree = stored.trees.first { $0.first <= own.position && own.position <= $0.last }
            guard let tree else { return CertificateFinding(statement: own.statement, signed: nil) }
            let all = stored.certificates.filter {
                tree.first <= $0.position && $0.position <= tree.last
            }
            let index = all.firstIndex(of: own) ?? 0
            return CertificateFinding(
                statement: own.statement,
                signed: tree.signed.statement(index, of: all.map(\.statement)))
        }
    }

    public func beat(at t: Instant) throws(LedgerError) {
        try stored.withLock { stored in
            Result { () throws(LedgerError) in
                try Self.check(stored)
                stored.heartbeat = t
            }
        }.get()
    }

    public func lastHeartbeat() throws(LedgerError) -> Instant? {
        try read { $0.heartbeat }
    }

    public func checkpoint(isIdle: Bool) throws(LedgerError) {}

    /// Always the same one: what is in memory only is nobody's to see, and a test that is run again
    /// gets the same hashes.
    public func newSaltKey() -> SaltKey { SaltKey(words: .zero) }

    public func close() throws(LedgerError) {
        stored.withLock { $0.isClosed = true }
    }

    private func read<T: Sendable>(_ body: (Stored) -> T) throws(LedgerError) -> T {
        try stored.withLock { stored in
            Result { () throws(LedgerError) in
                try Self.check(stored)
                return body(stored)
            }
        }.get()
    }

    private static func check(_ stored: Stored) throws(LedgerError) {
        guard !stored.isClosed else { throw .closed }
    }
}

extension LogBatch {
    /// The entry as it would be read back, decoded from its bytes.
    func entry(_ row: EntryRow) throws(LedgerError) -> LogEntry {
        var space: [UInt8] = []
        return try StoredEntry(
            position: row.position, at: row.at.milliseconds,
            kind: String(decoding: bytes[row.kind.range], as: UTF8.self),
            auction: row.auction.range.isEmpty
                ? nil : String(decoding: bytes[row.auction.range], as: UTF8.self),
            payload: Array(bytes[row.payload.range]),
            publicPayload: Array(bytes[row.publicPayload.range]),
            salt: Array(bytes[row.salt.range]),
            previousHash: EntryHash(bytes: bytes[row.previousHash.range]),
            hash: EntryHash(bytes: bytes[row.hash.range])
        ).verified(after: nil, workingIn: &space)
    }
}
