import AuctionRules
import Foundation
import TestAuthority
import Testing

@testable import Gateway

@Suite("JSON Web Tokens", .timeLimit(.minutes(2)))
struct TokenIssuerTests {
    private static let now = Saleroom.noon
    private static let seconds = now.milliseconds / 1000

    private func verify(
        _ token: String, at now: Instant = now, by lodge: Lodge
    ) async throws -> Result<Identity, AuthenticationFailure> {
        defer { lodge.remove() }
        return try await lodge.issuer().verify(token, at: now)
    }

    // MARK: - Good ones

    @Test("Ed25519, P-256 and RSA keys verify what they have signed")
    func algorithms() async throws {
        for signer in [TestIssuer.ed25519(), .p256(), try .rsa()] {
            let lodge = try Lodge(signer)
            let token = try signer.sign(claims: Lodge.claims())
            let identity = try await verify(token, by: lodge).get()
            #expect(identity.bidder == (try BidderID("ann")))
            #expect(identity.expiresAt == Self.now.advanced(by: 60_000))
            #expect(identity.administrator == nil)
            // A key of the same kind that is another's.
            let other =
                try signer.algorithm == "RS256"
                ? TestIssuer.rsa()
                : signer.algorithm == "ES256" ? .p256() : .ed25519()
            let forged = try other.sign(
                header: #"{"alg":"\#(signer.algorithm)","kid":"\#(signer.kid ?? "")"}"#,
                claims: Lodge.claims())
            let second = try Lodge(signer)
            #expect(try await verify(forged, by: second) == .failure(.untrustedJWT))
        }
    }

