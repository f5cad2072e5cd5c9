public import AuctionRules

/// The append-only log that everything rests on, and what is kept beside it.
///
/// Behind a protocol, so that a test can hold the log in memory and a cluster can keep it in
/// another database. There is one writer; all functions may be called from any thread.
public protocol BidLog: AnyObject, Sendable {
    /// Names this history. A copy or a restored backup has another one, so that somebody who
    /// followed the log can tell that positions may mean other events now.
    var logID: String { get }

    /// What the salts of the next entries are to be made from: secret and new, unless a test wants
    /// the same hashes each time.
    func newSaltKey() -> SaltKey

    /// Makes the batch durable as a whole, or not at all: one transaction, one fdatasync.
    ///
    /// `headMoved` means that nothing was written. After any other error the outcome is unknown,
    /// every further append throws `poisoned`, and the log must be opened and read anew: a commit
    /// is never retried.
    ///
    /// What the batch has for the snapshot, of certificates and of webhooks is written with it, by a log
    /// that keeps them.
    ///
    /// - Precondition: the batch is sealed, or has nothing to append (then this does nothing).
    func append(_ batch: LogBatch) throws(LedgerError)

    /// The first half of ``append(_:)``: the batch is in the log, as a whole and after all before it, and is
    /// durable once a ``sync()`` has returned that was called afterwards. Until then a loss of power may take
    /// it, and with it all that follow.
    ///
    /// Errors are those of ``append(_:)``. A log may make it durable at once.
    func write(_ batch: LogBatch) throws(LedgerError)

    /// Makes durable all that was written before the call.
    ///
    /// May be called from any thread, also while the next batch is being written, but not once the log is closed. After
    /// an error the outcome of all of them is unknown, as after one of ``append(_:)``.
    func sync() throws(LedgerError)

    /// Calls `body` with every entry after `position` in order, up to the log's head. Each entry's
    /// hash and its link to the one before are checked first: `corrupt` says where the chain breaks.
    ///
    /// An error of `body` that is no `LedgerError` is wrapped as `stopped`.
    func entries(
        after position: Int64, _ body: (LogEntry) throws -> Void
    ) throws(LedgerError)

    /// The state as the log's snapshot has it, so that not all entries need be followed. One that
    /// can't be believed is thrown away. Call it before the first append.
    func snapshot() throws(LedgerError) -> SnapshotFinding

    /// The stored reply to a request, or nil when it got no final one. Walks the stored replies:
    /// for live lots ask the ``AuctionRules/Auction`` in memory.
    func reply(to key: BidKey, on auction: AuctionID) throws(LedgerError) -> Reply?

    /// The oldest certificates in the log that no signature is over, at most `max` of them, in order.
    func unsignedCertificates(max: Int) throws(LedgerError) -> [Certificate]

    /// Durably notes that the engine was alive then.
    func beat(at t: Instant) throws(LedgerError)

    /// When the engine was last known to be alive; nil when it never ran.
    func lastHeartbeat() throws(LedgerError) -> Instant?

    /// How many bytes more the log's disk can take; nil when that is not known.
    var freeSpace: Int64? { get }

    /// Moves what was committed to its final place, if there is enough of it. To be called after each
    /// commit, when nobody waits for that any more.
    ///
    /// - Parameter isIdle: nothing more waits, so that less is enough.
    func checkpoint(isIdle: Bool) throws(LedgerError)

    /// Whether ``checkpoint(isIdle:)`` would have something to move after a commit.
    var isCheckpointDue: Bool { get }

    /// Finishes orderly. Everything after it throws `closed`; closing twice does nothing.
    func close() throws(LedgerError)
}

extension BidLog {
    public func write(_ batch: LogBatch) throws(LedgerError) { try append(batch) }

    public func sync() throws(LedgerError) {}

    public func newSaltKey() -> SaltKey { .random() }

    public func snapshot() throws(LedgerError) -> SnapshotFinding { .none }

    public func unsignedCertificates(max: Int) throws(LedgerError) -> [Certificate] { [] }

    public var freeSpace: Int64? { nil }

    public var isCheckpointDue: Bool { false }

    /// The house as the log tells it, and where the log stands.
    ///
    /// - Parameter position: the last entry to follow; nil: all.
    public func rebuild(
        upTo position: Int64? = nil
    ) throws(LedgerError) -> (house: House, head: LogHead) {
        try House.rebuilt(upTo: position) { body throws(LedgerError) in
            try entries(after: 0, body)
        }
    }
}

extension House {
    /// Follows a walk through a log from its beginning.
    static func rebuilt(
        upTo position: Int64?,
        by walk: ((LogEntry) throws -> Void) throws(LedgerError) -> Void
    ) throws(LedgerError) -> (house: House, head: LogHead) {
        var house = House()
        var head = LogHead.empty
        do {
            try walk { entry in
                if let position, entry.position > position { throw EndOfWalk() }
                house.apply(entry.event, at: entry.at, recordedAs: entry.hash)
                head = entry.head
            }
        } catch {
            guard error.kind == .stopped else { throw error }
        }
        return (house, head)
    }
}

/// Thrown by a walk's own code to end it early.
struct EndOfWalk: Error {}
