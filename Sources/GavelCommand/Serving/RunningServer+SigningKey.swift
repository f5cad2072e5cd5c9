import AuctionRules
import BidService
import Logging
import NIOPosix
import Proof

extension RunningServer {
    /// Has the service sign with the key of the file, which is made where there is none.
    ///
    /// - Throws: when the file can't be used, or has a key that was replaced before.
    static func useSigningKey(
        _ file: SigningKeyFile, in service: BidService
    ) async throws(CommandFailure) -> SigningKey {
        let read: Result<SigningKey, CommandFailure>
        do {
            read = try await NIOThreadPool.singleton.runIfActive {
                Result { () throws(CommandFailure) in try file.readOrMake() }
            }
        } catch {
            throw CommandFailure(.internalError, "The signing key can't be read: \(error)")
        }
        let key = try read.get()
        switch await service.use(key) {
        case .done: return key
        case .declined(let objection):
            let status: CommandFailure.Status =
                objection.kind == .unavailable ? .unreachable : .usage
            throw CommandFailure(
                status, code: objection.kind.rawValue, "\(file.path): \(objection.message)")
        case let answer:
            throw CommandFailure(.unreachable, "The signing key is not in the log: \(answer)")
        }
    }

    /// Reads the file again: another key signs from now on. What can't be used is logged, and the old
    /// key goes on signing.
    func reloadSigningKey() async {
        let before = service.board.signingKeys.last?.key
        do {
            let file = SigningKeyFile(path: configuration.signingKeyPath)
            let key = try await Self.useSigningKey(file, in: service)
            guard key.publicKey != before else { return }
            logger.notice(
                "Another key signs from now on", metadata: ["key": "\(key.publicKey.id)"])
        } catch {
            logger.error("The signing key was not reloaded, the old one stays: \(error.message)")
        }
    }
}
