import AuctionRules
import BidService
import Crypto
import Foundation
import Ledger
import StrictJSON
import Testing

@testable import Webhooks

/// Real receivers on real sockets, a real database, and a clock that the test sets.
struct SenderTests {
    /// Whether the signature is the secret's over what came.
    static func isSigned(_ delivery: Receiver.Delivery, by secret: String) throws -> Bool {
        let key = try #require(Data(base64Encoded: String(secret.dropFirst(6))))
        let signed = Data("\(delivery.id).\(delivery.time).".utf8) + Data(delivery.body)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
        return delivery.signatures.contains("v1," + Data(code).base64EncodedString())
    }

    @Test("A lot's life comes as signed events, in order, without anything secret")
    func life() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start()
        let office = try await Office.open(
            folder, ["office": "http://127.0.0.1:\(receiver.port)/hooks?key=7"])
        try await office.bidders("anna", "ben")
        try await office.lot("vase") { terms in
            terms.reserve = Amount(minorUnits: 88_888)
        }
        try await office.bid("anna", "a1", on: "vase", 55_555)
        try await office.bid("ben", "b1", on: "vase", 9999)
        try await office.administer("vase", .extend(.by(60_000), reason: "a \"full\" house"))
        try await office.administer("vase", .voidBid(BidID("b1"), bidder: nil, reason: "typo"))
        try await office.administer("vase", .close(reason: nil))
        try await office.administer("vase", .voidBid(BidID("a1"), bidder: nil, reason: "unpaid"))
        try await office.lot("chair")
        try await office.administer("chair", .cancel(reason: "broken"))
        let all = await receiver.wait(for: 7)
        let vase = try all.filter { try $0.lot == "vase" }
        #expect(
            try vase.map { try $0.type }
                == ["lot.opened", "lot.extended", "bid.voided", "lot.closed", "bid.voided"])
        #expect(
            try all.filter { try $0.lot == "chair" }.map { try $0.type }
                == ["lot.opened", "lot.cancelled"])
        #expect(Set(all.map(\.id)).count == 7)
        for delivery in all {
            #expect(try Self.isSigned(delivery, by: Office.secret))
            #expect(delivery.target == "/hooks?key=7")
            #expect(delivery.time == "\(Office.noon.milliseconds / 1000)")
            let text = String(decoding: delivery.body, as: UTF8.self)
            for secret in [":88888", ":55555", ":9999"] {
                #expect(!text.contains(secret), "\(text)")
            }
            #expect(try delivery.json.string("timestamp") == "2027-01-15T08:00:00.000Z")
        }
        let closed = String(decoding: vase[3].body, as: UTF8.self)
        #expect(
            closed.hasPrefix(
                #"{"type":"lot.closed","timestamp":"2027-01-15T08:00:00.000Z","data":{"version":1,"#
                    + #""auction":"vase","seq":"#), "\(closed)")
        #expect(
            closed.contains(
                #""cause":"hammer","reason":null,"result":{"outcome":"reserve_not_met","#
                    + #""winner":null,"price":null},"certificate":""#), "\(closed)")
        #expect(try vase[1].data.string("reason") == "a \"full\" house")
        #expect(
            try vase[1].data.integer("ends_at") == Office.noon.milliseconds + 3_660_000)
        #expect(
            String(decoding: vase[2].body, as: UTF8.self).contains(
                #""bids":[{"bidder":"ben","bid":"b1"}],"cause":"administrator","reason":"typo","#
                    + #""standing":{"price":"#))
        #expect(
            String(decoding: vase[4].body, as: UTF8.self).contains(
                #""result":{"outcome":"no_bids","winner":null,"price":null},"certificate":""#))
        await office.close()
        try await receiver.stop()
    }

    @Test("A winner is named by his id, with the price")
    func sold() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start()
        let office = try await Office.open(folder, ["o": "http://localhost:\(receiver.port)"])
        try await office.bidders("anna")
        try await office.lot("vase")
        try await office.bid("anna", "a1", on: "vase", 5000)
        // The clock closes it.
        try await office.pass(3_600_000)
        let closed = try #require(await receiver.wait(for: 2).last)
        let result = try closed.data.object("result")
        #expect(try result.string("outcome") == "sold")
        #expect(try result.string("winner") == "anna")
        #expect(try result.integer("price") == 1000)
        #expect(try closed.data.string("cause") == "time")
        #expect(try closed.data.string("certificate").utf8.count == 64)
        await office.close()
        try await receiver.stop()
    }

    @Test(
        "An event that was not taken comes again with the same id, after its time, and before the next one"
    )
    func again() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start { _, before in before < 2 ? .status(503) : .ok }
        let office = try await Office.open(folder, ["o": "http://127.0.0.1:\(receiver.port)/"])
        try await office.lot("vase")
        _ = try await office.wait("o") { $0.failures[.status] == 1 }
        try await office.administer("vase", .cancel(reason: "x"))
        _ = try await office.wait("o") { $0.unread == 0 && $0.waiting == 2 }
        #expect(receiver.deliveries.count == 1)
        try await office.pass(1200)
        _ = try await office.wait("o") { $0.failures[.status] == 2 }
        try await office.pass(12_000)
        let all = await receiver.wait(for: 4)
        #expect(Set(all.prefix(3).map(\.id)).count == 1)
        #expect(Set(all.prefix(3).map(\.body)).count == 1)
        #expect(
            all.map(\.time)
                == ([0, 1, 13, 13] as [Int64]).map { "\(Office.noon.milliseconds / 1000 + $0)" })
        #expect(try all.map { try $0.type }.suffix(2) == ["lot.opened", "lot.cancelled"])
        let figures = try await office.wait("o") { $0.waiting == 0 }
        #expect(figures.delivered == 2)
        await office.close()
        try await receiver.stop()
    }

    @Test("After a stop it goes on where it was; after a crash nothing is lost")
    func restart() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start { delivery, _ in
            (try? delivery.lot) == "bad" ? .status(500) : .ok
        }
        let urls = ["o": "http://127.0.0.1:\(receiver.port)/"]
        var office = try await Office.open(folder, urls)
        try await office.lot("bad")
        try await office.lot("good")
        _ = try await office.wait("o") { $0.delivered == 1 && $0.failures[.status] == 1 }
        await office.close()
        let reader = try LedgerReader(path: office.path)
        let rows = try reader.webhooks()
        #expect(rows.cursors["o"] == (try reader.head().position))
        #expect(rows.deliveries.count == 1)
        office = try await Office.open(folder, urls, clock: office.clock)
        try await office.lot("next")
        _ = try await office.wait("o") { $0.delivered == 1 }
        #expect(try receiver.deliveries.map { try $0.lot } == ["bad", "good", "next"])
        receiver.behave { _, _ in .hang }
        try await office.lot("last")
        _ = await receiver.wait(for: 4)
        await office.crash()
        receiver.behave { _, _ in .ok }
        office = try await Office.open(folder, urls, clock: office.clock)
        try await office.pass(1200)
        let all = await receiver.wait(for: 6)
        let ends = try all.dropFirst(4).map { try $0.lot }
        #expect(Set(ends).isSuperset(of: ["bad", "last"]))
        #expect(Set(all.map(\.id)).count == 4)
        await office.close()
        try await receiver.stop()
    }

    @Test(
        "A receiver that is not heard from holds up no other, and its own lots no more than it must"
    )
    func independence() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let hanging = try await Receiver.start { delivery, _ in
            (try? delivery.lot) == "l0" ? .hang : .ok
        }
        let good = try await Receiver.start()
        let office = try await Office.open(
            folder,
            [
                "good": "http://127.0.0.1:\(good.port)/",
                "hanging": "http://127.0.0.1:\(hanging.port)/",
            ])
        for number in 0..<20 { try await office.lot("l\(number)") }
        _ = await good.wait(for: 20)
        _ = await hanging.wait(for: 20)
        let figures = try await office.wait("hanging") { $0.delivered == 19 }
        #expect(figures.waiting == 1)
        await office.close()
        try await good.stop()
        try await hanging.stop()
    }

    @Test("With a full backlog no more is read; the log keeps it")
    func bounded() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start { _, _ in .status(500) }
        let office = try await Office.open(
            folder, ["o": "http://127.0.0.1:\(receiver.port)/"]
        ) { $0.limits.backlogMax = 3 }
        for number in 0..<10 { try await office.lot("l\(number)") }
        var figures = try await office.wait("o") { $0.failures[.status] == 3 }
        #expect(figures.waiting == 3)
        #expect(figures.unread > 0)
        receiver.behave { _, _ in .ok }
        #expect(try await office.sender.retry("o", event: nil) == 3)
        figures = try await office.wait("o") { $0.delivered == 10 }
        #expect(figures.waiting == 0)
        await office.close()
        try await receiver.stop()
    }

    @Test("Dead letters are listed, tried again, and forgotten")
    func deadLetters() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start { _, _ in .status(410) }
        let office = try await Office.open(folder, ["o": "http://127.0.0.1:\(receiver.port)/"])
        for lot in ["a", "b", "c"] { try await office.lot(lot) }
        _ = try await office.wait("o") { $0.deadLetters == 3 }
        // What waits for a commit gets one by that.
        #expect(try await office.sender.discard("o", event: "evt_none") == 0)
        let reader = try LedgerReader(path: office.path)
        let dead = try reader.owedDeliveries(to: "o", isDead: true, max: 10)
        try #require(dead.map(\.auction.text) == ["a", "b", "c"])
        #expect(dead.allSatisfy { $0.delivery.fault?.words.hasPrefix("410") == true })
        #expect(try reader.deadLetters() == ["o": 3])
        receiver.behave { _, _ in .ok }
        let first = WebhookEvent.id(dead[0].hash)
        #expect(try await office.sender.retry("o", event: first) == 1)
        _ = try await office.wait("o") { $0.delivered == 1 && $0.deadLetters == 2 }
        #expect(receiver.deliveries.last?.id == first)
        #expect(
            try await office.sender.discard("o", event: WebhookEvent.id(dead[1].hash)) == 1)
        #expect(
            try reader.owedDeliveries(to: nil, isDead: true, max: 10).map(\.auction.text) == ["c"])
        #expect(try await office.sender.retry("o", event: nil) == 1)
        _ = try await office.wait("o") { $0.delivered == 2 && $0.deadLetters == 0 }
        #expect(try await office.sender.retry("nobody", event: nil) == nil)
        await office.close()
        #expect(try reader.webhooks().deliveries.isEmpty)
        #expect(try reader.integrityFaults().isEmpty)
        try await receiver.stop()
    }

    @Test("While a secret is replaced, messages are signed with both")
    func rotation() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start()
        let (old, new) = (WebhookSecret.random(), WebhookSecret.random())
        let office = try await Office.open(
            folder, ["o": "http://127.0.0.1:\(receiver.port)/"], secrets: "o \(old)")
        #expect(try await office.sender.test("o")?.result == .delivered)
        try await office.sender.use(WebhookSecrets("o \(old)\no \(new)"))
        #expect(try await office.sender.test("o")?.result == .delivered)
        await #expect(throws: WebhookFault.self) {
            try await office.sender.use(WebhookSecrets("another \(new)"))
        }
        try await office.sender.use(WebhookSecrets("o \(new)"))
        #expect(try await office.sender.test("o")?.result == .delivered)
        let all = receiver.deliveries
        let signed = try all.map { delivery in
            try [old, new].map { try Self.isSigned(delivery, by: $0) }
        }
        #expect(signed == [[true, false], [true, true], [false, true]])
        #expect(all.map(\.signatures.count) == [1, 2, 1])
        #expect(try all.map { try $0.type } == Array(repeating: "webhook.test", count: 3))
        #expect(try await office.sender.test("nobody") == nil)
        await office.close()
        try await receiver.stop()
    }

    @Test("Without a secret it does not start")
    func noSecret() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        await #expect(throws: WebhookFault.self) {
            try await Office.open(folder, ["o": "https://office.example"], secrets: "")
        }
    }
}
