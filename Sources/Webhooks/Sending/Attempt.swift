import AuctionRules

/// What became of one attempt to deliver a message.
public enum AttemptResult: Hashable, Sendable {
    /// The receiver has said 2xx, and has finished saying it.
    case delivered
    case failed(AttemptFault)
}

/// Why an attempt counts for nothing.
public struct AttemptFault: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Another status than 2xx.
        case status
        /// The receiver says that it is gone for good: not tried again.
        case gone
        case timeout
        /// Nobody could be reached, or TLS could not be agreed on.
        case connection
        /// The connection ended before the answer did.
        case cut
        /// What came is no HTTP.
        case malformed
        /// The name has no address that anything may be sent to.
        case address
    }

    public let kind: Kind
    /// For people; nothing in it is the receiver's words.
    public let description: String
    /// What the receiver has asked for by Retry-After.
    let retryAfter: Milliseconds?

    init(_ kind: Kind, _ description: String, retryAfter: Milliseconds? = nil) {
        self.kind = kind
        self.description = description
        self.retryAfter = retryAfter
    }

    init(status: Int, retryAfter: Milliseconds?) {
        switch status {
        case 410: self.init(.gone, "410: the receiver is gone for good")
        case 300..<400:
            self.init(.status, "\(status): redirects are not followed", retryAfter: retryAfter)
        default: self.init(.status, "\(status): not taken", retryAfter: retryAfter)
        }
    }
}