    @Test("The audience may be one of several, and an end may have a fraction")
    func looseForms() async throws {
        let signer = TestIssuer.ed25519()
        let claims = Lodge.claims(
            aud: #"["other","gavel"]"#, exp: "\(Self.seconds + 60).75",
            more: #","name":"Ann","nested":{"a":[1,2.5e3]}"#)
        let identity = try await verify(
            signer.sign(header: #"{"alg":"EdDSA","kid":"ed","typ":"at+jwt"}"#, claims: claims),
            by: Lodge(signer)
        ).get()
        #expect(identity.expiresAt == Self.now.advanced(by: 60_000))
    }

    @Test("Without a kid the only key is meant; among several none is")
    func missingKid() async throws {
        let signer = TestIssuer.ed25519()
        let token = try signer.sign(header: #"{"alg":"EdDSA"}"#, claims: Lodge.claims())
        #expect(try await verify(token, by: Lodge(signer)).get().bidder != nil)
        let several = try Lodge(signer, .p256())
        #expect(try await verify(token, by: several) == .failure(.untrustedJWT))
        // A key without a name is found without one only.
        let nameless = TestIssuer.ed25519(nil)
        let plain = try nameless.sign(claims: Lodge.claims())
        #expect(try await verify(plain, by: Lodge(nameless)).get().bidder != nil)
        let named = try nameless.sign(
            header: #"{"alg":"EdDSA","kid":"x"}"#, claims: Lodge.claims())
        #expect(try await verify(named, by: Lodge(nameless)) == .failure(.untrustedJWT))
    }

    // MARK: - Confusion

    @Test(
        "The key decides on the algorithm: none, HS and every other is refused",
        arguments: [
            "none", "None", "nOnE", "", "HS256", "HS384", "HS512", "RS256", "RS384", "PS256",
            "ES256",
            "ES384", "eddsa", "Ed25519",
        ])
    func algorithmConfusion(name: String) async throws {
        let signer = TestIssuer.ed25519()
        let token = try signer.sign(
            header: #"{"alg":"\#(name)","kid":"ed"}"#, claims: Lodge.claims())
        #expect(try await verify(token, by: Lodge(signer)) == .failure(.untrustedJWT))
        // Without any signature, as `none` would have it.
        let bare = token[...(token.lastIndex(of: ".") ?? token.startIndex)]
        #expect(try await verify(String(bare), by: Lodge(signer)) == .failure(.untrustedJWT))
    }

    @Test("One key's name with another key's signature is refused")
    func keyConfusion() async throws {
        let (one, two) = (TestIssuer.ed25519("one"), TestIssuer.p256("two"))
        let claims = Lodge.claims()
        for (header, signer) in [
            (#"{"alg":"EdDSA","kid":"two"}"#, one), (#"{"alg":"ES256","kid":"one"}"#, two),
            (#"{"alg":"EdDSA","kid":"one"}"#, two), (#"{"alg":"EdDSA","kid":"three"}"#, one),
        ] {
            let token = try signer.sign(header: header, claims: claims)
            #expect(try await verify(token, by: Lodge(one, two)) == .failure(.untrustedJWT))
        }
    }

    @Test("Keys that a token brings with itself are nothing to us")
    func embeddedKeys() async throws {
        let (house, thief) = (TestIssuer.ed25519(), TestIssuer.ed25519())
        let token = try thief.sign(
            header: #"{"alg":"EdDSA","kid":"ed","jwk":\#(try thief.jwk()),"jku":"https://x/"}"#,
            claims: Lodge.claims())
        #expect(try await verify(token, by: Lodge(house)) == .failure(.untrustedJWT))
    }

    // MARK: - Form

    @Test(
        "A header that is not as it must be is refused, though it is signed",
        arguments: [
            #"{"alg":"EdDSA","kid":"ed","crit":["exp"]}"#, #"{"alg":"EdDSA","kid":"ed","crit":[]}"#,
            #"{"alg":"EdDSA","alg":"EdDSA","kid":"ed"}"#, #"{"alg":"EdDSA","kid":"ed","kid":"ed"}"#,
            #"{"alg":"none","alg":"EdDSA","kid":"ed"}"#, #"{"kid":"ed"}"#, #"{"alg":1,"kid":"ed"}"#,
            #"{"alg":"EdDSA","kid":1}"#, #"{"alg":"EdDSA","kid":"ed","typ":"logout+jwt"}"#,
            #"{"alg":"EdDSA","kid":"ed","typ":7}"#, "[]", "", "null", #"{"alg":"EdDSA""#, "\u{0}",
        ])
    func headers(header: String) async throws {
        let signer = TestIssuer.ed25519()
        let token = try signer.sign(header: header, claims: Lodge.claims())
        #expect(try await verify(token, by: Lodge(signer)) == .failure(.malformedJWT))
    }

    @Test(
        "Claims that are missing or malformed are refused, though they are signed",
        arguments: [
            Lodge.claims(sub: "null"), Lodge.claims(sub: "1"), Lodge.claims(sub: #""""#),
            Lodge.claims(sub: #""a b""#), Lodge.claims(sub: #""../x""#),
            Lodge.claims(sub: "\"\(String(repeating: "a", count: 65))\""),
            Lodge.claims(iss: "null"), Lodge.claims(iss: #"["https://id.house.example"]"#),
            Lodge.claims(aud: "null"), Lodge.claims(aud: "1"), Lodge.claims(aud: "[1]"),
            Lodge.claims(exp: "null"), Lodge.claims(exp: #""1900000000""#),
            Lodge.claims(exp: "-1"), Lodge.claims(exp: "1e400"), Lodge.claims(exp: "-1.5"),
            Lodge.claims(exp: "9223372036854775807"), Lodge.claims(exp: "9223372036854775808"),
            // Meant in milliseconds: it would never end.
            Lodge.claims(exp: "1800000060000"),
            Lodge.claims(more: #","nbf":"x""#), Lodge.claims(more: #","exp":1900000000"#),
            #"{"sub":"ann"}"#, "{}", "[]", "",
        ])
    func claims(claims: String) async throws {
        let signer = TestIssuer.ed25519()
        let token = try signer.sign(claims: claims)
        #expect(try await verify(token, by: Lodge(signer)) == .failure(.malformedJWT))
    }

    @Test("Texts that are no tokens are refused")
    func shapes() async throws {
        let signer = TestIssuer.ed25519()
        let good = try signer.sign(claims: Lodge.claims())
        let parts = good.split(separator: ".").map(String.init)
        let long = try signer.sign(
            claims: Lodge.claims(more: #","x":"\#(String(repeating: "y", count: 4096))""#))
        for text in [
            ".", "..", "...", parts[0], parts[0] + "." + parts[1], good + ".", "." + good,
            good + "=", good + " ", " " + good, good + "\n", parts[0] + ".." + parts[2],
            good.replacing(".", with: ".."), good + ".x", long,
        ] {
            #expect(try await verify(text, by: Lodge(signer)) == .failure(.malformedJWT), "\(text)")
        }
        for signature in ["", "AAAA", String(repeating: "A", count: 86), parts[1]] {
            let text = parts[0] + "." + parts[1] + "." + signature
            #expect(try await verify(text, by: Lodge(signer)) == .failure(.untrustedJWT))
        }
    }

    @Test("A token in which one bit is another is refused")
    func flips() async throws {
        for signer in [TestIssuer.ed25519(), .p256()] {
            let lodge = try Lodge(signer)
            defer { lodge.remove() }
            let issuer = try await lodge.issuer()
            let good = Array(try signer.sign(claims: Lodge.claims()).utf8)
            for index in good.indices {
                for bit in 0..<7 {
                    var bytes = good
                    bytes[index] ^= 1 << UInt8(bit)
                    let text = String(decoding: bytes, as: UTF8.self)
                    guard case .failure = issuer.verify(text, at: Self.now) else {
                        Issue.record("Bit \(bit) of byte \(index) does not count: \(text)")
                        continue
                    }
                }
            }
        }
    }

    // MARK: - Claims

    @Test("Another issuer's and another audience's tokens are refused")
    func foreign() async throws {
        let signer = TestIssuer.ed25519()
        for claims in [
            Lodge.claims(iss: #""https://id.house.example/""#),
            Lodge.claims(iss: #""HTTPS://id.house.example""#), Lodge.claims(aud: #""Gavel""#),
            Lodge.claims(aud: "[]"), Lodge.claims(aud: #"["other","gavel "]"#),
        ] {
            let token = try signer.sign(claims: claims)
            #expect(try await verify(token, by: Lodge(signer)) == .failure(.foreignJWT))
        }
    }

    @Test("An end is an end to the second; a beginning has 30 seconds of leeway")
    func times() async throws {
        let signer = TestIssuer.ed25519()
        let token = try signer.sign(claims: Lodge.claims(exp: "\(Self.seconds + 60)"))
        let end = Self.now.advanced(by: 60_000)
        #expect(
            try await verify(token, at: end.advanced(by: -1), by: Lodge(signer)).get().bidder
                != nil)
        #expect(try await verify(token, at: end, by: Lodge(signer)) == .failure(.expired))
        let future = try signer.sign(
            claims: Lodge.claims(more: #","nbf":\#(Self.seconds + 30)"#))
        #expect(try await verify(future, by: Lodge(signer)).get().bidder != nil)
        let early = Self.now.advanced(by: -1)
        #expect(
            try await verify(future, at: early, by: Lodge(signer)) == .failure(.notYetValidJWT))
    }
}
