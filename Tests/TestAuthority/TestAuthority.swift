import Crypto
public import Foundation
import SwiftASN1
import X509

/// A certificate authority that a test makes for itself: its own key, its own name, and whatever
/// certificates the test wants, good ones and bad ones.
public struct TestAuthority: Sendable {
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    private let certificate: Certificate

    public init(_ name: String = "Test authority") throws {
        let own = try DistinguishedName { CommonName(name) }
        self.name = own
        certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: .init(key.publicKey), notValidBefore: Date(timeIntervalSinceNow: -3600),
            notValidAfter: Date(timeIntervalSinceNow: 365 * 86_400), issuer: own, subject: own,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: .init(key))
    }

    /// What clients trust.
    public var pem: String {
        get throws { try certificate.serializeAsPEM().pemString }
    }

    /// A server's certificate and its key, in PEM.
    public struct Issued: Sendable {
        public let certificate: String
        public let key: String
        /// Of the certificate, to recognize it by.
        public let serial: [UInt8]
    }

    /// - Parameters:
    ///   - hosts: names of hosts, and IPv4 addresses.
    ///   - begins: from now on, in seconds.
    ///   - ends: the same.
    public func issue(
        _ hosts: [String] = ["localhost", "127.0.0.1"], begins: TimeInterval = -60,
        ends: TimeInterval = 90 * 86_400
    ) throws -> Issued {
        let own = P256.Signing.PrivateKey()
        let serial = Certificate.SerialNumber()
        let issued = try Certificate(
            version: .v3, serialNumber: serial, publicKey: .init(own.publicKey),
            notValidBefore: Date(timeIntervalSinceNow: begins),
            notValidAfter: Date(timeIntervalSinceNow: ends), issuer: name,
            subject: try DistinguishedName { CommonName("A server of a test") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(hosts.map(Self.name))
            }, issuerPrivateKey: .init(key))
        return Issued(
            certificate: try issued.serializeAsPEM().pemString, key: own.pemRepresentation,
            serial: Array(serial.bytes))
    }

    private static func name(_ host: String) -> GeneralName {
        let numbers = host.split(separator: ".").compactMap { UInt8($0) }
        guard numbers.count == 4 else { return .dnsName(host) }
        return .ipAddress(ASN1OctetString(contentBytes: numbers[...]))
    }
}

extension TestAuthority.Issued {
    /// Writes both into a folder.
    ///
    /// - Returns: the paths of the certificate and of the key.
    @discardableResult
    public func write(into folder: URL) throws -> (certificate: String, key: String) {
        let paths = (
            certificate: folder.appendingPathComponent("cert.pem").path,
            key: folder.appendingPathComponent("key.pem").path
        )
        try Data(certificate.utf8).write(to: URL(fileURLWithPath: paths.certificate))
        try Data(key.utf8).write(to: URL(fileURLWithPath: paths.key))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: paths.key)
        return paths
    }
}
