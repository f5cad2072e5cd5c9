public import AuctionRules
public import Ledger

/// How one receiver stands.
public struct WebhookFigures: Hashable, Sendable {
    public let endpoint: String
    /// Scheme, host and port.
    public let origin: String
    public let delivered: Int64
    /// Failed attempts by their kind; every kind is there.
    public let failures: [AttemptFault.Kind: Int64]
    /// Events in memory, those under way included.
    public let waiting: Int
    public let deadLetters: Int
    /// Up to which entry of the log everything is delivered, or kept as waiting or dead.
    public let cursor: Int64
    /// Entries of the log that have not been looked through yet.
    public let unread: Int64
    /// How old the oldest event is that waits.
    public let lag: Milliseconds
    public let lastDelivery: Instant?
    public let lastFault: WebhookRows.Fault?
}
