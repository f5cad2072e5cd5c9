import AuctionRules
import Logging
import NIOPosix
import Synchronization

/// A house's own identity provider: verifies the JSON Web Tokens that it has signed.
final class TokenIssuer: Sendable {
    private let settings: JWTSettings
    /// Where the file is read.
    private let threadPool: NIOThreadPool
    private let logger: Logger
    private let keys: Mutex<IssuerKeySet>

    /// Reads the keys.
    init(
        _ settings: JWTSettings, threadPool: NIOThreadPool = .singleton, logger: Logger
    ) async throws(KeySetFault) {
        self.settings = settings
        self.threadPool = threadPool
        self.logger = logger
        let set = try await IssuerKeySet.read(settings.keys, on: threadPool)
        keys = Mutex(set)
        note(set)
    }

    /// Who has this token, if it is good now.
    func verify(_ text: String, at now: Instant) -> Result<Identity, AuthenticationFailure> {
        let keys = keys.withLock { $0 }
        return keys.verify(text, for: settings, at: now)
    }

    /// Whether tokens that this key has signed are still taken.
    func trusts(_ key: IssuerKey.ID) -> Bool {
        keys.withLock { $0.keys.contains { $0.id == key } }
    }

    /// Reads the file again. What can't be used is logged, and changes nothing.
    ///
    /// - Returns: the keys that are gone: who came with them has lost his right to be here.
    func reload() async -> Set<IssuerKey.ID> {
        let set: IssuerKeySet
        do { set = try await IssuerKeySet.read(settings.keys, on: threadPool) } catch {
            logger.error(
                "The identity provider's keys were not reloaded, the old ones stay: \(error.message)"
            )
            return []
        }
        let old = keys.withLock { keys in
            defer { keys = set }
            return keys
        }
        note(set)
        let gone = old.ids.subtracting(set.ids)
        logger.info(
            "The identity provider's keys were reloaded",
            metadata: ["keys": "\(set.keys.count)", "gone": "\(gone.count)"])
        return gone
    }

    private func note(_ set: IssuerKeySet) {
        for why in set.passedOver { logger.notice("\(settings.keys): \(why)") }
    }
}
