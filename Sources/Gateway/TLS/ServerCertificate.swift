import BidService
import Logging
import NIOSSL
import Synchronization

/// The certificate that new connections get; a reload changes it, and no connection that there is
/// hears of that.
final class ServerCertificate: Sendable {
    private let files: TLSFiles
    private let clock: any ServiceClock
    private let logger: Logger
    private let state: Mutex<CertifiedKey>

    /// Reads the files. Waits for the disk.
    init(
        _ files: TLSFiles, clock: any ServiceClock, logger: Logger
    ) throws(TLSFault) {
        self.files = files
        self.clock = clock
        self.logger = logger
        let pair = try CertifiedKey(files, now: clock.now())
        state = Mutex(pair)
        for warning in pair.warnings { logger.warning("\(warning)") }
    }

    /// What the next handshake uses.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Reads the files again. What can't be used is logged, and changes nothing. Waits for the disk.
    func reload() {
        let pair: CertifiedKey
        do { pair = try CertifiedKey(files, now: clock.now()) } catch {
            logger.error(
                "The certificate was not reloaded, the old one stays: \(error.message)",
                metadata: ["certificate": "\(files.certificate)"])
            return
        }
        state.withLock { $0 = pair }
        for warning in pair.warnings { logger.warning("\(warning)") }
        logger.info(
            "The certificate was reloaded: new connections get it",
            metadata: ["certificate": "\(files.certificate)"])
    }
}
