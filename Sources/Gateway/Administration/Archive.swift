public import AuctionRules
public import Proof
public import WireProtocol

/// What has been written down, for those who ask about it: administrators, and readers of a lot's
/// history. The gateway knows no database; whoever starts it says how to read one.
///
/// Every function waits for the disk: call them on a thread that may. Each sees everything that the
/// service had answered before it was called, and nothing that is not on disk.
public protocol Archive: Sendable {
    /// Everything as it stands.
    func house() throws(ArchiveError) -> House
    /// A lot as it was right after its public change `seq`, or as it stands; nil when there is no
    /// such lot.
    func auction(_ id: AuctionID, atSeq seq: Int64?) throws(ArchiveError) -> Auction?
    /// A lot's public change with the lot before it; nil when there is no such lot, or it has not had
    /// so many changes.
    func change(_ seq: Int64, of id: AuctionID) throws(ArchiveError) -> LotChange?
    /// A lot's newest certificate; nil when none was made.
    func certificate(of id: AuctionID) throws(ArchiveError) -> ArchivedCertificate?
    /// The statement on the bids that came too late for a lot.
    ///
    /// - Parameter certificate: the text of the lot's newest certificate.
    func lateBids(
        on id: AuctionID, after certificate: String
    ) throws(ArchiveError) -> String
    func databaseStatus() throws(ArchiveError) -> DatabaseStatus
    /// Writes a copy to a new file; never over one that is there.
    ///
    /// - Parameter onProgress: how far it is; called often, from several threads.
    func backUp(
        to path: String, onProgress: @escaping @Sendable (DatabaseBackupProgress) -> Void
    ) throws(ArchiveError) -> DatabaseBackup
    func databaseSchema() throws(ArchiveError) -> DatabaseSchema
}

/// A close certificate as it is kept.
public struct ArchivedCertificate: Hashable, Sendable {
    public let statement: String
    /// Nil: made while the server had no key, and not signed yet.
    public let signed: SignedStatement?

    public init(statement: String, signed: SignedStatement?) {
        self.statement = statement
        self.signed = signed
    }
}

/// Why the archive can't be read.
public struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
