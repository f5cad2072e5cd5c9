import AuctionRules
import Testing
import WireProtocol

/// What a server must answer to frames that are no messages.
@Suite struct MalformedTests {
    /// The frame, and the start of the reply to it.
    static let table: [(String, String)] = [
        // No JSON object at all: a bad_message that names no ref.
        ("", bad("the JSON ends too early")),
        ("{", bad("the JSON ends too early")),
        ("nonsense", bad("byte 0x6f can't stand here")),
        ("null", bad("a message is one JSON object")),
        ("[{}]", bad("a message is one JSON object")),
        (#""bid""#, bad("a message is one JSON object")),
        (#"{"type":"time","client_time":1}{}"#, bad("there is more after the JSON value")),
        (#"{"type":"time","client_time":1,}"#, bad("byte 0x7d can't stand here")),
        (#"{"type":"time","type":"time"}"#, bad("a key occurs twice")),
        (#"{"type":"time","client_time":01}"#, bad("a number must not start")),
        (#"{'type':'time'}"#, bad("byte 0x27 can't stand here")),
        ("{\"type\":\"a\u{1}\"}", bad("a control character in a string")),
        (#"{"type":"\ud800"}"#, bad("a \\\\u surrogate must come as a pair")),
        // An object without a usable type.
        ("{}", bad(#"field \"type\" is missing"#)),
        (#"{"type":null}"#, bad(#"field \"type\" must be a string"#)),
        (#"{"type":7,"ref":"1"}"#, bad(#"field \"type\" must be a string"#)),
        (#"{"Type":"time"}"#, bad(#"field \"type\" is missing"#)),
        (#"{"type":"","ref":"1"}"#, unknownType("1")),
        (#"{"type":"BID","ref":"1"}"#, unknownType("1")),
        (#"{"type":"place_bid"}"#, unknownType(nil)),
        // A ref that can't be given back.
        (#"{"type":"time","ref":1,"client_time":1}"#, bad(#"field \"ref\" must be a string"#)),
        (
            #"{"type":"time","ref":"\#(String(repeating: "x", count: 65))","client_time":1}"#,
            bad(#"field \"ref\" must be at most 64 characters"#)
        ),
        // Fields of what is no bid.
        (#"{"type":"authenticate"}"#, bad(#"field \"token\" is missing"#)),
        (#"{"type":"authenticate","token":["t"]}"#, bad(#"field \"token\" must be a string"#)),
        (#"{"type":"watch"}"#, bad("exactly one of the fields")),
        (#"{"type":"watch","auction":"a","sale":"s"}"#, bad("exactly one of the fields")),
        (#"{"type":"watch","auction":7}"#, bad(#"field \"auction\" must be a string"#)),
        (#"{"type":"watch","auction":""}"#, bad(#"field \"auction\" must be 1 to 64 of"#)),
        (#"{"type":"watch","auction":"a b"}"#, bad(#"field \"auction\" must be 1 to 64 of"#)),
        (
            #"{"type":"watch","auction":"a","feed":"fast"}"#,
            bad(#"field \"feed\" must be one of \"latest\", \"full\""#)
        ),
        (#"{"type":"watch","auction":"a","after":3}"#, bad("the fields \\\"after\\\" and")),
        (#"{"type":"watch","auction":"a","log":"l"}"#, bad("the fields \\\"after\\\" and")),
        (
            #"{"type":"watch","auction":"a","after":-1,"log":"l"}"#,
            bad(#"field \"after\" must be from 0"#)
        ),
        (
            #"{"type":"watch","auction":"a","after":1.5,"log":"l"}"#,
            bad(#"field \"after\" must be an integer"#)
        ),
        (
            #"{"type":"watch","sale":"s","after":3,"log":"l"}"#,
            bad(#"\"after\" is for an auction"#)
        ),
        (#"{"type":"unwatch"}"#, bad("exactly one of the fields")),
        (#"{"type":"bid_status","auction":"a"}"#, bad(#"field \"id\" is missing"#)),
        (#"{"type":"receipt","id":"a"}"#, bad(#"field \"auction\" is missing"#)),
        (#"{"type":"time"}"#, bad(#"field \"client_time\" must be a number"#)),
        (#"{"type":"time","client_time":"1"}"#, bad(#"field \"client_time\" must be a number"#)),
        // A bid whose lot or id can't be read is no bid.
        (#"{"type":"bid","id":"b","amount":5}"#, bad(#"field \"auction\" is missing"#)),
        (#"{"type":"bid","auction":"a","amount":5}"#, bad(#"field \"id\" is missing"#)),
        (
            #"{"type":"buy","auction":"a","id":"\#(String(repeating: "x", count: 65))"}"#,
            bad(#"field \"id\" must be 1 to 64 of"#)
        ),
        (#"{"type":"retract","auction":null,"id":"b"}"#, bad(#"field \"auction\" must be"#)),
        // From there on it is judged.
        (bid(#""amount":"5000""#), rejected("invalid_amount", "The amount must be a whole number")),
        (bid(#""amount":50.0"#), rejected("invalid_amount")),
        (bid(#""amount":5e3"#), rejected("invalid_amount")),
        (bid(#""amount":0"#), rejected("invalid_amount")),
        (bid(#""amount":-0"#), rejected("invalid_amount")),
        (bid(#""amount":-5000"#), rejected("invalid_amount")),
        (bid(#""amount":9007199254740992"#), rejected("invalid_amount")),
        (bid(#""amount":9223372036854775808"#), rejected("invalid_amount")),
        (bid(#""amount":99999999999999999999999999"#), rejected("invalid_amount")),
        (bid(#""kind":"max""#), rejected("malformed", #"The bid can't be read: field \"amount\""#)),
        (bid(#""amount":null"#), rejected("malformed")),
        (bid(#""amount":true"#), rejected("malformed")),
        (bid(#""amount":[5]"#), rejected("malformed")),
        (bid(#""amount":5,"kind":"MAX""#), rejected("malformed")),
        (bid(#""amount":5,"kind":1"#), rejected("malformed")),
        (bid(#""amount":5,"confirm":"true""#), rejected("malformed")),
        (bid(#""amount":5,"receipt":1"#), rejected("malformed")),
        (bid(#""amount":5,"currency":840"#), rejected("malformed")),
        (bid(#""amount":5,"quantity":"1""#), rejected("malformed")),
        (bid(#""amount":5,"ask_seq":{}"#), rejected("malformed")),
        (bid(#""amount":5,"quantity":2"#), rejected("unsupported")),
        (
            #"{"type":"retract","ref":"r","auction":"a","id":"b"}"#,
            rejected("malformed", #"The bid can't be read: field \"bid\" is missing"#)
        ),
        (#"{"type":"retract","ref":"r","auction":"a","id":"b","bid":7}"#, rejected("malformed")),
        (
            #"{"type":"buy","ref":7,"auction":"a","id":"b"}"#,
            #"""
            {"type":"bid_rejected","auction":"a","id":"b","ref":null,"code":"malformed",\#
            "message":"The bid can't be read: field \"ref\" must be a string
            """#
        ),
    ]

    @Test(arguments: table.indices)
    func replyIsTheOneExpected(index: Int) throws {
        let (json, start) = Self.table[index]
        let fault = try #require(throws: WireFault.self) { try ClientFrame.decode(json.utf8) }
        let reply = text(fault.reply.encoded())
        #expect(reply.hasPrefix(start), "\(json) got \(reply)")
        #expect(try ServerFrame.decode(reply.utf8) == fault.reply)
    }

    @Test func bytesThatAreNotUTF8AreABadMessage() {
        let bytes = Array(#"{"type":""#.utf8) + [0xff] + Array(#""}"#.utf8)
        let fault = #expect(throws: WireFault.self) { try ClientFrame.decode(bytes) }
        guard case .error(.badMessage, _, nil)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test func nestingIsBounded() {
        let json = #"{"type":"time","x":"# + String(repeating: "[", count: 8000)
        #expect(throws: WireFault.self) { try ClientFrame.decode(json.utf8) }
    }

    private static func bid(_ fields: String) -> String {
        #"{"type":"bid","ref":"r","auction":"a","id":"b",\#(fields)}"#
    }

    private static func bad(_ message: String) -> String {
        #"{"type":"error","code":"bad_message","message":"The message can't be read: \#(message)"#
    }

    private static func unknownType(_ ref: String?) -> String {
        #"""
        {"type":"error","code":"unknown_type","message":"There is no such type of message.",\#
        "ref":\#(ref.map { "\"\($0)\"" } ?? "null")
        """#
    }

    private static func rejected(_ code: String, _ message: String = "") -> String {
        #"""
        {"type":"bid_rejected","auction":"a","id":"b","ref":"r","code":"\#(code)",\#
        "message":"\#(message)
        """#
    }
}
