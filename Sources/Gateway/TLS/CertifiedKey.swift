import AuctionRules
import Foundation
import NIOCore
import NIOSSL

/// A certificate and its key that belong together and are good now, ready for handshakes.
struct CertifiedKey: Sendable {
    let context: NIOSSLContext
    /// The first millisecond at which no client takes the certificate any more.
    let expiresAt: Instant
    /// What an operator should know, though it can be used.
    let warnings: [String]

    /// Certificates take some KiB; a chain of dozens is a mistake.
    static let bytesMax = 1_048_576
    /// Renewals come a month before the end: whoever is this late has a renewal that fails.
    static let warnsBeforeMilliseconds: Int64 = 14 * 86_400_000

    /// Reads both files and checks all that would make handshakes fail. Waits for the disk.
    ///
    /// A certificate that no client takes is refused and not only complained about: a server that
    /// runs while nobody can connect closes its lots without bids. One that does not start
    /// gives them the lost time back (the outage rule), and is noticed.
    init(_ files: TLSFiles, now: Instant) throws(TLSFault) {
        let chain = try Self.chain(at: files.certificate)
        guard let own = chain.first else {
            throw TLSFault(.notPEM, files.certificate, Self.noCertificate)
        }
        let key = try Self.key(at: files.key)
        // A day at the end counts to its last second.
        let expiresAt = Instant(milliseconds: Int64(own.notValidAfter) * 1000 + 1000)
        let begins = Instant(milliseconds: Int64(own.notValidBefore) * 1000)
        guard now < expiresAt else {
            throw TLSFault(
                .expired, files.certificate,
                "the certificate expired on \(Self.text(expiresAt)): renew it (no client would "
                    + "connect)")
        }
        guard begins <= now else {
            throw TLSFault(
                .notYetValid, files.certificate,
                "the certificate is not valid before \(Self.text(begins)): check this machine's "
                    + "clock (no client would connect)")
        }
        context = try Self.context(chain, key, files)
        self.expiresAt = expiresAt
        warnings = Self.warnings(files, expiresAt: expiresAt, now: now)
    }

    private static let noCertificate =
        "no certificate in PEM is in it: it must have a -----BEGIN CERTIFICATE-----"

    private static func chain(at path: String) throws(TLSFault) -> [NIOSSLCertificate] {
        let bytes = try read(path)
        do { return try NIOSSLCertificate.fromPEMBytes(bytes) } catch {
            throw TLSFault(.notPEM, path, noCertificate)
        }
    }

    private static func key(at path: String) throws(TLSFault) -> NIOSSLPrivateKey {
        let bytes = try read(path)
        guard !String(decoding: bytes, as: UTF8.self).contains("ENCRYPTED") else {
            throw TLSFault(
                .encryptedKey, path,
                "the key has a passphrase: take it off with openssl pkey -in OLD -out NEW, and "
                    + "guard the file by its permissions")
        }
        do { return try NIOSSLPrivateKey(bytes: bytes, format: .pem) } catch {
            throw TLSFault(
                .notPEM, path,
                "no private key in PEM is in it: it must have a -----BEGIN PRIVATE KEY-----")
        }
    }

    private static func context(
        _ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey, _ files: TLSFiles
    ) throws(TLSFault) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // What a peer gets to answer our good-bye, when the connection is closed anyway.
        configuration.shutdownTimeout = .seconds(1)
        do { return try NIOSSLContext(configuration: configuration) } catch {
            // The key was read before: what is wrong with it now is that it is another's.
            guard case NIOSSLError.failedToLoadPrivateKey = error else {
                throw TLSFault(
                    .unusable, files.certificate,
                    "the certificate can't be used for TLS (\(error)): use one with an RSA key of "
                        + "2048 bits or more, or with an EC key on P-256")
            }
            throw TLSFault(
                .mismatch, files.key,
                "the key is not that of the certificate in \(files.certificate): give the two that "
                    + "were made together")
        }
    }

    private static func warnings(
        _ files: TLSFiles, expiresAt: Instant, now: Instant
    ) -> [String] {
        var warnings: [String] = []
        if now.advanced(by: warnsBeforeMilliseconds) >= expiresAt {
            warnings.append(
                "\(files.certificate): the certificate expires on \(text(expiresAt)): renew it, "
                    + "and send SIGHUP")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: files.key)
        if let mode = attributes?[.posixPermissions] as? NSNumber, mode.intValue & 0o007 != 0 {
            warnings.append(
                "\(files.key): every user of this machine can read the key: chmod o-rwx")
        }
        return warnings
    }

    private static func text(_ instant: Instant) -> String {
        Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
            .formatted(.iso8601)
    }

    private static func read(_ path: String) throws(TLSFault) -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw TLSFault(.missing, path, "there is no such file: name it with its whole path")
        }
        guard !isFolder.boolValue, let handle = FileHandle(forReadingAtPath: path) else {
            throw TLSFault(
                .unreadable, path,
                "it can't be read: it must be a file that the server's user may read")
        }
        defer { try? handle.close() }
        do {
            let data = try handle.read(upToCount: bytesMax + 1) ?? Data()
            guard data.count <= bytesMax else {
                throw TLSFault(.tooLarge, path, "it has more than \(bytesMax) bytes: not PEM")
            }
            return Array(data)
        } catch let fault as TLSFault {
            throw fault
        } catch {
            throw TLSFault(.unreadable, path, "it can't be read: \(error.localizedDescription)")
        }
    }
}
