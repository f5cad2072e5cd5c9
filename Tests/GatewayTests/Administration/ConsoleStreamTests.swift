import AuctionRules
import BidService
import NIOHTTP1
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("What administrators are told as it happens", .timeLimit(.minutes(5)))
struct ConsoleStreamTests {
    @Test("is what everybody is told, and before each change whose request made it")
    func follows() async throws {
        try await OpenHouse.run { house in
            try await house.openSale(lots: 2)
            let boss = try await house.administrator()
            let (ann, ben) = (try await house.bidder("ann"), try await house.bidder("ben"))
            let console = try await house.console(#"{"sale":"spring"}"#, token: boss)
            #expect(await console.head.hasPrefix("HTTP/1.1 200 "))
            #expect(await console.head.contains("text/event-stream"))
            let beginning = try #require(try await console.news())
            #expect(beginning.name == "console")
            #expect(try beginning.json.string("administrator") == "boss")
            #expect(try beginning.json.string("log") == "memory")
            for lot in ["lot1", "lot2"] {
                let snapshot = try #require(try await console.news())
                #expect(snapshot.name == "snapshot")
                #expect(try snapshot.json.string("auction") == lot)
            }
            #expect(try await console.news()?.name == "watching")
            try await house.bid("a", 5000, on: "lot1", token: ann)
            try await house.refused("b", 1000, on: "lot1", token: ben)
            try await house.office(.announce(text: "Look at the back"), on: "lot2")
            try await house.office(
                .voidBid(try BidID("a"), bidder: nil, reason: "typo"), on: "lot1")
            let taken = try #require(try await console.news())
            #expect(taken.name == "request")
            #expect(taken.id == nil)
            #expect(try taken.json.string("bidder") == "ann")
            #expect(try taken.json["amount"] == .null)
            #expect(try taken.json.integer("seq") == 2)
            let price = try #require(try await console.news())
            #expect(price.name == "price")
            #expect(try price.json.integer("seq") == 2)
            #expect(!price.data.contains("ann"))
            let refused = try #require(try await console.news())
            #expect(refused.name == "request")
            #expect(try refused.json.string("bidder") == "ben")
            #expect(try refused.json.string("code") == "too_low")
            #expect(try refused.json.integer("amount") == 1000)
            #expect(try await console.news()?.name == "notice")
            #expect(try await console.news()?.name == "price")
            await console.close()
        }
    }

    @Test("has amounts that others must not know only when they are asked for, which is logged")
    func reveals() async throws {
        try await OpenHouse.run { house in
            try await house.openSale(lots: 1)
            let boss = try await house.administrator()
            let ann = try await house.bidder("ann")
            let console = try await house.console(
                #"{"auctions":["lot1"],"reveal":true}"#, token: boss)
            #expect(try await console.news()?.json["reveal"] == .bool(true))
            #expect(try await console.news()?.name == "snapshot")
            try await house.bid("a", 5000, on: "lot1", token: ann)
            #expect(try await console.news()?.json.integer("amount") == 5000)
            await console.close()
        }
        let room = try Saleroom()
        try await room.openLot()
        let boss = try await room.administrator("grace")
        for reveal in [false, true] {
            let body = #"{"auctions":["lot"],"reveal":\#(reveal)}"#
            _ = try? await room.post(AdminWatch.path, body, token: boss)
        }
        let lines = room.logged.all.filter { $0.contains("command=watch") }
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("info") && lines[1].hasPrefix("notice"))
        #expect(lines[1].contains("Secrets are revealed") && lines[1].contains("grace"))
    }

    @Test("is of the lots that were asked for, and of no others")
    func scope() async throws {
        try await OpenHouse.run { house in
            try await house.openSale(lots: 2)
            try await house.openLot()
            let boss = try await house.administrator()
            let ann = try await house.bidder("ann")
            let sale = try await house.console(#"{"sale":"spring"}"#, token: boss)
            let lot = try await house.console(#"{"auctions":["lot"]}"#, token: boss)
            while try await sale.news()?.name != "watching" {}
            while try await lot.news()?.name != "snapshot" {}
            for id in ["lot", "lot2"] { try await house.bid("x", 5000, on: id, token: ann) }
            #expect(try await sale.news()?.json.string("auction") == "lot2")
            #expect(try await lot.news()?.json.string("auction") == "lot")
            #expect(try await lot.news()?.name == "price")
            // A lot that the sale gets later is told of, too.
            try await house.openLot("lot3") { $0.sale = try? SaleID("spring") }
            #expect(try await sale.news()?.name == "price")
            let new = try #require(try await sale.news())
            #expect(new.name == "snapshot")
            #expect(try new.json.string("auction") == "lot3")
            for console in [sale, lot] { await console.close() }
        }
    }

    @Test("is a large sale as fast as the connection takes it")
    func largeSale() async throws {
        try await OpenHouse.run { house in
            try await house.openSale(lots: 4000)
            let boss = try await house.administrator()
            let console = try await house.console(
                #"{"sale":"spring"}"#, token: boss, receiveBuffer: 4096)
            var lots: Set<String> = []
            while let event = try await console.news(), event.name != "watching" {
                if event.name == "snapshot" { lots.insert(try event.json.string("auction")) }
            }
            #expect(lots.count == 4000)
            await console.close()
        }
    }

    @Test("says how many watch the sale and each lot, without the administrators themselves")
    func watchers() async throws {
        try await OpenHouse.run { house in
            try await house.openSale(lots: 2)
            let boss = try await house.administrator()
            let console = try await house.console(#"{"sale":"spring"}"#, token: boss)
            #expect(try await console.watchers() == "0 []")
            let events = try await house.events(lot: "lot2")
            var seen = try await console.watchers()
            while seen == "0 []" { seen = try await console.watchers() }
            #expect(seen == "0 [lot2 1]")
            await events.close()
            while seen == "0 [lot2 1]" { seen = try await console.watchers() }
            #expect(seen == "0 []")
            await console.close()
        }
    }

    @Test("says who bids too fast, on which lot and how often; of other lots nothing")
    func tooFast() async throws {
        var limits = GatewayLimits.generous
        (limits.bidsOnLotPerSecond, limits.bidOnLotBurst) = (1, 1)
        try await OpenHouse.run(limits: limits) { house in
            try await house.openSale(lots: 1)
            try await house.openLot("elsewhere") { _ in }
            let (boss, ann) = (try await house.administrator(), try await house.bidder("ann"))
            let console = try await house.console(#"{"sale":"spring"}"#, token: boss)
            #expect(try await console.news()?.name == "console")
            for lot in ["elsewhere", "lot1"] {
                try await house.hurry(until: 3, on: lot, token: ann)
            }
            var count: Int64 = 0
            while count < 3 {
                let event = try #require(try await console.news())
                guard event.name == "too_fast" else { continue }
                #expect(try event.json.string("auction") == "lot1")
                #expect(try event.json.string("bidder") == "ann")
                count += try event.json.integer("bids")
            }
            #expect(count == 3)
            await console.close()
        }
    }

    @Test("ends within a second when the token is revoked, or expires")
    func losesToken() async throws {
        try await OpenHouse.run { house in
            try await house.openSale(lots: 1)
            let ann = try await house.bidder("ann")
            let boss = try await house.administrator()
            let guest = try await house.administrator("guest", ttl: 5000)
            let revoked = try await house.console(#"{"sale":"spring"}"#, token: boss)
            let expired = try await house.console(#"{"sale":"spring"}"#, token: guest)
            for console in [revoked, expired] {
                while try await console.news()?.name != "watching" {}
            }
            #expect(house.service.requestListeners.isAny)
            let hash = try #require(TokenSecret.hash(of: boss))
            _ = try await house.administration.perform(.revokeToken(hash))
            house.clock.set(Saleroom.noon.advanced(by: 5000))
            for (console, code) in [(revoked, 4503), (expired, 4105)] as [(EventReader, Int64)] {
                let bye = try #require(try await console.news())
                #expect(bye.name == "bye")
                #expect(try bye.json.integer("code") == code)
                #expect(try await console.any() == nil)
                #expect(await console.hasEnded)
                await console.close()
            }
            let again = try await Line.exchange(
                AdminWatch.path, method: "POST", body: #"{"sale":"spring"}"#, token: boss,
                port: house.port)
            #expect(again.status == 401)
            // Nobody listens any more: then a bid costs nothing more than it ever did.
            while house.service.requestListeners.isAny {
                _ = try await Line.exchange("/healthz", port: house.port)
            }
            try await house.bid("a", 5000, on: "lot1", token: ann)
        }
    }

    @Test("is refused to whoever is no administrator, and for what there is not")
    func refusals() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let ann = try await room.bidder("ann")
        let boss = try await room.administrator()
        for (body, token, status, code) in [
            (#"{"auctions":["lot"]}"#, nil, 401, "unauthenticated"),
            (#"{"auctions":["lot"]}"#, "gvl_nonsense", 401, "unauthenticated"),
            (#"{"auctions":["lot"]}"#, ann, 403, "forbidden"),
            (#"{"auctions":["none"]}"#, boss, 404, "unknown_auction"),
            (#"{"sale":"none"}"#, boss, 404, "unknown_sale"),
            (#"{"sale":"#, boss, 400, "bad_request"),
            (#"{"sale":"a","auctions":["lot"]}"#, boss, 400, "bad_request"),
        ] as [(String, String?, UInt, String)] {
            let reply = try await room.post(AdminWatch.path, body, token: token)
            #expect(reply.status == status, "\(body)")
            #expect(try reply.code == code)
        }
        for method in [("GET", 405), ("PUT", 405)] as [(String, UInt)] {
            let reply = try await room.send(
                .init(rawValue: method.0), AdminWatch.path, token: boss)
            #expect(reply.status == method.1)
        }
        // A credential in the address is none.
        let inAddress = try await room.post(
            AdminWatch.path + "?token=\(boss)", #"{"auctions":["lot"]}"#)
        #expect(inAddress.status == 401)
    }

    @Test("can be read again from the log: the newest requests of a lot")
    func listed() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let ann = try await room.bidder("ann")
        let boss = try await room.administrator()
        for (id, amount) in [("1", 5000), ("2", 4000), ("3", 1)] {
            _ = try await room.post(
                "/v1/auctions/lot/bids", #"{"id":"\#(id)","amount":\#(amount)}"#, token: ann)
        }
        func list(_ body: String) async throws -> [RequestRow] {
            let reply = try await room.post("/v1/admin/list-requests", body, token: boss)
            guard
                case .success(.requests(let rows)) = try AdminAnswer.decode(
                    reply.text.utf8, to: .listRequests)
            else { throw Surprise(reply.text) }
            return rows
        }
        let rows = try await list(#"{"auction":"lot"}"#)
        #expect(rows.map(\.id.text) == ["1", "2", "3"])
        #expect(rows.map(\.code) == [nil, "max_not_higher", "max_not_higher"])
        #expect(rows.map { $0.amount?.minorUnits } == [nil, nil, nil])
        let last = try await list(#"{"auction":"lot","limit":2,"reveal":true}"#)
        #expect(last.map { $0.amount?.minorUnits } == [4000, 1])
        #expect(room.logged.all.contains { $0.hasPrefix("notice Secrets are revealed") })
        for body in [#"{"auction":"lot","limit":0}"#, #"{"auction":"lot","limit":501}"#] {
            let reply = try await room.post("/v1/admin/list-requests", body, token: boss)
            #expect(reply.status == 400)
        }
        #expect(
            try await room.post("/v1/admin/list-requests", #"{"auction":"lot"}"#, token: ann)
                .status == 403)
    }
}

extension OpenHouse {
    /// A sale `spring` with lots `lot1`, `lot2` …
    fileprivate func openSale(lots: Int) async throws {
        let sale = try SaleID("spring")
        _ = try await administration.perform(.createSale(NewSale(id: sale, title: "Spring")))
        _ = try await administration.perform(
            .importAuctions(
                try (1...lots).map { number in
                    NewAuction(
                        id: try AuctionID("lot\(number)"),
                        terms: try Saleroom.terms {
                            $0.sale = sale
                            $0.title = "Lot \(number) " + String(repeating: "and more ", count: 15)
                        })
                }))
    }

    fileprivate func openLot(
        _ id: String, _ change: (inout Terms) -> Void
    ) async throws {
        _ = try await administration.perform(
            .createAuction(NewAuction(id: try AuctionID(id), terms: try Saleroom.terms(change))))
    }

    fileprivate func administrator(
        _ name: String = "boss", ttl: Milliseconds? = nil
    ) async throws -> String {
        guard
            case .token(let issued) = try await administration.perform(
                .issueAdminToken(name: name, ttl: ttl))
        else { throw Surprise("no token") }
        return issued.token
    }

    fileprivate func console(
        _ body: String, token: String, receiveBuffer: Int? = nil
    ) async throws -> EventReader {
        try await EventReader(
            AdminWatch.path, method: "POST", body: body, token: token,
            receiveBuffer: receiveBuffer, port: port)
    }

    fileprivate func events(lot: String) async throws -> EventReader {
        try await EventReader("/v1/auctions/\(lot)/events", port: port)
    }

    fileprivate func bid(_ id: String, _ amount: Int, on lot: String, token: String) async throws {
        try await post(id, amount, on: lot, token: token, status: 200)
    }

    fileprivate func refused(
        _ id: String, _ amount: Int, on lot: String, token: String
    ) async throws {
        try await post(id, amount, on: lot, token: token, status: 409)
    }

    /// Bids until so many were turned away: on a slow machine some come slowly enough.
    fileprivate func hurry(until count: Int, on lot: String, token: String) async throws {
        var (turnedAway, number) = (0, 0)
        while turnedAway < count {
            number += 1
            let reply = try await Line.exchange(
                "/v1/auctions/\(lot)/bids", method: "POST",
                body: #"{"id":"h\#(number)","amount":\#(number * 1000)}"#, token: token, port: port)
            if reply.status == 429 { turnedAway += 1 }
        }
    }

    private func post(
        _ id: String, _ amount: Int, on lot: String, token: String, status: Int
    ) async throws {
        let reply = try await Line.exchange(
            "/v1/auctions/\(lot)/bids", method: "POST",
            body: #"{"id":"\#(id)","amount":\#(amount)}"#, token: token, port: port)
        guard reply.status == status else { throw Surprise(reply.body) }
    }

    fileprivate func office(_ command: AuctionCommand, on lot: String) async throws {
        _ = try await administration.perform(.administer(try AuctionID(lot), command))
    }
}

extension EventReader {
    /// The next event that is neither a heartbeat nor a count of watchers; nil at the end.
    fileprivate func news() async throws -> Event? {
        while let event = try await next() {
            if event.name != "watchers" { return event }
        }
        return nil
    }

    /// The next count: "3 [lot1 2]".
    fileprivate func watchers() async throws -> String {
        while let event = try await next() {
            guard event.name == "watchers" else { continue }
            let lots = try event.json.array("auctions").compactMap(\.asObject).map {
                "\(try $0.string("auction")) \(try $0.integer("watchers"))"
            }
            return "\(try event.json.integer("sale")) [\(lots.joined(separator: ", "))]"
        }
        throw Surprise("no count came")
    }
}
