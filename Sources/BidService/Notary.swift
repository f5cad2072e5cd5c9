import AuctionRules
import Ledger
import Proof
import Synchronization

/// Who signs in the service's name: with the newest of the keys that the log has, if that is one that
/// it was given.
///
/// A key is given first, and is used from the commit on that holds it: whatever is signed with a key
/// can be checked with what the log says of that key.
///
/// The time of a signature is that of the log's newest entry, and no clock's: a clock that is set back,
/// or a key that is just being replaced, could put it outside of the time for which the log has the key,
/// and what the server has said would not be good.
final class Notary: Sendable {
    private struct State {
        /// Given, and not replaced yet.
        var keys: [PublicKey: SigningKey] = [:]
        var current: PublicKey?
    }

    private let state = Mutex(State())

    /// Gives a private key, to be used as soon as the log has its public one.
    func give(_ key: SigningKey) { state.withLock { $0.keys[key.publicKey] = key } }

    /// Follows the log: the last of these keys is the one in use.
    func follow(_ published: [PublishedKey]) {
        state.withLock { state in
            state.current = published.last?.key
            for replaced in published.dropLast() { state.keys[replaced.key] = nil }
        }
    }

    /// Signs statements together.
    ///
    /// - Parameters:
    ///   - head: the log's newest entry; `t` is its time.
    ///   - key: the newest key up to there; nil: the one in use.
    /// - Returns: nil when there is no key to sign with.
    func sign(
        _ statements: [String], log: String, head: LogHead, at t: Instant,
        with key: PublicKey? = nil
    ) -> [SignedStatement]? {
        signingKey(key)?.sign(
            statements, log: log, position: head.position, hash: head.hash, at: t)
    }

    /// Whether there is a key to sign with.
    var canSign: Bool { signingKey() != nil }

    /// As ``sign(_:log:head:at:)``, without a path for each of them.
    func signTree(
        of statements: [String], log: String, head: LogHead, at t: Instant
    ) -> SignedTree? {
        signingKey()?.signTree(
            of: statements, log: log, position: head.position, hash: head.hash, at: t)
    }

    /// The private half of a public key, or of the one in use.
    private func signingKey(_ key: PublicKey? = nil) -> SigningKey? {
        state.withLock { state in (key ?? state.current).flatMap { state.keys[$0] } }
    }
}
