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

    /// How far an identity provider's clock may be ahead of ours: for `nbf` only. An `exp` is the
    /// end, to the second.
    static let leewayMilliseconds: Int64 = 30_000

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

    /// Who has this token, if it is good now. The cheap checks come first, the signature last.
    func verify(_ text: String, at now: Instant) -> Result<Identity, AuthenticationFailure> {
        Result { () throws(AuthenticationFailure) in
            let token = try WebToken(text)
            guard let key = keys.withLock({ $0.key(named: token.keyName) }),
                key.signature == token.algorithm
            else { throw .untrustedJWT }
            guard token.issuer.utf8.elementsEqual(settings.issuer.utf8),
                token.audiences.contains(where: {
                    $0.utf8.elementsEqual(settings.audience.utf8)
                })
            else { throw .foreignJWT }
            guard now < token.expiresAt else { throw .expired }
            if let notBefore = token.notBefore,
                now.advanced(by: Self.leewayMilliseconds) < notBefore
            {
                throw .notYetValidJWT
            }
            guard key.hasSigned(token.signed, token.signature) else { throw .untrustedJWT }
            return .bidder(token.subject, .jwt(key.id), expiresAt: token.expiresAt)
        }
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
