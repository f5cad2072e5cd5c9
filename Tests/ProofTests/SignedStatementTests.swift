import AuctionRules
import StrictJSON
import Testing

@testable import Proof

/// One signature for many statements, and nothing of it can be changed.
@Suite struct SignedStatementTests {
    static let key = SigningKey()
    static let hash = EntryHash(words: SIMD4(1, 2, 3, 4))
    static let time = Instant(milliseconds: 1_795_408_960_794)
    static let keys = KeySet([PublishedKey(key: key.publicKey, from: time)])

    static func sign(_ count: Int) -> [SignedStatement] {
        key.sign(
            (0..<count).map { #"{"statement":"test","number":\#($0)}"# }, log: "log", position: 7,
            hash: hash, at: time)
    }

    @Test(arguments: [1, 2, 3, 64, 1000])
    func `every one of many verifies with the one signature`(count: Int) throws {
        let signed = Self.sign(count)
        #expect(signed.count == count)
        #expect(Set(signed.map(\.signature)).count == 1)
        for (index, statement) in signed.enumerated() {
            let head = try statement.verify(with: Self.keys)
            #expect(head.position == 7 && head.hash == Self.hash && head.log == "log")
            #expect(head.size == Int64(count) && statement.index == Int64(index))
            #expect(try SignedStatement(statement.json) == statement)
        }
    }

    @Test func `nothing to sign is not signed`() { #expect(Self.sign(0).isEmpty) }

    /// A statement's members, each with one byte of it changed.
    static let changes: [String] = ["statement", "index", "path", "head", "signature"]

    @Test(arguments: changes)
    func `one byte changed anywhere, and it is refused`(member: String) throws {
        let json = Self.sign(5)[2].json
        let original = try #require(json[member])
        for changed in Self.flipped(original) {
            var json = json
            json[member] = changed
            #expect(throws: ProofFault.self, "\(member): \(changed)") {
                try SignedStatement(json).verify(with: Self.keys)
            }
        }
        var json2 = json
        json2[member] = nil
        #expect(throws: ProofFault.self) { try SignedStatement(json2) }
    }

    /// The value with each of its characters changed in turn.
    private static func flipped(_ value: JSONValue) -> [JSONValue] {
        switch value {
        case .integer(let number): [.integer(number + 1), .integer(number - 1), .integer(-1)]
        case .string(let text):
            text.utf8.indices.map { index in
                var bytes = Array(text.utf8)
                bytes[text.utf8.distance(from: text.utf8.startIndex, to: index)] ^= 1
                return .string(String(decoding: bytes, as: UTF8.self))
            }
        case .array(let elements):
            elements.indices.flatMap { index in
                flipped(elements[index]).map { changed in
                    var elements = elements
                    elements[index] = changed
                    return .array(elements)
                }
            } + [.array(Array(elements.dropLast())), .array(elements + [elements[0]])]
        default: []
        }
    }

    @Test func `only a listed key is taken, and only for the time that it was in use`() throws {
        let signed = Self.sign(1)[0]
        let stranger = SigningKey().publicKey
        func check(_ keys: PublishedKey...) throws { try signed.verify(with: KeySet(keys)) }
        let (before, after) = (Self.time.advanced(by: -1), Self.time.advanced(by: 1))
        let own = Self.key.publicKey
        try check(
            PublishedKey(key: stranger, from: before, until: Self.time),
            PublishedKey(key: own, from: Self.time, until: Self.time))
        #expect(throws: ProofFault.self) { try check() }
        #expect(throws: ProofFault.self) { try check(PublishedKey(key: stranger, from: before)) }
        #expect(throws: ProofFault.self) { try check(PublishedKey(key: own, from: after)) }
        #expect(throws: ProofFault.self) {
            try check(PublishedKey(key: own, from: .init(milliseconds: 0), until: before))
        }
    }

    @Test func `a set of keys is read as it was written, and another one's id is refused`() throws {
        let keys = KeySet([
            PublishedKey(
                key: SigningKey().publicKey, from: Instant(milliseconds: 1), until: Self.time),
            PublishedKey(key: Self.key.publicKey, from: Self.time),
        ])
        var writer = JSONWriter()
        keys.encode(into: &writer)
        let object = try #require(try JSONValue(parsing: writer.bytes).asObject)
        #expect(try KeySet(object) == keys)
        let forged = writer.text.replacing(keys.keys[0].key.id, with: keys.keys[1].key.id)
        let other = try #require(try JSONValue(parsing: forged.utf8).asObject)
        #expect(throws: ProofFault.self) { try KeySet(other) }
        for bad in ["{}", #"{"keys":[1]}"#, #"{"keys":[{"algorithm":"RSA"}]}"#] {
            let object = try #require(try JSONValue(parsing: bad.utf8).asObject)
            #expect(throws: ProofFault.self) { try KeySet(object) }
        }
    }

    @Test func `a private key survives its PEM, and nothing else is taken for one`() throws {
        #expect(try SigningKey(pem: Self.key.pem).publicKey == Self.key.publicKey)
        let lines = Self.key.pem.split(separator: "\n")
        let bad = [
            "", "x", lines.dropLast().joined(separator: "\n"), String(lines[1]),
            Self.key.pem.replacing("PRIVATE", with: "PUBLIC"),
            "\(lines[0])\n\(lines[1].dropLast(4))\n\(lines[2])\n",
            "\(lines[0])\nMC4CAQAwBQYDK2VuBCIEI\(lines[1].dropFirst(21))\n\(lines[2])\n",
        ]
        for pem in bad { #expect(throws: ProofFault.self) { try SigningKey(pem: pem) } }
    }

    @Test func `a key of RFC 8410 and its signature are those of RFC 8032's kind`() throws {
        // RFC 8410, section 10.3.
        let key = try SigningKey(
            pem: """
                -----BEGIN PRIVATE KEY-----
                MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
                -----END PRIVATE KEY-----
                """)
        #expect(
            key.publicKey.hex == "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1")
        let message = Array("gavel".utf8)
        let signature = key.signature(for: message)
        #expect(signature.count == 64 && key.publicKey.isValid(signature, for: message))
        #expect(!key.publicKey.isValid(signature, for: message + [0]))
        #expect(!SigningKey().publicKey.isValid(signature, for: message))
    }
}
