import StrictJSON
import Testing

@Suite struct WriterTests {
    @Test func objectIsCompactAndInOrder() {
        var writer = JSONWriter()
        writer.object {
            $0.field("type", "price")
            $0.field("seq", 17)
            $0.field("late", false)
            $0.field("winner", nil as String?)
            $0.field("at", nil as Int64?)
            $0.fieldIfPresent("left_out", nil as Int64?)
            $0.fieldIfPresent("ref", "r1")
            $0.object("heads") {
                $0.key(dynamic: "lot\"1")
                $0.value(3)
                $0.key(dynamic: "lot2")
                $0.value(4)
            }
            $0.array("list") {
                $0.value("a")
                $0.null()
                $0.object { _ in }
                $0.array { $0.value(true) }
            }
            $0.field("tags", ["x", "y"])
            $0.field("none", [])
            $0.field("big", numberText: "1e400")
        }
        #expect(
            writer.text
                == #"{"type":"price","seq":17,"late":false,"winner":null,"at":null,"ref":"r1","#
                + #""heads":{"lot\"1":3,"lot2":4},"list":["a",null,{},[true]],"#
                + #""tags":["x","y"],"none":[],"big":1e400}"#)
    }

    @Test(arguments: [Int64.min, -1_000, -1, 0, 1, 9, 10, 99, 100, 9_007_199_254_740_991, .max])
    func integerIsWrittenInFull(integer: Int64) {
        var writer = JSONWriter()
        writer.value(integer)
        #expect(writer.text == String(integer))
    }

    static let strings: [(String, String)] = [
        ("", #""""#),
        ("\"\\/", #""\"\\/""#),
        ("\u{8}\u{9}\u{a}\u{c}\u{d}", #""\b\t\n\f\r""#),
        ("\0\u{1}\u{b}\u{e}\u{10}\u{1f}", #""\u0000\u0001\u000b\u000e\u0010\u001f""#),
        ("\u{7f}é€\u{1d11e}\u{2028}", "\"\u{7f}é€\u{1d11e}\u{2028}\""),
        ("\nab\n\ncd", #""\nab\n\ncd""#),
    ]

    @Test(arguments: strings)
    func stringIsEscapedMinimally(string: String, expected: String) {
        var writer = JSONWriter()
        writer.value(string)
        #expect(writer.bytes == Array(expected.utf8))
    }

    @Test func writerIsReusable() {
        var writer = JSONWriter()
        writer.object { $0.field("a", 1) }
        writer.removeAll()
        writer.array { $0.value(encoded: #"{"b":2}"#.utf8) }
        #expect(writer.text == #"[{"b":2}]"#)
    }

    @Test func bodiesMayThrowTheirOwnError() {
        var writer = JSONWriter()
        #expect(throws: JSONFieldError.self) {
            try writer.object { (inner: inout JSONWriter) throws(JSONFieldError) in
                inner.field("a", try JSONObject().string("a"))
            }
        }
    }
}
