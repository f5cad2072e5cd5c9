import AuctionRules
import BidService
import NIOCore
import NIOHTTP1
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("Asking for a lot's next change", .timeLimit(.minutes(5)))
struct LongPollTests {
    private static func json(_ response: RawResponse) throws -> JSONObject {
        try #require(try JSONValue(parsing: response.body.utf8).asObject)
    }

    @Test(
        "is answered at once when there is news",
        arguments: [
            "?after=1&wait=60", "?after=0&log=memory&wait=60", "?after=1",
            "?after=2&log=restored&wait=60", "?after=99&log=memory&wait=60", "?wait=60",
        ])
    func atOnce(_ query: String) async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            try await house.bid("a", 2000, token: try await house.bidder("ann"))
            let answer = try await Line.exchange(OpenHouse.lot + query, port: house.port)
            #expect(answer.status == 200)
            #expect(try Self.json(answer).string("type") == "snapshot")
            #expect(try Self.json(answer).integer("seq") == 2)
            #expect(try Self.json(answer).string("log") == "memory")
        }
    }

    @Test("is answered with 304 and nothing else when nothing happens", arguments: [0, 1])
    func nothingNew(_ seconds: Int) async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let answer = try await Line.exchange(
                OpenHouse.lot + "?after=1&log=memory&wait=\(seconds)", port: house.port)
            #expect(answer.status == 304)
            #expect(answer.body == "")
            #expect(answer.headers["Content-Length"] == [])
        }
    }

    @Test("is answered by the next change, for all who wait; each bidder sees its own part")
    func nextChange() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let (ann, ben) = (try await house.bidder("ann"), try await house.bidder("ben"))
            let port = house.port
            let path = OpenHouse.lot + "?after=1&log=memory&wait=60"
            let waiting = [ann, ben, nil, nil, nil].map { token in
                Task { try await Line.exchange(path, token: token, port: port) }
            }
            try await house.waitForPolls(5)
            // The loops don't forget them when they look for who has gone.
            try await house.second()
            // Words change nothing.
            try await house.office(.announce(text: "Look at the back"))
            try await house.waitForPolls(5)
            try await house.bid("a", 2000, token: ann)
            var answers: [RawResponse] = []
            for task in waiting { answers.append(try await task.value) }
            #expect(answers.map(\.status) == [200, 200, 200, 200, 200])
            for answer in answers { #expect(try Self.json(answer).integer("seq") == 2) }
            #expect(try Self.json(answers[0])["leading"] == .bool(true))
            #expect(try Self.json(answers[0]).integer("your_max") == 2000)
            #expect(try Self.json(answers[1])["leading"] == .bool(false))
            #expect(try Self.json(answers[1])["your_max"] == .null)
            for answer in answers[2...] {
                #expect(answer.body == answers[2].body)
                #expect(try Self.json(answer)["leading"] == .null)
            }
            try await house.waitForPolls(0)
        }
    }

    @Test("may be asked again and again on one connection")
    func again() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            let line = try await Line.open(port: house.port)
            for seq in 1...3 {
                try await line.request(OpenHouse.lot + "?after=\(seq)&log=memory&wait=60")
                try await house.waitForPolls(1)
                if seq == 1 {
                    try await house.bid("a", 2000, token: ann)
                } else {
                    try await house.office(seq == 2 ? .pause(reason: nil) : .resume)
                }
                #expect(try Self.json(try await line.answer()).integer("seq") == Int64(seq + 1))
            }
            await line.close()
        }
    }

    @Test("is given up at once by the server when the client hangs up")
    func hangsUp() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let line = try await Line.open(port: house.port)
            try await line.request(OpenHouse.lot + "?after=1&wait=60")
            try await house.waitForPolls(1)
            await line.close()
            try await house.waitForPolls(0)
        }
    }

    @Test("ends with 401 when the token is revoked, or expires")
    func losesToken() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            let ben = try await house.bidder("ben", ttl: 5000)
            let port = house.port
            let waiting = [ann, ben, nil].map { token in
                Task {
                    try await Line.exchange(
                        OpenHouse.lot + "?after=1&wait=60", token: token, port: port)
                }
            }
            try await house.waitForPolls(3)
            _ = try await house.administration.perform(.revokeTokens(try BidderID("ann")))
            #expect(try await waiting[0].value.status == 401)
            house.clock.set(Saleroom.noon.advanced(by: 5000))
            #expect(try await waiting[1].value.status == 401)
            try await house.waitForPolls(1)
            try await house.office(.pause(reason: nil))
            #expect(try await waiting[2].value.status == 200)
        }
    }

    @Test("ends with 503, and when to come back, when the server stops")
    func drains() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let port = house.port
            let waiting = (0..<3).map { _ in
                Task { try await Line.exchange(OpenHouse.lot + "?after=1&wait=60", port: port) }
            }
            try await house.waitForPolls(3)
            await house.drain()
            for task in waiting {
                let answer = try await task.value
                #expect(answer.status == 503)
                let seconds = try #require(answer.headers.first(name: "Retry-After"))
                #expect((1...5).contains(try #require(Int(seconds))))
                #expect(try Self.json(answer).string("code") == "unavailable")
            }
        }
    }

    @Test(
        "is refused when it makes no sense",
        arguments: [
            "?after=-1", "?after=x", "?after=1.5", "?after=9223372036854775808",
            "?after=1&wait=61", "?after=1&wait=-1", "?after=1&wait=now", "?after=1&after=2",
            "?wait=99",
        ])
    func refused(_ query: String) async throws {
        let room = try Saleroom()
        try await room.openLot()
        let reply = try await room.get("/v1/auctions/lot" + query)
        #expect(reply.status == 400)
        #expect(try reply.code == "bad_message")
    }

    @Test("of a lot that is not there is 404, and with a bad token 401, however long it would wait")
    func atOnceRefused() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let none = try await Line.exchange(
                "/v1/auctions/none?after=1&wait=60", port: house.port)
            #expect(none.status == 404)
            let stranger = try await Line.exchange(
                OpenHouse.lot + "?after=1&wait=60", token: "gvl_x", port: house.port)
            #expect(stranger.status == 401)
        }
    }
}
