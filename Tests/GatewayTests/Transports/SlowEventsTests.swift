import AuctionRules
import BidService
import Foundation
import NIOCore
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("Events for who reads slowly", .timeLimit(.minutes(5)))
struct SlowEventsTests {
    /// Bounds that some dozen prices reach.
    private static func limits(hard: Int) -> GatewayLimits {
        var limits = GatewayLimits.generous
        limits.outboundSoftHigh = 4096
        limits.outboundSoftLow = 1024
        limits.outboundBytesMax = hard
        limits.stallSecondsMax = 3600
        return limits
    }

    /// Two bidders bid each other up, so that each bid is a price.
    private func bidUp(_ times: Int, in house: OpenHouse) async throws {
        let lot = try AuctionID("lot")
        for name in ["ann", "ben"] { _ = try await house.bidder(name) }
        for number in 1...Int64(times) {
            let bid = BidRequest(
                bidder: try BidderID(number.isMultiple(of: 2) ? "ann" : "ben"),
                id: try BidID("x\(number)"),
                action: .bid(.max, amount: try #require(Amount(minorUnits: number * 10_000))))
            guard case .reply(let reply) = await house.service.perform(.request(bid, on: lot)),
                case .accepted = reply.verdict
            else { throw Surprise("bid \(number)") }
        }
    }

    @Test("are skipped forward to the newest price on latest; the end is not")
    func latest() async throws {
        try await OpenHouse.run(limits: Self.limits(hard: 1_048_576)) { house in
            try await house.openLot()
            let events = try await house.events(receiveBuffer: 4096)
            #expect(try await events.next()?.name == "snapshot")
            try await events.pause()
            try await bidUp(400, in: house)
            try await house.office(.close(reason: nil))
            try await events.resume()
            var seqs: [Int64] = []
            while let event = try await events.next() {
                seqs.append(try event.json.integer("seq"))
                if event.name == "status" { break }
            }
            #expect(seqs.last == (try house.state.seq))
            #expect(zip(seqs, seqs.dropFirst()).allSatisfy { $0 < $1 })
            #expect(seqs.count < 400)
            await events.close()
        }
    }

    @Test(
        "end beyond the hard bound, without a hole up to there, and begin anew for who comes back")
    func full() async throws {
        try await OpenHouse.run(limits: Self.limits(hard: 262_144)) { house in
            try await house.openLot()
            let events = try await house.events("?feed=full", receiveBuffer: 4096)
            #expect(try await events.next()?.name == "snapshot")
            try await events.pause()
            try await bidUp(1500, in: house)
            try await events.resume()
            var seqs: [Int64] = [1]
            while let event = try await events.next(), event.name == "price" {
                seqs.append(try event.json.integer("seq"))
            }
            #expect(seqs.count < 1500)
            #expect(seqs == Array(1...Int64(seqs.count)))
            let last = try #require(await events.lastID)
            let again = try await house.events("?feed=full", after: last)
            let next = try #require(try await again.next())
            // That is too far back by now: the lot is told as a whole.
            #expect(next.name == "snapshot")
            #expect(try next.json.integer("seq") == house.state.seq)
            await again.close()
        }
    }

    @Test("are without chunks for a proxy that speaks HTTP/1.0")
    func oldProxy() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let line = try await Line.open(port: house.port)
            try await line.send("GET \(OpenHouse.lot)/events?feed=full HTTP/1.0\n\n")
            var text = ""
            while !text.contains("event: snapshot") {
                text += String(buffer: try #require(await line.receive()))
            }
            try await house.office(.pause(reason: nil))
            while !text.contains("event: status") || !text.hasSuffix("\n\n") {
                text += String(buffer: try #require(await line.receive()))
            }
            let sides = text.components(separatedBy: "\r\n\r\n")
            #expect(sides.count == 2)
            #expect(sides[0].hasPrefix("HTTP/1.0 200 OK"))
            #expect(sides[1].hasPrefix("event: "))
            for block in sides[1].components(separatedBy: "\n\n").dropLast() {
                let names = block.components(separatedBy: "\n").map { $0.prefix { $0 != ":" } }
                #expect(names == ["event", "id", "data"] || names == ["event", "data"])
            }
            await line.close()
        }
    }
}
