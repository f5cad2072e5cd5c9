import AuctionRules
import BidService
import NIOCore
import NIOEmbedded
import Testing
import WireProtocol

@testable import Gateway

@Suite("A conversation in Protocol Buffers", .timeLimit(.minutes(5)))
struct BinaryConversationTests {
    @Test(
        "Every message gets the answer that it gets in JSON, with its ref",
        arguments: ConversationTests.answers)
    func table(said: String, answer: String, code: String?) async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let caller = try await gallery.connect(
            token: gallery.bidder("ann"), encoding: .protobuf)
        #expect(try await caller.next().name == "welcome")
        let json = said.dropLast() + #","ref":"r7"}"#
        try await caller.say(try ClientFrame.decode(json.utf8))
        guard case .message(let frame) = try await caller.next() else {
            Issue.record("closed")
            return
        }
        #expect(frame.message.type == answer)
        #expect(frame.ref == "r7")
        switch frame.message {
        case .error(let failure): #expect(failure.code.rawValue == code)
        case .bidRejected(let rejected): #expect(code == nil || rejected.code == code)
        default: #expect(code == nil)
        }
    }

    @Test("Both forms hear the same of a lot")
    func sameStream() async throws {
        let gallery = try await Gallery()
        try await gallery.openLots(["lot"])
        let bidder = try await gallery.connect(token: gallery.bidder("ann"))
        _ = try await bidder.next()
        var heard: [[Caller.Heard]] = []
        var watchers: [Caller] = []
        for encoding in WireEncoding.allCases {
            let watcher = try await gallery.connect(encoding: encoding)
            _ = try await watcher.next()
            try await watcher.say(
                ClientFrame(.watch(.auction(try AuctionID("lot")), feed: .full), ref: "w"))
            watchers.append(watcher)
            heard.append([try await watcher.next()])
        }
        for (id, amount) in [("1", 5000), ("2", 6000)] as [(String, Int)] {
            _ = try await bidder.ask(
                #"{"type":"bid","auction":"lot","id":"\#(id)","amount":\#(amount)}"#)
        }
        _ = await gallery.service.perform(
            .administer(try AuctionID("lot"), .announce(text: "The end")))
        for (index, watcher) in watchers.enumerated() {
            for _ in 0..<2 { heard[index].append(try await watcher.next()) }
        }
        #expect(heard[0] == heard[1])
        #expect(heard[0].map(\.name) == ["snapshot", "price", "notice"])
    }

    @Test("What is no message gets its error, and the connection goes on")
    func malformed() async throws {
        let gallery = try await Gallery()
        let caller = try await gallery.connect(encoding: .protobuf)
        _ = try await caller.next()
        try await caller.say([0x9a, 0x06, 0x00])
        try await caller.say([0xff])
        for code in [ErrorCode.unknownType, .badMessage] {
            guard case .message(let frame) = try await caller.next(),
                case .error(let failure) = frame.message
            else { throw Surprise("no error") }
            #expect(failure.code == code)
        }
        try await caller.say(ClientFrame(.time(ClientTime(1))))
        #expect(try await caller.next().name == "time")
    }

    @Test("The wrong kind of frame ends the connection with 1003, after a bye in the right one")
    func wrongKind() async throws {
        let gallery = try await Gallery()
        for encoding in WireEncoding.allCases {
            let caller = try await gallery.connect(encoding: encoding)
            _ = try await caller.next()
            let wrong: WebSocketOpcode = encoding == .json ? .binary : .text
            try await caller.channel.writeInbound(
                ByteBuffer(bytes: Wire.frame(wrong, Array("{}".utf8))))
            #expect(try await caller.next().name == "bye")
            #expect(try await caller.next() == .close(1003))
        }
    }
}
