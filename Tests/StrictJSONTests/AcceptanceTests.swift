import StrictJSON
import Testing

/// What the parser takes, and as what: tables in the manner of JSONTestSuite's `y_` files.
@Suite struct AcceptanceTests {
    static let scalars: [(String, JSONValue)] = [
        ("null", .null),
        ("true", .bool(true)),
        ("false", .bool(false)),
        (" \t\r\n 1 \n", .integer(1)),
        ("0", .integer(0)),
        ("-0", .integer(0)),
        ("-1", .integer(-1)),
        ("9007199254740991", .integer(9_007_199_254_740_991)),
        ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number("9223372036854775808")),
        ("-9223372036854775809", .number("-9223372036854775809")),
        ("99999999999999999999", .number("99999999999999999999")),
        ("0.5", .number("0.5")),
        ("-0.0", .number("-0.0")),
        ("1.0", .number("1.0")),
        ("1e2", .number("1e2")),
        ("1E+2", .number("1E+2")),
        ("0e0", .number("0e0")),
        ("123.456e-78", .number("123.456e-78")),
        (String(repeating: "1", count: 64), .number(String(repeating: "1", count: 64))),
    ]

    @Test(arguments: scalars)
    func scalarIsRead(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    static let strings: [(String, String)] = [
        (#""""#, ""),
        (#""a""#, "a"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""\u0000""#, "\0"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\ud834\udd1e""#, "\u{1d11e}"),
        (#""\uDBFF\uDFFF""#, "\u{10ffff}"),
        (#""\uFFFF""#, "\u{ffff}"),
        (#""a\nb\nc""#, "a\nb\nc"),
        ("\"\u{7f}\"", "\u{7f}"),
        ("\"é€\u{10ffff}\"", "é€\u{10ffff}"),
        ("\"\u{d7ff}\u{e000}\u{80}\u{800}\u{10000}\"", "\u{d7ff}\u{e000}\u{80}\u{800}\u{10000}"),
        ("\"\u{2028}\"", "\u{2028}"),
        (#""\\u0041""#, "\\u0041"),
    ]

    @Test(arguments: strings)
    func stringIsRead(text: String, expected: String) throws {
        #expect(try JSONValue(parsing: text) == .string(expected))
    }

    @Test func arraysAndObjectsKeepTheirOrder() throws {
        let value = try JSONValue(
            parsing: #" { "b" : [ 1 , "x", [ ], { } ] , "a" : null, "" : 1 } "#)
        let object = try #require(value.asObject)
        #expect(object.members.map(\.key) == ["b", "a", ""])
        #expect(
            object["b"]
                == .array([.integer(1), .string("x"), .array([]), .object(JSONObject())]))
        #expect(object["a"] == .null)
        #expect(object["c"] == nil)
    }

    @Test func nestingIsAllowedUpToTheLimit() throws {
        let text = String(repeating: "[", count: 16) + String(repeating: "]", count: 16)
        _ = try JSONValue(parsing: text)
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 16), offset: 16)) {
            try JSONValue(parsing: "[" + text + "]")
        }
        let limits = JSONLimits(depthMax: 17)
        _ = try JSONValue(parsing: "[" + text + "]", limits: limits)
    }

    @Test func limitsAreBoundedWhateverIsAsked() throws {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONSyntaxError(.tooDeep(limit: 256), offset: 256)) {
            try JSONValue(parsing: text, limits: JSONLimits(depthMax: .max))
        }
    }

    /// Keys are compared by their bytes: the Kelvin sign is not a K, though Swift says so.
    @Test func keysAndStringsAreEqualByBytes() throws {
        let object = try #require(
            try JSONValue(parsing: "{\"\u{212a}\":1,\"K\":2}").asObject)
        #expect(object.count == 2)
        #expect(object["K"] == .integer(2))
        #expect(JSONValue.string("\u{212a}") != .string("K"))
    }

    @Test func inputMayBeContiguousOrNot() throws {
        let expected = JSONValue.array([.integer(1)])
        let bytes = Array("[1]".utf8)
        #expect(try JSONValue(parsing: bytes) == expected)
        #expect(try JSONValue(parsing: bytes[...]) == expected)
        #expect(try JSONValue(parsing: bytes.reversed().reversed()) == expected)
        #expect(try bytes.withUnsafeBytes { try JSONValue.parse($0) } == expected)
    }
}
