import Foundation
import Proof

extension SigningKey {
    /// The keys that the simulated house takes, one after the other; the same ones each time, so that a
    /// seed gives the same signatures again.
    static func simulated(_ number: Int) -> SigningKey {
        // PKCS #8 of an Ed25519 key: what it is, and 32 bytes.
        let header: [UInt8] = [
            0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
            0x04, 0x20,
        ]
        let der = Data(header + Array(repeating: UInt8(truncatingIfNeeded: number), count: 32))
        let pem = """
            -----BEGIN PRIVATE KEY-----
            \(der.base64EncodedString())
            -----END PRIVATE KEY-----
            """
        do { return try SigningKey(pem: pem) } catch {
            preconditionFailure("Any 32 bytes are an Ed25519 key: \(error)")
        }
    }
}
