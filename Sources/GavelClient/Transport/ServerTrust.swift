import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Whose word a client takes for who a server is, when it connects with TLS. The host's name is
/// always verified, and nothing older than TLS 1.2 is spoken.
public final class ServerTrust: Sendable {
    /// The authorities that this machine's system trusts.
    public static let system = ServerTrust(roots: .default)

    private let roots: NIOSSLTrustRoots
    /// Made at the first use, and kept: it takes reading all of the roots.
    private let made = Mutex<NIOSSLContext?>(nil)

    private init(roots: NIOSSLTrustRoots) { self.roots = roots }

    /// The authorities in a file, in PEM, and no others. Waits for the disk.
    ///
    /// - Throws: ``GavelClientError/badAuthorities(_:)`` when there are none in it.
    public init(authoritiesIn path: String) throws(GavelClientError) {
        let certificates: [NIOSSLCertificate]
        do { certificates = try NIOSSLCertificate.fromPEMFile(path) } catch {
            throw .badAuthorities(
                "\"\(path)\" can't be read, or holds no certificate in PEM "
                    + "(-----BEGIN CERTIFICATE-----): name the file of an authority's certificate.")
        }
        roots = .certificates(certificates)
    }

    /// For new connections.
    func context() async throws -> NIOSSLContext {
        if let made = made.withLock({ $0 }) { return made }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        configuration.trustRoots = roots
        configuration.shutdownTimeout = .seconds(1)
        // Reads the system's authorities from the disk.
        let fresh = try await NIOThreadPool.singleton.runIfActive { [configuration] in
            try NIOSSLContext(configuration: configuration)
        }
        return made.withLock { made in
            made = made ?? fresh
            return made ?? fresh
        }
    }
}
