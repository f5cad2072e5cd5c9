import AuctionRules
import Foundation
import NIOCore
import Testing
import WireProtocol

@testable import Gateway

@Suite("A message as an event")
struct EventChunkTests {
    @Test("is one chunk, with the object of the WebSocket as its data")
    func chunk() throws {
        let frame = ServerFrame(.watching(.init(try AuctionID("lot"), seq: 7)))
        let event = """
            event: watching
            id: 7-log-1
            data: {"type":"watching","auction":"lot","seq":7}


            """
        let size = String(event.utf8.count, radix: 16)
        let chunk = EventChunk.encode(frame, log: "log-1")
        #expect(String(buffer: chunk) == "\(size)\r\n\(event)\r\n")
        #expect(String(buffer: EventChunk.content(of: chunk)) == event)
    }

    @Test("has the seq and the log as its id when it is public, and none otherwise")
    func ids() throws {
        for text in [
            #"{"type":"notice","auction":"lot","text":"a\nb","at":1800000000000}"#,
            #"{"type":"heartbeat","server_time":1800000000000,"heads":{"lot":3}}"#,
            #"{"type":"outbid","auction":"lot","seq":3,"price":2,"minimum":3,"your_max":1}"#,
            #"{"type":"won","auction":"lot","seq":3,"price":2,"due":2}"#,
        ] {
            let message = try ServerFrame.decode(text.utf8).message
            #expect(lines(of: message) == ["event: \(message.type)", "data: \(text)"])
        }
        let price = """
            {"type":"price","auction":"lot","seq":3,"price":2,"minimum":3,"leader":"Bidder 1",\
            "bids":1,"reserve":"none","ends_at":null,"extensions":0,"at":1800000000000,\
            "buy_now":null}
            """
        let message = try ServerFrame.decode(price.utf8).message
        #expect(lines(of: message) == ["event: price", "id: 3-memory", "data: \(price)"])
    }

    @Test("tells when to come back, at random within the jitter, and only who may")
    func goodBye() {
        for _ in 0..<50 {
            let lines = lines(of: .bye(.init(.goingAway, wait: 100, jitter: 20)))
            #expect(lines.count == 3)
            let wait = Int(lines[1].dropFirst("retry: ".count)) ?? -1
            #expect((100...120).contains(wait), "\(lines[1])")
        }
        #expect(lines(of: .bye(.init(.revoked, wait: 100, jitter: 20))).count == 2)
        #expect(lines(of: .bye(.init(.tooSlow, wait: 0, jitter: 0))).count == 2)
    }

    private func lines(of message: ServerMessage) -> [String] {
        let chunk = EventChunk.encode(ServerFrame(message), log: "memory")
        return String(buffer: EventChunk.content(of: chunk))
            .split(separator: "\n").map(String.init)
    }
}

@Suite("Where a stream of events is taken up again")
struct EventPointTests {
    @Test(
        "is a seq with its log, or a seq alone",
        arguments: [
            ("7-memory", 7, "memory"), ("0-a-b-c", 0, "a-b-c"), ("12", 12, nil),
            ("9223372036854775807", Int64.max, nil),
        ] as [(String, Int64, String?)])
    func good(_ text: String, _ seq: Int64, _ log: String?) {
        let point = EventPoint(text)
        #expect(point == EventPoint(seq: seq, log: log))
        #expect(point?.description == text)
    }

    @Test(
        "is nothing else",
        arguments: ["", "-", "-1", "7-", "x", "7x", " 7", "+7", "9223372036854775808", "\u{0667}"])
    func bad(_ text: String) {
        #expect(EventPoint(text) == nil)
    }
}
