import StrictJSON
import Testing

/// What the parser refuses, why and where: tables in the manner of JSONTestSuite's `n_` files.
@Suite struct RefusalTests {
    typealias Row = (String, JSONSyntaxError.Reason, Int)

    static func byte(_ character: Character) -> JSONSyntaxError.Reason {
        .unexpectedByte(character.asciiValue ?? 0)
    }

    static let structure: [Row] = [
        ("", .unexpectedEnd, 0),
        ("  ", .unexpectedEnd, 2),
        ("[", .unexpectedEnd, 1),
        ("[1", .unexpectedEnd, 2),
        ("[1,", .unexpectedEnd, 3),
        ("[1,]", byte("]"), 3),
        ("[,1]", byte(","), 1),
        ("[1 2]", byte("2"), 3),
        ("[1}", byte("}"), 2),
        ("]", byte("]"), 0),
        ("{", .unexpectedEnd, 1),
        ("{]", byte("]"), 1),
        ("{\"a\"", .unexpectedEnd, 4),
        ("{\"a\":", .unexpectedEnd, 5),
        ("{\"a\":1", .unexpectedEnd, 6),
        ("{\"a\":1,}", byte("}"), 7),
        ("{\"a\" 1}", byte("1"), 5),
        ("{\"a\":}", byte("}"), 5),
        ("{a:1}", byte("a"), 1),
        ("{1:1}", byte("1"), 1),
        ("{'a':1}", byte("'"), 1),
        ("{\"a\":1,\"a\":2}", .duplicateKey, 7),
        ("{\"a\":1,\"\\u0061\":2}", .duplicateKey, 7),
        ("1 2", .trailingBytes, 2),
        ("{} {}", .trailingBytes, 3),
        ("null\0", .trailingBytes, 4),
        ("// no\n1", byte("/"), 0),
        ("\u{feff}1", .unexpectedByte(0xef), 0),
        ("\u{a0}1", .unexpectedByte(0xc2), 0),
        ("\u{c}1", .unexpectedByte(0x0c), 0),
        ("nul", .unexpectedEnd, 3),
        ("nulL", byte("L"), 3),
        ("True", byte("T"), 0),
        ("NaN", byte("N"), 0),
        ("Infinity", byte("I"), 0),
        ("undefined", byte("u"), 0),
    ]

    static let numbers: [Row] = [
        ("-", .unexpectedEnd, 1),
        ("+1", byte("+"), 0),
        ("--1", byte("-"), 1),
        ("01", .leadingZero, 0),
        ("-01", .leadingZero, 1),
        ("00", .leadingZero, 0),
        (".5", byte("."), 0),
        ("-.5", byte("."), 1),
        ("1.", .unexpectedEnd, 2),
        ("1.e1", byte("e"), 2),
        ("1e", .unexpectedEnd, 2),
        ("1e+", .unexpectedEnd, 3),
        ("1ea", byte("a"), 2),
        ("1.5.5", .trailingBytes, 3),
        ("0x1", .trailingBytes, 1),
        ("1_000", .trailingBytes, 1),
        ("-Infinity", byte("I"), 1),
        ("\u{ff11}", .unexpectedByte(0xef), 0),
        (String(repeating: "1", count: 65), .numberTooLong(limit: 64), 0),
        ("[0." + String(repeating: "0", count: 63) + "]", .numberTooLong(limit: 64), 1),
    ]

