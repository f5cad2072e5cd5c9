import Foundation
import TestAuthority
import Testing

@testable import Gateway

@Suite("An identity provider's keys", .timeLimit(.minutes(2)))
struct IssuerKeySetTests {
    private func fault(_ text: String) async throws -> KeySetFault {
        let fault = await #expect(throws: KeySetFault.self) {
            try await IssuerKeySet(Array(text.utf8), path: "k.json")
        }
        return try #require(fault)
    }

    private func keys(_ members: String...) -> String {
        #"{"keys":["# + members.joined(separator: ",") + "]}"
    }

    @Test("Keys for other purposes and of other kinds are passed over, and named")
    func passedOver() async throws {
        let own = TestIssuer.ed25519("own")
        let text = keys(
            try TestIssuer.p256("enc").jwk(#","use":"enc""#), try own.jwk(#","use":"sig""#),
            try TestIssuer.p256("wrap").jwk(#","key_ops":["wrapKey"]"#),
            #"{"kty":"EC","crv":"P-384","x":"","y":""}"#, #"{"kty":"OKP","crv":"X25519","x":""}"#,
            #"{"kty":"RSA","alg":"RSA-OAEP","n":"","e":""}"#, #"{"kty":"new"}"#)
        let set = try await IssuerKeySet(Array(text.utf8), path: "k.json")
        #expect(set.keys.map(\.name) == ["own"])
        #expect(set.passedOver.count == 6)
        #expect(set.passedOver.first == "key 1 is not for signatures (use enc)")
    }

    @Test("The same key under another name is the same key")
    func identity() async throws {
        let key = TestIssuer.ed25519("a")
        let one = try await IssuerKeySet(Array(keys(key.jwk()).utf8), path: "k")
        let renamed = try key.jwk().replacing(#""kid":"a""#, with: #""kid":"b""#)
        let two = try await IssuerKeySet(Array(keys(renamed).utf8), path: "k")
        #expect(one.ids == two.ids)
        let other = try await IssuerKeySet(
            Array(keys(TestIssuer.ed25519("a").jwk()).utf8), path: "k")
        #expect(one.ids.isDisjoint(with: other.ids))
    }

    @Test("What is no key set is refused, and says why")
    func malformed() async throws {
        let key = try TestIssuer.ed25519().jwk()
        for text in [
            "", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[1]}"#, key, keys(key) + "x",
            #"{"keys":[],"keys":[]}"#, keys(#"{"kty":1}"#), keys("{}"),
            keys(#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#),
            keys(#"{"kty":"OKP","crv":"Ed25519"}"#),
            keys(#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#),
            keys(#"{"kty":"RSA","crv":"P-256","alg":"ES256","n":"AA","e":"AQAB"}"#),
        ] {
            let fault = try await fault(text)
            #expect(fault.kind == .malformed, "\(text): \(fault)")
            #expect(fault.message.hasPrefix("k.json: "))
        }
        // A point that is not on the curve.
        let zeros = String(repeating: "A", count: 43)
        #expect(
            try await fault(
                keys(#"{"kty":"EC","crv":"P-256","x":"\#(zeros)","y":"\#(zeros)"}"#)
            ).kind == .malformed)
        #expect(try await fault(keys()).kind == .empty)
        #expect(try await fault(keys(#"{"kty":"new"}"#)).kind == .empty)
    }

    @Test("A symmetric key and a private one are refused for what they give away")
    func secrets() async throws {
        let good = try TestIssuer.ed25519().jwk()
        let symmetric = #"{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}"#
        #expect(try await fault(keys(good, symmetric)).kind == .symmetric)
        let leaked = try TestIssuer.ed25519().jwk(#","d":"AA""#)
        #expect(try await fault(keys(good, leaked)).kind == .privateKey)
    }

    @Test("RSA keys of fewer than 2048 bits are refused")
    func weak() async throws {
        let weak = try TestIssuer.rsa("old", bits: 1024).jwk()
        let fault = try await fault(keys(weak))
        #expect(fault.kind == .weakKey)
        #expect(fault.message.contains("1024 bits"))
        // Zeros in front make no key longer.
        let padded = "\"n\":\"" + String(repeating: "A", count: 400)
        #expect(
            try await self.fault(keys(weak.replacing("\"n\":\"", with: padded))).kind == .weakKey)
    }

    @Test("A file in which a token's kid would not say which key is refused")
    func ambiguous() async throws {
        let twice = [TestIssuer.ed25519("a"), .p256("a")]
        #expect(
            try await fault(keys(twice[0].jwk(), twice[1].jwk())).kind == .ambiguous)
        let nameless = try TestIssuer.ed25519(nil).jwk()
        #expect(try await fault(keys(nameless, twice[0].jwk())).kind == .ambiguous)
    }

    @Test("A missing file is named, and a reload keeps what there was")
    func files() async throws {
        let signer = TestIssuer.ed25519()
        let lodge = try Lodge(signer)
        defer { lodge.remove() }
        let issuer = try await lodge.issuer()
        for text in [nil, "nonsense", #"{"keys":[]}"#] {
            if let text { try lodge.write(text) } else { lodge.remove() }
            #expect(await issuer.reload() == [])
        }
        let errors = lodge.logged.all.filter { $0.hasPrefix("error") }
        #expect(errors.count == 3)
        #expect(errors.allSatisfy { $0.contains("the old ones stay") })
        #expect(errors.first?.contains("there is no such file") == true)
        let token = try signer.sign(claims: Lodge.claims())
        #expect(try issuer.verify(token, at: Saleroom.noon).get().bidder != nil)

        // The provider rolls its keys over: first both, then the new one.
        let next = TestIssuer.ed25519("next")
        try lodge.write(try TestIssuer.keySet(signer, next))
        #expect(await issuer.reload() == [])
        try lodge.write(try TestIssuer.keySet(next))
        #expect(await issuer.reload().count == 1)
        #expect(issuer.verify(token, at: Saleroom.noon) == .failure(.untrustedJWT))
        let newer = try next.sign(claims: Lodge.claims())
        #expect(try issuer.verify(newer, at: Saleroom.noon).get().bidder != nil)
        await #expect(throws: KeySetFault.self) {
            try await TokenIssuer(
                JWTSettings(keys: "/nonexistent", issuer: "i", audience: "a"),
                logger: lodge.logged.logger)
        }
    }
}
