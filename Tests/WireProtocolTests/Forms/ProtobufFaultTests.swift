import AuctionRules
import FoundationEssentials
import SwiftProtobuf
import Testing

@testable import WireProtocol

@Suite("What is refused in JSON is refused in Protocol Buffers, with the same words")
struct ProtobufFaultTests {
    /// A message as JSON, and the same in the schema's terms.
    static let pairs: [(json: String, frame: ProtoClientFrame)] = [
        (#"{"type":"authenticate"}"#, .saying(.authenticate(.init()))),
        (
            #"{"type":"authenticate","token":"\#(long(4097))"}"#,
            .saying(.authenticate(.with { $0.token = long(4097) }))
        ),
        (
            #"{"type":"time","client_time":1,"ref":"\#(long(65))"}"#,
            .saying(.time(.with { $0.clientTime = 1 }), ref: long(65))
        ),
        (#"{"type":"time"}"#, .saying(.time(.init()))),
        (
            #"{"type":"time","client_time":null}"#,
            .saying(.time(.with { $0.clientTimeText = "Infinity" }))
        ),
        (
            #"{"type":"time","client_time":null}"#,
            .saying(.time(.with { $0.clientTimeText = " 1" }))
        ),
        (
            #"{"type":"time","client_time":"1"}"#,
            .saying(.time(.with { $0.clientTimeText = #""1""# }))
        ),
        // Watching.
        (#"{"type":"watch"}"#, .saying(.watch(.init()))),
        (#"{"type":"watch","auction":""}"#, .saying(.watch(.with { $0.auction = "" }))),
        (#"{"type":"watch","sale":"a b"}"#, .saying(.watch(.with { $0.sale = "a b" }))),
        (
            #"{"type":"watch","auction":"a","feed":"7"}"#,
            .saying(
                .watch(
                    .with {
                        $0.auction = "a"
                        $0.feed = .UNRECOGNIZED(7)
                    }))
        ),
        (
            #"{"type":"watch","auction":"a","after":3}"#,
            .saying(.watch(.with { ($0.auction, $0.after) = ("a", 3) }))
        ),
        (
            #"{"type":"watch","auction":"a","after":-1,"log":"l"}"#,
            .saying(.watch(.with { ($0.auction, $0.after, $0.log) = ("a", -1, "l") }))
        ),
        (
            #"{"type":"watch","auction":"a","after":0,"log":"\#(long(65))"}"#,
            .saying(.watch(.with { ($0.auction, $0.after, $0.log) = ("a", 0, long(65)) }))
        ),
        (
            #"{"type":"watch","sale":"s","after":3,"log":"l"}"#,
            .saying(.watch(.with { ($0.sale, $0.after, $0.log) = ("s", 3, "l") }))
        ),
        (#"{"type":"unwatch","ref":"r"}"#, .saying(.unwatch(.init()), ref: "r")),
        // Bids whose lot or id can't be read, and others.
        (#"{"type":"bid"}"#, .saying(.bid(.init()))),
        (
            #"{"type":"bid","id":"b","amount":5}"#,
            .saying(.bid(.with { ($0.id, $0.amount) = ("b", 5) }))
        ),
        (
            #"{"type":"buy","auction":"a","id":"\#(long(65))"}"#,
            .saying(.buy(.with { ($0.auction, $0.id) = ("a", long(65)) }))
        ),
        (
            #"{"type":"buy","auction":"a","id":"b","ref":"\#(long(65))"}"#,
            .saying(.buy(.with { ($0.auction, $0.id) = ("a", "b") }), ref: long(65))
        ),
        (bid(""), .bid { _ in }),
        (bid(#","amount":0"#), .bid { $0.amount = 0 }),
        (bid(#","amount":-1"#), .bid { $0.amount = -1 }),
        (bid(#","amount":-9223372036854775808"#), .bid { $0.amount = .min }),
        (bid(#","amount":9007199254740992"#), .bid { $0.amount = 9_007_199_254_740_992 }),
        (bid(#","amount":9223372036854775807"#), .bid { $0.amount = .max }),
        (
            bid(#","amount":5,"kind":"99""#),
            .bid { ($0.amount, $0.kind) = (5, .UNRECOGNIZED(99)) }
        ),
        (bid(#","amount":5,"quantity":2"#), .bid { ($0.amount, $0.quantity) = (5, 2) }),
        (bid(#","amount":5,"quantity":0"#), .bid { ($0.amount, $0.quantity) = (5, 0) }),
        (
            bid(#","amount":5,"currency":"\#(long(65))""#),
            .bid { ($0.amount, $0.currency) = (5, long(65)) }
        ),
        (
            #"{"type":"retract","auction":"a","id":"b"}"#,
            .saying(.retract(.with { ($0.auction, $0.id) = ("a", "b") }))
        ),
        (
            #"{"type":"retract","auction":"a","id":"b","bid":"?"}"#,
            .saying(.retract(.with { ($0.auction, $0.id, $0.bid) = ("a", "b", "?") }))
        ),
        (#"{"type":"receipt"}"#, .saying(.receipt(.init()))),
        (
            #"{"type":"bid_status","auction":"a"}"#,
            .saying(.bidStatus(.with { $0.auction = "a" }))
        ),
    ]

    @Test("The verdict is the same", arguments: pairs.indices)
    func sameVerdict(index: Int) throws {
        let (json, frame) = Self.pairs[index]
        let fromJSON = #expect(throws: WireFault.self) { try ClientFrame.decode(json.utf8) }
        let fromProtobuf = #expect(throws: WireFault.self) {
            try ClientFrame.decode(frame.encoded(), as: .protobuf)
        }
        #expect(fromProtobuf == fromJSON)
    }

    @Test("An unspecified word is an absent one, and what this server lacks may be there")
    func unspecified() throws {
        let bid = ProtoClientFrame.bid {
            ($0.amount, $0.kind, $0.confirm, $0.quantity) = (5, .unspecified, false, 1)
            $0.askSeq = -7
        }
        let expected = BidMessage(
            auction: Scene.id("a"), id: Scene.id("b"), amount: Scene.amount(5), askSeq: -7)
        #expect(
            try ClientFrame.decode(bid.encoded(), as: .protobuf) == ClientFrame(.bid(expected)))
    }

    @Test("A message that is not known is told so, with its ref")
    func unknownType() {
        // Field 99 with an empty message, and the ref.
        let bytes: [UInt8] = [0x0a, 0x01, 0x37, 0x9a, 0x06, 0x00]
        #expect(
            throws: WireFault.error(
                .unknownType, message: "There is no such type of message.", ref: "7")
        ) { try ClientFrame.decode(bytes, as: .protobuf) }
        let later = try? ServerFrame.decode(bytes, as: .protobuf)
        #expect(later == ServerFrame(.unknown(type: ""), ref: "7"))
    }

    @Test(
        "What is no frame at all is a bad message, or none of the protocol",
        arguments: [
            // Nothing; only a ref; a field of the wrong kind is a field that is not known.
            [], [0x0a, 0x01, 0x37],
            // Cut short; a length beyond the end; a length of 2^63 and more; a varint that never
            // ends; field number 0; the group kinds without a partner; wire kinds 6 and 7.
            [0x2a], [0x2a, 0x05, 0x0a], [0x2a] + Array(repeating: 0xff, count: 9) + [0x7f],
            [0x2a] + Array(repeating: 0xff, count: 20), [0x02, 0x00], [0x0b], [0x0c],
            [0x0e], [0x0f],
            // Text that is not UTF-8.
            [0x0a, 0x01, 0xff],
            Array(#"{"type":"time","client_time":1}"#.utf8),
        ] as [[UInt8]])
    func noFrame(bytes: [UInt8]) {
        let fault = #expect(throws: WireFault.self) {
            try ClientFrame.decode(bytes, as: .protobuf)
        }
        guard case .error(.badMessage, _, nil)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(throws: WireMismatch.self) { try ServerFrame.decode(bytes, as: .protobuf) }
    }

    @Test("Nesting is bounded, also in what is not known")
    func nesting() {
        // Groups in groups, under a field that is not known: opened, and then closed again.
        let groups =
            Array(repeating: [0x9b, 0x06] as [UInt8], count: 8000).flatMap { $0 }
            + Array(repeating: [0x9c, 0x06] as [UInt8], count: 8000).flatMap { $0 }
        #expect(throws: WireFault.self) { try ClientFrame.decode(groups, as: .protobuf) }
        #expect(throws: WireMismatch.self) { try ServerFrame.decode(groups, as: .protobuf) }
    }

    @Test("A server's message that breaks the protocol is none")
    func serverFaults() {
        let frames: [ProtoServerFrame] = [
            .with { $0.price = .init() },
            .with { $0.won = .with { ($0.auction, $0.price) = ("a", 0) } },
            .with { $0.bye = .with { $0.code = 70_000 } },
            .with { $0.bye = .with { $0.code = -1 } },
            .with { $0.watching = .init() },
            .with { $0.heartbeat = .with { $0.heads = [.with { $0.auction = "" }] } },
            .with {
                let head = ProtoHead.with { $0.auction = "a" }
                $0.heartbeat = .with { $0.heads = [head, head] }
            },
            .with {
                $0.receipt = .with { ($0.auction, $0.id, $0.receipt) = ("a", "b", "[]") }
            },
            .with {
                $0.receipt = .with {
                    ($0.auction, $0.id, $0.receipt) = ("a", "b", #"{},"more":{}"#)
                }
            },
            .with { $0.welcome = .with { $0.serverTime = -1 } },
            .with { $0.welcome = .with { $0.maxMessageBytes = .min } },
        ]
        for frame in frames {
            #expect(throws: WireMismatch.self, "\(frame)") {
                try ServerFrame.decode(frame.encoded(), as: .protobuf)
            }
        }
    }

    @Test("A receipt can't say who the frame is for")
    func receiptIsNoFrame() throws {
        let frame = ProtoServerFrame.with {
            $0.receipt = .with {
                ($0.auction, $0.id) = ("a", "b")
                $0.receipt = #"{"type":"bye","ref":"x","auction":"c","seq":1}"#
            }
        }
        let read = try ServerFrame.decode(frame.encoded(), as: .protobuf)
        #expect(text(read.encoded()) == #"{"type":"receipt","auction":"a","id":"b","seq":1}"#)
    }

    @Test("A receipt may be nested as deeply in one form as in the other", arguments: 10...18)
    func nestedReceipts(depth: Int) throws {
        let content =
            #"{"x":"# + String(repeating: "[", count: depth)
            + String(repeating: "]", count: depth) + "}"
        let members = content.dropFirst().dropLast()
        let hash = String(repeating: "0", count: 64)
        let pairs: [(String, ProtoServerFrame)] = [
            (
                #"{"type":"receipt","auction":"a","id":"b",\#(members)}"#,
                .with {
                    $0.receipt = .with {
                        ($0.auction, $0.id, $0.receipt) = ("a", "b", content)
                    }
                }
            ),
            (
                #"""
                {"type":"bid_accepted","auction":"a","id":"b","ref":null,"seq":1,"leading":null,
                "your_max":1,"price":null,"minimum":null,"reserve":"none","ends_at":null,"at":1,
                "hash":"\#(hash)","receipt":\#(content)}
                """#,
                .with {
                    $0.bidAccepted = .with {
                        ($0.auction, $0.id, $0.seq, $0.yourMax, $0.at) = ("a", "b", 1, 1, 1)
                        ($0.reserve, $0.receipt) = (.none, content)
                        $0.hash = .init(count: 32)
                    }
                }
            ),
        ]
        for (json, frame) in pairs {
            let fromJSON = try? ServerFrame.decode(json.utf8)
            #expect((try? ServerFrame.decode(frame.encoded(), as: .protobuf)) == fromJSON)
            #expect(fromJSON != nil || depth > 14)
        }
    }

    private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static func bid(_ fields: String) -> String {
        #"{"type":"bid","auction":"a","id":"b"\#(fields)}"#
    }
}

extension ProtoClientFrame {
    static func saying(_ message: OneOf_Message, ref: String? = nil) -> ProtoClientFrame {
        .with { frame in
            frame.message = message
            if let ref { frame.ref = ref }
        }
    }

    static func bid(_ fill: (inout ProtoBid) -> Void) -> ProtoClientFrame {
        saying(
            .bid(
                .with {
                    ($0.auction, $0.id) = ("a", "b")
                    fill(&$0)
                }))
    }
}
