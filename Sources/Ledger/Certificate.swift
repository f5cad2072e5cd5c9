public import AuctionRules
public import Proof

/// A close certificate as it is stored: made in the commit of the entry that closed its lot.
public struct Certificate: Hashable, Sendable {
    /// The log entry's that closed the lot, or that changed its outcome later.
    public let position: Int64
    public let auction: AuctionID
    /// The text, as ``Proof/CertificateStatement`` makes it.
    public let statement: String

    public init(position: Int64, auction: AuctionID, statement: String) {
        self.position = position
        self.auction = auction
        self.statement = statement
    }
}

/// A signature over all certificates from one to another, in the order of their positions.
public struct CertificateTree: Hashable, Sendable {
    /// The positions of its first and its last certificate.
    public let first: Int64
    public let last: Int64
    public let signed: SignedTree

    public init(first: Int64, last: Int64, signed: SignedTree) {
        self.first = first
        self.last = last
        self.signed = signed
    }
}

/// A lot's newest certificate.
public struct CertificateFinding: Hashable, Sendable {
    public let statement: String
    /// With its signature and its path; nil: closed while there was no key, and not signed yet.
    public let signed: SignedStatement?
}

/// The bids on a lot that were refused as too late.
public struct LateBids: Hashable, Sendable {
    public let count: Int64
    /// The largest lateness in milliseconds; nil for none.
    public let latest: Milliseconds?
    /// Of the first ones in the order of arrival, as many as were asked for.
    public let lateness: [Milliseconds]
    /// The log's newest entry then.
    public let position: Int64

    public init(
        count: Int64, latest: Milliseconds?, lateness: [Milliseconds], position: Int64
    ) {
        self.count = count
        self.latest = latest
        self.lateness = lateness
        self.position = position
    }
}
