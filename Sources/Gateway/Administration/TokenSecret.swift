import AuctionRules
import FoundationEssentials
import Proof

/// Bearer tokens: `gvl_` and 32 random bytes in base64url. The secret leaves this process once, in
/// the answer to whoever asked for it; what is kept is its SHA-256.
///
/// A plain hash is enough: 256 random bits can't be guessed, whatever a guess costs.
enum TokenSecret {
    static let prefix = "gvl_"
    /// 32 bytes in base64url, without padding.
    static let secretLength = 43

    /// A new token, and the hash to keep of it.
    static func mint() -> (token: String, hash: TokenHash) {
        let token = prefix + random()
        return (token, sha256(of: token))
    }

    /// Nil when the text has not the form of a token.
    static func hash(of token: String) -> TokenHash? {
        guard token.utf8.starts(with: prefix.utf8),
            token.utf8.count == prefix.utf8.count + secretLength,
            token.utf8.dropFirst(prefix.utf8.count).allSatisfy(isBase64URL)
        else { return nil }
        return sha256(of: token)
    }

    static func sha256(of text: String) -> TokenHash {
        guard let hash = TokenHash(hex: Digest.sha256(Array(text.utf8)).hex) else {
            preconditionFailure("A SHA-256 is 64 lower-case hexadecimal digits")
        }
        return hash
    }

    /// 32 bytes from the system's generator, in base64url: 43 characters.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let words = (0..<4).map { _ in generator.next() as UInt64 }
        let bytes = words.withUnsafeBytes { Data($0) }
        let characters = bytes.base64EncodedString().utf8.compactMap { (character) -> UInt8? in
            switch character {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: character
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    private static func isBase64URL(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
