import StrictJSON

/// Reads one key of a JSON Web Key Set, RFC 7517 and 7518. What is for another purpose or of a kind
/// that is not taken here is passed over, as the RFC asks for; what looks like a mistake is refused.
struct IssuerKeyReader {
    enum Outcome {
        case key(IssuerKey)
        case passedOver(String)
    }

    private let object: JSONObject
    private let label: String
    private let path: String

    /// Below 2048 bits an RSA key can be broken; above 8192 its signatures take milliseconds.
    static let rsaBits = 2048...8192

    /// - Parameter number: its place in the file, from 1.
    init(_ object: JSONObject, number: Int, path: String) {
        self.object = object
        label = "key \(number)"
        self.path = path
    }

    func read() async throws(KeySetFault) -> Outcome {
        let kind = try string("kty")
        guard kind != "oct", object["k"] == nil else {
            throw fault(
                .symmetric,
                "is symmetric (oct): whoever verifies with it can sign, too. Have the identity "
                    + "provider sign with EdDSA, ES256 or RS256")
        }
        guard object["d"] == nil else {
            throw fault(
                .privateKey,
                "is a private key (it has \"d\"): put only public keys here, and replace that one")
        }
        if let use = try optionalString("use"), use != "sig" {
            return .passedOver("\(label) is not for signatures (use \(use))")
        }
        if let operations = try operations(), !operations.contains("verify") {
            return .passedOver("\(label) is not for verifying (key_ops)")
        }
        let expected: JWTSignature
        switch (kind, try optionalString("crv")) {
        case ("RSA", _): expected = .rs256
        case ("EC", "P-256"): expected = .es256
        case ("OKP", "Ed25519"): expected = .edDSA
        case (_, let curve):
            return .passedOver(
                "\(label) is of another kind (\(kind)\(curve.map { " " + $0 } ?? ""))")
        }
        if let algorithm = try optionalString("alg"), algorithm != expected.rawValue {
            guard JWTSignature(rawValue: algorithm) == nil else {
                throw fault(
                    .malformed, "has the kty \"\(kind)\" and the alg \"\(algorithm)\": not both fit"
                )
            }
            return .passedOver("\(label) signs otherwise (\(algorithm))")
        }
        let name = try optionalString("kid")
        let material = try material(for: expected)
        do { return .key(try await IssuerKey(name: name, material)) } catch {
            throw fault(.malformed, "is no valid key: its numbers don't fit together")
        }
    }

    private func material(
        for signature: JWTSignature
    ) throws(KeySetFault) -> IssuerKey.Material {
        switch signature {
        case .edDSA: return .ed25519(x: try number("x", bytes: 32))
        case .es256:
            return .p256(x: try number("x", bytes: 32), y: try number("y", bytes: 32))
        case .rs256:
            let modulus = try string("n")
            guard let bytes = Base64URL.decode(modulus.utf8) else {
                throw fault(.malformed, "\"n\" is not base64url without padding")
            }
            let significant = bytes.drop { $0 == 0 }
            let bits = significant.count * 8 - (significant.first?.leadingZeroBitCount ?? 0)
            guard Self.rsaBits.contains(bits) else {
                throw fault(
                    .weakKey,
                    "is an RSA key of \(bits) bits: it must have \(Self.rsaBits.lowerBound) to "
                        + "\(Self.rsaBits.upperBound)")
            }
            let exponent = try string("e")
            // 65537 and smaller; large ones only make verifying slow.
            guard let own = Base64URL.decode(exponent.utf8), (1...4).contains(own.count) else {
                throw fault(.malformed, "\"e\" is no exponent of up to 32 bits in base64url")
            }
            return .rsa(modulus: modulus, exponent: exponent)
        }
    }

    private func number(_ key: String, bytes count: Int) throws(KeySetFault) -> String {
        let text = try string(key)
        guard let bytes = Base64URL.decode(text.utf8), bytes.count == count else {
            throw fault(.malformed, "\"\(key)\" is not \(count) bytes in base64url without padding")
        }
        return text
    }

    private func operations() throws(KeySetFault) -> [String]? {
        do { return try object.optionalStrings("key_ops") } catch {
            throw fault(.malformed, "\"key_ops\" is no list of strings")
        }
    }

    private func string(_ key: String) throws(KeySetFault) -> String {
        guard let text = try optionalString(key) else {
            throw fault(.malformed, "has no \"\(key)\"")
        }
        return text
    }

    private func optionalString(_ key: String) throws(KeySetFault) -> String? {
        do { return try object.optionalString(key) } catch {
            throw fault(.malformed, "\"\(key)\" is no string")
        }
    }

    private func fault(_ kind: KeySetFault.Kind, _ what: String) -> KeySetFault {
        KeySetFault(kind, path, "\(label) \(what)")
    }
}
