public import AuctionRules

/// Where a log stands: its newest entry's position and hash.
public struct LogHead: Hashable, Sendable {
    /// 1 for the first entry, without a hole; 0 when there is none.
    public let position: Int64
    public let hash: EntryHash

    /// The log before its first entry. The first entry's previous hash is 32 zero bytes.
    public static let empty = LogHead(position: 0, hash: .zero)

    public init(position: Int64, hash: EntryHash) {
        self.position = position
        self.hash = hash
    }
}

/// One entry of the log, as it is stored.
public struct LogEntry: Hashable, Sendable {
    public let position: Int64
    public let event: Event
    /// The engine's time of it.
    public let at: Instant
    /// The event's JSON, byte for byte as it is hashed.
    public let payload: [UInt8]
    /// What everybody may know of it, as JSON; nil: nothing.
    public let publicPayload: [UInt8]?
    public let salt: EntrySalt
    /// The SHA-256 that stands for the kind, the auction and the payload in the entry's hash.
    public let payloadDigest: EntryHash
    public let previousHash: EntryHash
    public let hash: EntryHash

    /// The log as this entry leaves it.
    public var head: LogHead { LogHead(position: position, hash: hash) }
}
