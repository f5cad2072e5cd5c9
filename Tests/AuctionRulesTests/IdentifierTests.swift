import AuctionRules
import Testing

/// Names of things: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`.
@Suite struct IdentifierTests {
    @Test(arguments: [
        "a", "Z", "0", ".", "_", ":", "-", "lot-1:2026.a_B", String(repeating: "x", count: 64),
    ])
    func `the alphabet is taken`(text: String) throws {
        #expect(try AuctionID(text).text == text)
    }

    @Test(arguments: [
        "", " ", "a b", "a/b", "a\\b", "a\0", "a\n", "é", "ａ", "👍", "a'b", "a\"b", "a;b", "a%",
        "a+b", "a@b", "[", "`", "{", "@", String(repeating: "x", count: 65),
        // As many bytes as one may have, in fewer characters.
        String(repeating: "é", count: 32),
    ])
    func `everything else is refused`(text: String) {
        #expect(throws: InvalidIdentifier.self) { try AuctionID(text) }
    }

    @Test func `a refusal shows the beginning of what was given`() throws {
        let error = #expect(throws: InvalidIdentifier.self) {
            try BidID(String(repeating: "x", count: 1_000_000))
        }
        #expect(try #require(error).description.utf8.count < 200)
    }

    @Test func `case matters, and the order is that of the text`() {
        let names: [BidderID] = ["b", "B", "a"]
        #expect(Set(names).count == 3)
        #expect(names.sorted() == ["B", "a", "b"])
    }

    @Test func `a token's hash is 64 lower-case hexadecimal digits`() {
        let digits = String(repeating: "0123456789abcdef", count: 4)
        #expect(TokenHash(hex: digits)?.hex == digits)
        #expect(TokenHash(hex: digits.uppercased()) == nil)
        #expect(TokenHash(hex: String(digits.dropLast())) == nil)
        #expect(TokenHash(hex: digits + "0") == nil)
        #expect(TokenHash(hex: String(repeating: "é", count: 32)) == nil)
        #expect(TokenHash(hex: "g" + digits.dropLast()) == nil)
    }
}
