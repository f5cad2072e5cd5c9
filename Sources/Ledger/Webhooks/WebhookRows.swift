public import AuctionRules

/// What is kept of webhooks: how far each receiver has been told, and what it is owed. As a change, it
/// holds the rows that are to be written, each as it shall be afterwards: to write it twice does no harm.
public struct WebhookRows: Hashable, Sendable {
    /// Which event, and to whom.
    public struct Key: Hashable, Sendable {
        public let endpoint: String
        /// The log entry's.
        public let position: Int64

        public init(endpoint: String, position: Int64) {
            self.endpoint = endpoint
            self.position = position
        }
    }

    /// An event that was not delivered at once.
    public struct Delivery: Hashable, Sendable {
        public enum State: Hashable, Sendable {
            /// Not tried again before then.
            case waiting(until: Instant)
            /// Not tried again until somebody says so.
            case dead
        }

        public var state: State
        /// How often it was tried; 0 for one that waits behind another of its lot.
        public var attempts: Int
        public var fault: Fault?

        public init(state: State, attempts: Int, fault: Fault? = nil) {
            self.state = state
            self.attempts = attempts
            self.fault = fault
        }
    }

    /// What was wrong with the last attempt.
    public struct Fault: Hashable, Sendable {
        public let at: Instant
        public let words: String

        public init(at: Instant, words: String) {
            self.at = at
            self.words = words
        }
    }

    /// By the endpoint's name: up to which entry all has been delivered, or has a row.
    public var cursors: [String: Int64] = [:]
    /// Nil: the row is to go.
    public var deliveries: [Key: Delivery?] = [:]

    public init() {}

    public var isEmpty: Bool { cursors.isEmpty && deliveries.isEmpty }

    /// Takes a later change in.
    public mutating func merge(_ newer: WebhookRows) {
        cursors.merge(newer.cursors) { $1 }
        deliveries.merge(newer.deliveries) { $1 }
    }
}

/// An event that a receiver is owed, as it is told to people.
public struct OwedDelivery: Hashable, Sendable {
    public let key: WebhookRows.Key
    public let delivery: WebhookRows.Delivery
    /// The entry's hash, by which the event is named.
    public let hash: EntryHash
    /// The kind of event, as the log names it.
    public let kind: String
    public let auction: AuctionID
    public let seq: Int64?
    public let at: Instant
}
