import AuctionRules
import Crypto
import Foundation

@testable import Gateway

/// A JSON Web Token, in one of three ways, by the first byte: any text at all; any header and any
/// claims, well signed; a good token in which the rest changes bytes.
///
/// What is read as a token is written in one way only, is within its bounds, and has our signature
/// only when our key has made it, over these very bytes.
enum WebTokenSubject {
    private static let signer = Curve25519.Signing.PrivateKey()
    private static let good = sign(
        #"{"alg":"EdDSA","kid":"k"}"#,
        #"{"iss":"house","aud":["gavel"],"sub":"ann","exp":1900000000,"nbf":1}"#)

    static func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        switch reader.byte() % 3 {
        case 0: check(String(decoding: reader.rest, as: UTF8.self), mayBeOurs: false)
        case 1:
            let header = reader.bytes(Int(reader.byte()))
            let claims = reader.rest
            check(
                sign(
                    String(decoding: header, as: UTF8.self),
                    String(decoding: claims, as: UTF8.self)), mayBeOurs: true)
        default:
            var bytes = Array(good.utf8)
            while !reader.isAtEnd {
                let place = Int(reader.byte()) << 8 | Int(reader.byte())
                bytes[place % bytes.count] = reader.byte()
            }
            check(String(decoding: bytes, as: UTF8.self), mayBeOurs: false)
        }
    }

    private static func check(_ text: String, mayBeOurs: Bool) {
        guard let token = try? WebToken(text) else { return }
        demand(text.utf8.count <= WebToken.bytesMax, "longer than its bound")
        let again =
            String(decoding: token.signed, as: UTF8.self) + "." + Base64URL.encode(token.signature)
        demand(again == text, "written in another way: \(again)")
        demand((try? BidderID(token.subject.text)) != nil, "no bidder's id")
        let year9999 = Instant(milliseconds: 253_402_300_799_000)
        demand(token.expiresAt <= year9999, "never ends")
        demand(token.notBefore.map { $0 <= year9999 } ?? true, "never begins")
        let isOurs = signer.publicKey.isValidSignature(token.signature, for: Data(token.signed))
        demand(!isOurs || mayBeOurs || text == good, "a signature that we did not make: \(text)")
        demand(!mayBeOurs || isOurs, "our own signature is not ours")
    }

    private static func sign(_ header: String, _ claims: String) -> String {
        let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        guard let signature = try? signer.signature(for: Data(signed.utf8)) else {
            preconditionFailure("A key of our own signs")
        }
        return signed + "." + Base64URL.encode(signature)
    }
}
