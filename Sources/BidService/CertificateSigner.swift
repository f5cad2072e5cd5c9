import Ledger
import Proof

/// Has the close certificates signed, in the very commit that closes their lots: one signature for all
/// of them, so that ten thousand lots that close within a second need no more signatures than commits.
///
/// A signature that does not get to disk with its commit has been seen by nobody. Certificates that were
/// made while there was no key are signed later, some with each commit, oldest first: so each tree covers
/// an unbroken stretch of them.
struct CertificateSigner {
    /// Older certificates signed with one commit; reading and hashing them takes some 0.5 ms.
    static let olderMax = 256

    /// Whether the log may have certificates that are not signed.
    private var mayHaveOlder = true

    /// The log may be another one than it was: it was opened again.
    mutating func noteReopening() { mayHaveOlder = true }

    /// Adds a signature to a batch that is about to be appended, over its own certificates and those
    /// before them.
    mutating func sign(
        _ batch: inout DecidedBatch, by notary: Notary, of log: any BidLog
    ) throws(LedgerError) {
        let new = batch.log.certificates
        guard mayHaveOlder || !new.isEmpty else { return }
        // The notary follows the log's keys once they are on disk: the old one must not sign any more,
        // and the new one does not yet.
        guard batch.signingKeys == nil, notary.canSign else {
            if !new.isEmpty { mayHaveOlder = true }
            return
        }
        var certificates = mayHaveOlder ? try log.unsignedCertificates(max: Self.olderMax) : []
        mayHaveOlder = certificates.count == Self.olderMax
        // Behind so many older ones what this batch brings has to wait for its turn.
        if !mayHaveOlder { certificates += new }
        guard let first = certificates.first, let last = certificates.last else { return }
        let signed = notary.signTree(
            of: certificates.map(\.statement), log: log.logID, head: batch.log.head,
            at: batch.finishedAt)
        guard let signed else { return mayHaveOlder = true }
        batch.log.certificateTree = CertificateTree(
            first: first.position, last: last.position, signed: signed)
    }
}
