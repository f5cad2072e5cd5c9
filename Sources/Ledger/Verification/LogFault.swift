import AuctionRules

/// The first thing that a verification found wrong: where, which rule it breaks, and how.
public struct LogFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The entry; nil when no single one is at fault.
    public let position: Int64?
    /// The lot, or nil.
    public let auction: String?
    /// The rule that is broken, in words.
    public let rule: String
    /// What was found instead.
    public let detail: String

    public init(
        position: Int64? = nil, auction: String? = nil, rule: String, detail: String
    ) {
        self.position = position
        self.auction = auction
        self.rule = rule
        self.detail = detail
    }

    public var description: String {
        let place = [position.map { "entry \($0)" }, auction.map { "lot \($0)" }]
            .compactMap(\.self).joined(separator: ", ")
        return "\(place.isEmpty ? "" : "\(place): ")\(rule): \(detail)"
    }
}

/// What a verification has looked at, and the first fault that it found.
public struct LogReport: Hashable, Sendable {
    public let logID: String
    /// The last entry that was looked at.
    public let head: LogHead
    /// Entries of the log.
    public let events: Int64
    public let lots: Int64
    /// Accepted bids: in an export without payloads, those that changed something public.
    public let bids: Int64
    /// Close certificates, and how many of them no signature is over. An export has none.
    public let certificates: Int64
    public let unsignedCertificates: Int64
    /// Nil: everything is sound.
    public let fault: LogFault?
}
