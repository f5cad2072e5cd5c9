import AuctionRules
import Ledger
import Proof
import Synchronization

/// Who signs in the service's name: with the newest of the keys that the log has, if that is one that
/// it was given.
///
/// A key is given first, and is used from the commit on that holds it: whatever is signed with a key
/// can be checked with what the log says of that key.
final class Notary: Sendable {
    private struct State {
        /// Given, and not replaced yet.
        var keys: [PublicKey: SigningKey] = [:]
        var current: PublishedKey?
    }

    private let state = Mutex(State())

    /// Gives a private key, to be used as soon as the log has its public one.
    func give(_ key: SigningKey) { state.withLock { $0.keys[key.publicKey] = key } }

    /// Follows the log: the last of these keys is the one in use.
    func follow(_ published: [PublishedKey]) {
        state.withLock { state in
            state.current = published.last
            for replaced in published.dropLast() { state.keys[replaced.key] = nil }
        }
    }

    /// Signs statements together.
    ///
    /// - Parameters:
    ///   - head: the log's newest entry.
    ///   - t: the engine's time.
    /// - Returns: nil when there is no key to sign with.
    func sign(
        _ statements: [String], log: String, head: LogHead, at t: Instant
    ) -> [SignedStatement]? {
        guard let (key, from) = inUse else { return nil }
        // A clock that was set back must not make it look older than its key.
        return key.sign(
            statements, log: log, position: head.position, hash: head.hash, at: max(t, from))
    }

    /// Whether there is a key to sign with.
    var canSign: Bool { inUse != nil }

    /// As ``sign(_:log:head:at:)``, without a path for each of them.
    func signTree(
        of statements: [String], log: String, head: LogHead, at t: Instant
    ) -> SignedTree? {
        guard let (key, from) = inUse else { return nil }
        return key.signTree(
            of: statements, log: log, position: head.position, hash: head.hash, at: max(t, from))
    }

    private var inUse: (key: SigningKey, from: Instant)? {
        state.withLock { state in
            guard let current = state.current, let key = state.keys[current.key] else { return nil }
            return (key, current.from)
        }
    }
}
