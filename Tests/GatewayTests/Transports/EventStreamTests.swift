import AuctionRules
import BidService
import Foundation
import NIOHTTP1
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("A lot's events", .timeLimit(.minutes(5)))
struct EventStreamTests {
    @Test("begin with a snapshot, follow every change, and carry what a proxy must know")
    func follows() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            let events = try await house.events("?feed=full")
            let head = await events.head
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            for line in [
                "Content-Type: text/event-stream", "Cache-Control: no-store",
                "X-Accel-Buffering: no", "transfer-encoding: chunked",
            ] {
                #expect(head.components(separatedBy: "\r\n").contains(line), "\(line)")
            }
            let first = try #require(try await events.next())
            #expect(first.name == "snapshot")
            #expect(first.id == "1-memory")
            #expect(try first.json["leading"] == .null)
            for number in 2...4 {
                try await house.bid("\(number)", number * 1000, token: ann)
                try await house.bid("\(number)-", number * 1000 + 1, token: ann)
            }
            let ben = try await house.bidder("ben")
            try await house.bid("b", 1500, token: ben)
            try await house.office(.announce(text: "Look at the back"))
            try await house.office(.pause(reason: "Coffee"))
            for (name, id) in [
                ("price", "2-memory"), ("price", "3-memory"), ("notice", nil),
                ("status", "4-memory"),
            ] as [(String, String?)] {
                let event = try #require(try await events.next())
                #expect(event.name == name)
                #expect(event.id == id)
                #expect(try event.json.string("type") == name)
            }
            await events.close()
        }
    }

    @Test("go on where they were left, wherever that was, without a hole and without a double")
    func resumes() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let bidders = [try await house.bidder("ann"), try await house.bidder("ben")]
            var random = SplitMix(seed: 20_261_126)
            var events = try await house.events("?feed=full")
            var amount = 1000
            var seen: [Int64] = [try #require(try await events.next()).json.integer("seq")]
            for _ in 0..<12 {
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    amount += 500
                    try await house.bid("x\(amount)", amount, token: bidders[amount / 500 % 2])
                }
                // Some are read, the others are missed.
                let newest = try house.state.seq
                let stop = Int64.random(in: seen[seen.count - 1]...newest, using: &random)
                while seen[seen.count - 1] < stop {
                    let event = try #require(try await events.next())
                    #expect(event.name == "price")
                    seen.append(try event.json.integer("seq"))
                }
                await events.close()
                let id = try #require(await events.lastID)
                #expect(id == "\(stop)-memory")
                events = try await house.events("?feed=full", after: id)
                while seen[seen.count - 1] < newest {
                    let event = try #require(try await events.next())
                    #expect(event.name == "price")
                    seen.append(try event.json.integer("seq"))
                }
                let watching = try #require(try await events.next())
                #expect(watching.name == "watching")
                #expect(watching.id == "\(newest)-memory")
            }
            #expect(seen == Array(1...seen[seen.count - 1]))
            await events.close()
        }
    }

    @Test(
        "begin with a snapshot where they can't go on",
        arguments: ["2-restored", "99-memory", "99", "nonsense", "-1-memory", "2-"])
    func startsOver(_ id: String) async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            try await house.bid("a", 2000, token: ann)
            let events = try await house.events(after: id)
            let first = try #require(try await events.next())
            #expect(first.name == "snapshot")
            #expect(first.id == "2-memory")
            await events.close()
        }
    }

    @Test("take a bare seq, or the place in the address, as the header is not for everybody")
    func otherPlaces() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            try await house.bid("a", 2000, token: ann)
            for (query, id) in [
                ("", "1"), ("?after=1&log=memory", nil), ("?after=1", nil),
                // A client that comes back asks with its first address.
                ("?after=0&log=memory", "1-memory"),
            ] as [(String, String?)] {
                let events = try await house.events(query, after: id)
                for (name, id) in [("price", "2-memory"), ("watching", "2-memory")] {
                    let event = try #require(try await events.next())
                    #expect(event.name == name)
                    #expect(event.id == id)
                }
                await events.close()
            }
            let other = try await house.events("?after=1&log=restored")
            #expect(try await other.next()?.name == "snapshot")
            await other.close()
        }
    }

    @Test("tell a bidder its own part, without moving the place to go on from")
    func ownPart() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let (ann, ben) = (try await house.bidder("ann"), try await house.bidder("ben"))
            try await house.bid("a", 2000, token: ann)
            let own = try await house.events("?feed=full", token: ann)
            let first = try #require(try await own.next())
            #expect(try first.json["leading"] == .bool(true))
            #expect(try first.json.integer("your_max") == 2000)
            let other = try await house.events("?feed=full")
            #expect(try await other.next()?.json["your_max"] == .null)
            try await house.bid("b", 3000, token: ben)
            try await house.office(.close(reason: nil))
            var (names, ids) = ([String](), [String?]())
            while names.count < 4, let event = try await own.next() {
                names.append(event.name)
                ids.append(event.id)
            }
            #expect(names == ["price", "outbid", "status", "lost"])
            #expect(ids == ["3-memory", nil, "4-memory", nil])
            #expect(try await other.next()?.name == "price")
            #expect(try await other.next()?.name == "status")
            await own.close()
            await other.close()
        }
    }

    @Test("end with a good-bye within a second when the token is revoked, or expires")
    func losesToken() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            let ben = try await house.bidder("ben", ttl: 5000)
            let revoked = try await house.events(token: ann)
            let expired = try await house.events(token: ben)
            for events in [revoked, expired] {
                #expect(try await events.next()?.name == "snapshot")
            }
            _ = try await house.administration.perform(.revokeTokens(try BidderID("ann")))
            house.clock.set(Saleroom.noon.advanced(by: 5000))
            for (events, code) in [(revoked, 4503), (expired, 4105)] as [(EventReader, Int64)] {
                let bye = try #require(try await events.next())
                #expect(bye.name == "bye")
                #expect(bye.id == nil)
                #expect(try bye.json.integer("code") == code)
                #expect(try await events.next() == nil)
                #expect(await events.hasEnded)
            }
            let again = try await Line.exchange(
                OpenHouse.lot + "/events", token: ann, port: house.port)
            #expect(again.status == 401)
        }
    }

    @Test("beat, so that a client knows that they live")
    func heartbeats() async throws {
        var limits = GatewayLimits.generous
        limits.heartbeatSeconds = 1
        try await OpenHouse.run(limits: limits) { house in
            try await house.openLot { $0.closesAt = nil }
            let events = try await house.events()
            #expect(try await events.any()?.name == "snapshot")
            for _ in 0..<2 {
                let beat = try #require(try await events.any())
                #expect(beat.name == "heartbeat")
                #expect(beat.id == nil)
                #expect(try beat.json.integer("server_time") == Saleroom.noon.milliseconds)
            }
            await events.close()
        }
    }

    @Test("end in order, with the time to come back, when the server stops; nobody is waited for")
    func drains() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let events = try await house.events()
            #expect(try await events.next()?.name == "snapshot")
            async let drained: Void = house.drain()
            let bye = try #require(try await events.next())
            #expect(bye.name == "bye")
            #expect(try bye.json.integer("code") == 1001)
            let retry = try #require(bye.retry)
            #expect((0...5000).contains(retry))
            #expect(try await events.next() == nil)
            #expect(await events.hasEnded)
            await events.close()
            await drained
        }
    }

    @Test("are as many for a bidder as he may have connections; one more is told why")
    func tooMany() async throws {
        var limits = GatewayLimits.generous
        limits.connectionsPerBidderMax = 2
        try await OpenHouse.run(limits: limits) { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            let first = try await house.events(token: ann)
            let second = try await house.events(token: ann)
            for events in [first, second] {
                #expect(try await events.next()?.name == "snapshot")
            }
            let third = try await house.events(token: ann)
            let bye = try #require(try await third.next())
            #expect(try bye.json.integer("code") == 4504)
            #expect(try await third.next() == nil)
            for events in [first, second] { await events.close() }
        }
    }

    @Test(
        "are refused where they can't be had",
        arguments: [
            ("/v1/auctions/none/events", 404), ("/v1/auctions/lot/events?feed=best", 400),
            ("/v1/auctions/lot/events?after=-1", 400),
            ("/v1/auctions/lot/events?after=1&after=2", 400),
            ("/v1/auctions/lot/events/", 404),
        ])
    func refused(_ path: String, _ status: Int) async throws {
        let room = try Saleroom()
        try await room.openLot()
        #expect(try await room.get(path).status == UInt(status))
    }

    @Test("are never asked for with a credential in the address")
    func noTickets() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            try await house.bid("a", 2000, token: ann)
            for name in ["ticket", "token", "access_token"] {
                let events = try await house.events("?\(name)=\(ann)")
                #expect(try await events.next()?.json["your_max"] == .null)
                await events.close()
            }
        }
    }

    @Test("have a head for whoever asks for no more")
    func head() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let response = try await Line.exchange(
                OpenHouse.lot + "/events", method: "HEAD", port: house.port)
            #expect(response.status == 200)
            #expect(response.headers["Content-Type"] == ["text/event-stream"])
        }
    }
}
