import Crypto
import Foundation

/// A key that a receiver and this server share: `whsec_` and 24 to 64 bytes in base64. Never printed but
/// by whoever makes it.
public struct WebhookSecret: Sendable {
    static let prefix = "whsec_"
    private let key: SymmetricKey

    /// - Throws: what is wrong, without a part of the secret in it.
    public init(_ text: String) throws(WebhookFault) {
        guard text.hasPrefix(Self.prefix),
            let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            (24...64).contains(bytes.count)
        else {
            throw WebhookFault(
                "is no secret: it is whsec_ and 24 to 64 bytes in base64; \"gavel webhook secret\" "
                    + "makes one")
        }
        key = SymmetricKey(data: bytes)
    }

    /// A new one, of 32 random bytes, as text.
    public static func random() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return prefix + bytes.base64EncodedString()
    }

    /// The signature over a message, as the Standard Webhooks have it.
    ///
    /// - Parameter time: when it is sent, in seconds since 1970.
    func signature(id: String, time: Int64, body: [UInt8]) -> String {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Data("\(id).\(time).".utf8))
        code.update(data: body)
        return "v1," + Data(code.finalize()).base64EncodedString()
    }
}

extension WebhookSecret: Hashable {
    public static func == (left: WebhookSecret, right: WebhookSecret) -> Bool {
        left.key == right.key
    }

    public func hash(into hasher: inout Hasher) {
        key.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension WebhookSecret: CustomStringConvertible {
    public var description: String { "a secret" }
}

/// All secrets by their endpoints, as the file has them: a line each, `NAME whsec_…`. While one is being
/// replaced, an endpoint has several: then each message has a signature by every one of them.
public struct WebhookSecrets: Sendable {
    private var byEndpoint: [String: [WebhookSecret]] = [:]

    /// More would only make the header long.
    static let perEndpointMax = 4

    /// - Throws: every line that is no secret.
    public init(_ text: String) throws(WebhookFault) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            guard words.count == 2 else {
                throw WebhookFault("line \(index + 1) is not like NAME whsec_…")
            }
            do {
                byEndpoint[String(name), default: []].append(try WebhookSecret(String(words[1])))
            } catch { throw WebhookFault("line \(index + 1): \(error)") }
        }
        for (name, secrets) in byEndpoint where secrets.count > Self.perEndpointMax {
            throw WebhookFault("has more than \(Self.perEndpointMax) secrets for \(name)")
        }
    }

    public subscript(endpoint: String) -> [WebhookSecret] { byEndpoint[endpoint] ?? [] }
}