    static let strings: [Row] = [
        ("\"", .unexpectedEnd, 1),
        ("\"a", .unexpectedEnd, 2),
        ("\"\\\"", .unexpectedEnd, 3),
        ("\"\\", .unexpectedEnd, 2),
        ("'a'", byte("'"), 0),
        ("\"\n\"", .controlCharacter, 1),
        ("\"a\u{1f}\"", .controlCharacter, 2),
        ("\"\0\"", .controlCharacter, 1),
        ("\"\\x41\"", .invalidEscape, 1),
        ("\"\\a\"", .invalidEscape, 1),
        ("\"\\U0041\"", .invalidEscape, 1),
        ("\"\\'\"", .invalidEscape, 1),
        ("\"\\u12g4\"", .invalidEscape, 1),
        ("\"\\u12\"", .invalidEscape, 1),
        ("\"\\u12", .unexpectedEnd, 5),
        ("\"\\ud800\"", .loneSurrogate, 1),
        ("\"\\udc00\"", .loneSurrogate, 1),
        ("\"x\\udc00\\ud800\"", .loneSurrogate, 2),
        ("\"\\ud800\\ud800\"", .loneSurrogate, 1),
        ("\"\\ud800\\u0041\"", .loneSurrogate, 1),
        ("\"\\ud800\\n\"", .loneSurrogate, 1),
        ("\"\\ud800a\"", .loneSurrogate, 1),
        ("\"\\ud800\\u", .unexpectedEnd, 9),
    ]

    @Test(arguments: structure + numbers + strings)
    func textIsRefused(row: Row) {
        #expect(throws: JSONSyntaxError(row.1, offset: row.2)) {
            try JSONValue(parsing: row.0)
        }
    }

    /// Bytes inside a string literal that are not UTF-8; offsets count the opening quote.
    static let encodings: [([UInt8], Int)] = [
        ([0x80], 1),
        ([0xbf], 1),
        ([0x61, 0xff], 2),
        ([0xfe], 1),
        ([0xc0, 0x80], 1),
        ([0xc1, 0xbf], 1),
        ([0xe0, 0x80, 0x80], 1),
        ([0xe0, 0x9f, 0xbf], 1),
        ([0xf0, 0x80, 0x80, 0x80], 1),
        ([0xf0, 0x8f, 0xbf, 0xbf], 1),
        ([0xed, 0xa0, 0x80], 1),
        ([0xed, 0xbf, 0xbf], 1),
        ([0xf4, 0x90, 0x80, 0x80], 1),
        ([0xf5, 0x80, 0x80, 0x80], 1),
        ([0xf8, 0x88, 0x80, 0x80, 0x80], 1),
        ([0xc3], 1),
        ([0xe2, 0x82], 1),
        ([0xf0, 0x9d, 0x84], 1),
        ([0xc3, 0x28], 1),
        ([0xe2, 0x82, 0xac, 0xe2, 0x28, 0xa1], 4),
    ]

    @Test(arguments: encodings)
    func invalidUTF8IsRefused(bytes: [UInt8], offset: Int) {
        let text = [UInt8(ascii: "\"")] + bytes + Array("\"  ".utf8)
        #expect(throws: JSONSyntaxError(.invalidUTF8, offset: offset)) {
            try JSONValue(parsing: text)
        }
        #expect(throws: JSONSyntaxError(.invalidUTF8, offset: offset + 1)) {
            try JSONValue(parsing: [UInt8(ascii: "{")] + text + Array(":1}".utf8))
        }
    }

    @Test func cutSequenceAtTheEndIsRefused() {
        #expect(throws: JSONSyntaxError(.unexpectedEnd, offset: 3)) {
            try JSONValue(parsing: [UInt8(ascii: "\""), 0xe2, 0x82])
        }
    }

    @Test func duplicateIsFoundAmongManyKeys() throws {
        let members = (0..<5_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let object = try #require(try JSONValue(parsing: "{\(members)}").asObject)
        #expect(object.count == 5_000)
        #expect(throws: JSONSyntaxError.self) {
            try JSONValue(parsing: "{\(members),\"k17\":0}")
        }
    }

    @Test func messageSaysWhatAndWhere() {
        let error = JSONSyntaxError(.unexpectedByte(0x2c), offset: 7)
        #expect(error.message == "byte 0x2c can't stand here in JSON (at byte 7)")
    }
}
