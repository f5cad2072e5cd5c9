public import AuctionRules
import StrictJSON

/// A receiver of webhooks, and how far it has been told.
public struct WebhookRow: CodedRow {
    /// How often something came of sending: `delivered`, or what was wrong.
    public struct Count: Hashable, Sendable {
        public let result: String
        public let count: Int64

        public init(result: String, count: Int64) {
            self.result = result
            self.count = count
        }
    }

    public var endpoint: String
    /// Scheme, host and port; nil while no server runs, or when the server is not to tell it anything.
    public var origin: String?
    /// Up to which entry of the log everything is delivered, or stands among the deliveries.
    public var cursor: Int64
    /// Entries of the log behind those that were looked through.
    public var unread: Int64
    public var waiting: Int
    public var deadLetters: Int
    /// How old the oldest event is that waits.
    public var lag: Milliseconds
    /// Since the server started.
    public var counts: [Count]
    public var lastDelivery: Instant?
    public var failedAt: Instant?
    public var fault: String?

    public init(
        endpoint: String, origin: String?, cursor: Int64, unread: Int64, waiting: Int,
        deadLetters: Int, lag: Milliseconds, counts: [Count], lastDelivery: Instant?,
        failedAt: Instant?, fault: String?
    ) {
        self.endpoint = endpoint
        self.origin = origin
        self.cursor = cursor
        self.unread = unread
        self.waiting = waiting
        self.deadLetters = deadLetters
        self.lag = lag
        self.counts = counts
        self.lastDelivery = lastDelivery
        self.failedAt = failedAt
        self.fault = fault
    }

    init(_ object: JSONObject) throws(FieldFault) {
        endpoint = try object.text("endpoint")
        origin = try object.optionalText("origin")
        cursor = try object.count("cursor")
        unread = try object.count("unread")
        waiting = Int(try object.count("waiting"))
        deadLetters = Int(try object.count("dead_letters"))
        lag = try object.count("lag_ms")
        counts = try object.list("counts") { (count) throws(FieldFault) in
            Count(result: try count.text("result"), count: try count.count("count"))
        }
        lastDelivery = try object.optionalInstant("last_delivery")
        failedAt = try object.optionalInstant("failed_at")
        fault = try object.optionalText("fault")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("endpoint", endpoint)
        writer.field("origin", origin)
        writer.field("cursor", cursor)
        writer.field("unread", unread)
        writer.field("waiting", waiting)
        writer.field("dead_letters", deadLetters)
        writer.field("lag_ms", lag)
        writer.array("counts") { writer in
            for count in counts {
                writer.object { writer in
                    writer.field("result", count.result)
                    writer.field("count", count.count)
                }
            }
        }
        writer.field("last_delivery", lastDelivery?.milliseconds)
        writer.field("failed_at", failedAt?.milliseconds)
        writer.field("fault", fault)
    }
}

/// An event that a receiver is owed: one that waits, or a dead letter.
public struct WebhookDeliveryRow: CodedRow {
    public var endpoint: String
    /// The event's id, as the receiver gets it.
    public var event: String
    public var type: String
    public var auction: AuctionID
    public var seq: Int64?
    public var at: Instant
    public var isDead: Bool
    public var attempts: Int
    /// When it is tried next; nil for a dead letter.
    public var nextAt: Instant?
    public var failedAt: Instant?
    public var fault: String?

    public init(
        endpoint: String, event: String, type: String, auction: AuctionID, seq: Int64?,
        at: Instant, isDead: Bool, attempts: Int, nextAt: Instant?, failedAt: Instant?,
        fault: String?
    ) {
        self.endpoint = endpoint
        self.event = event
        self.type = type
        self.auction = auction
        self.seq = seq
        self.at = at
        self.isDead = isDead
        self.attempts = attempts
        self.nextAt = nextAt
        self.failedAt = failedAt
        self.fault = fault
    }

    init(_ object: JSONObject) throws(FieldFault) {
        endpoint = try object.text("endpoint")
        event = try object.text("event")
        type = try object.text("event_type")
        auction = try object.identifier("auction")
        seq = try object.optionalNumber("seq")
        at = Instant(milliseconds: try object.number("at"))
        isDead = try object.text("state") == "dead"
        attempts = Int(try object.count("attempts"))
        nextAt = try object.optionalInstant("next_at")
        failedAt = try object.optionalInstant("failed_at")
        fault = try object.optionalText("fault")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("endpoint", endpoint)
        writer.field("event", event)
        writer.field("event_type", type)
        writer.field("auction", auction)
        writer.field("seq", seq)
        writer.field("at", at.milliseconds)
        writer.field("state", isDead ? "dead" : "waiting")
        writer.field("attempts", attempts)
        writer.field("next_at", nextAt?.milliseconds)
        writer.field("failed_at", failedAt?.milliseconds)
        writer.field("fault", fault)
    }
}

/// What became of an event that was sent to try a receiver.
public struct WebhookTest: CodedRow {
    public var endpoint: String
    public var event: String
    /// Nil: it was taken.
    public var fault: String?

    public init(endpoint: String, event: String, fault: String?) {
        self.endpoint = endpoint
        self.event = event
        self.fault = fault
    }

    init(_ object: JSONObject) throws(FieldFault) {
        endpoint = try object.text("endpoint")
        event = try object.text("event")
        fault = try object.optionalText("fault")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("endpoint", endpoint)
        writer.field("event", event)
        writer.field("delivered", fault == nil)
        writer.field("fault", fault)
    }
}
