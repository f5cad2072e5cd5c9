public import AuctionRules

/// A receiver, as it is configured.
public struct WebhookEndpoint: Hashable, Sendable {
    /// What it is called in settings, metrics and tables; the cursor belongs to the name.
    public let name: String
    public let url: WebhookURL
    /// The types of events that it is told of; nil: all.
    public var types: Set<String>?

    /// Reads `NAME=URL`.
    public init(_ text: String) throws(WebhookFault) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, (try? BidderID(String(parts[0]))) != nil else {
            throw WebhookFault(
                "is no webhook: write it like office=https://office.example/gavel, with a name of 1 "
                    + "to 64 of the characters A-Z a-z 0-9 . _ : -")
        }
        name = String(parts[0])
        url = try WebhookURL(String(parts[1]))
    }

    /// As ``init(_:)`` takes it. Not for logs, as the URL may hold a key.
    public var text: String { "\(name)=\(url.text)" }
}

/// That a receiver is to be told of events of a type: with one or more of them it is told of no others.
public struct WebhookInterest: Hashable, Sendable {
    /// The receiver's name.
    public let endpoint: String
    /// One of ``WebhookEvent/types``.
    public let type: String

    /// Reads `NAME=TYPE`.
    public init(_ text: String) throws(WebhookFault) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, WebhookEvent.types.contains(String(parts[1])) else {
            throw WebhookFault(
                "is no interest: write it like office=lot.closed; there are "
                    + WebhookEvent.types.joined(separator: ", "))
        }
        endpoint = String(parts[0])
        type = String(parts[1])
    }

    /// As ``init(_:)`` takes it.
    public var text: String { "\(endpoint)=\(type)" }
}

/// Every bound on webhooks, with its reason.
public struct WebhookLimits: Hashable, Sendable {
    /// For one attempt, from connecting to the end of the answer. A receiver that does its work first had
    /// better put it into a queue of its own.
    public var timeoutSeconds = 10
    /// Deliveries to one receiver at a time, of different lots: a receiver that answers after 100 ms gets
    /// 40 a second.
    public var connectionsMax = 4
    /// Events in memory for one receiver. When so many wait, no more are read: the log keeps them.
    public var backlogMax = 1000
    /// Of an answer, its head included. Nothing in it but the status and Retry-After is looked at.
    public var answerBytesMax = 65_536

    public init() {}
}

/// When an event is tried again that could not be delivered.
public struct RetrySchedule: Hashable, Sendable {
    /// After the first failure, after the second, and so on; after one more the event is a dead letter.
    public var delays: [Milliseconds]

    /// Ten times within some 33 hours: an office that is closed over a night loses nothing.
    public static let standard = RetrySchedule(delays: [
        5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000, 36_000_000,
        43_200_000,
    ])

    /// A receiver may ask for more patience by Retry-After, but not for so much that nobody notices.
    static let patienceMax: Milliseconds = 86_400_000

    public init(delays: [Milliseconds]) { self.delays = delays }

    /// How long to wait after so many failures; nil: no more.
    ///
    /// - Parameters:
    ///   - retryAfter: what the receiver has asked for.
    ///   - chance: from 0 to 1. It spreads the wait over ± 20 %, so that what failed together does not
    ///     come again together.
    func delay(
        afterFailures failures: Int, retryAfter: Milliseconds?, chance: Double
    ) -> Milliseconds? {
        guard failures >= 1, failures <= delays.count else { return nil }
        let spread = Milliseconds(Double(delays[failures - 1]) * (0.8 + 0.4 * chance))
        return max(spread, min(retryAfter ?? 0, Self.patienceMax))
    }
}
