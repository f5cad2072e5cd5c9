import AuctionRules
import BidService
import Testing

@Suite("Who listens for requests", .timeLimit(.minutes(5)))
struct RequestListenerTests {
    @Test("hears of each with its verdict, before the change that it made; nobody else does")
    func hears() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        _ = try await fixture.bid("A", 5000, id: "unheard")
        fixture.service.requestListeners.join()
        _ = try await fixture.bid("B", 9000, id: "taken")
        _ = try await fixture.bid("C", 1, id: "low")
        _ = try await fixture.bid("Z", 9900, id: "stranger")
        // An answer that was given before is no news.
        _ = try await fixture.bid("B", 9000, id: "taken")
        fixture.service.requestListeners.leave()
        _ = try await fixture.bid("A", 20_000, id: "unheard-too")
        #expect(!fixture.service.requestListeners.isAny)
        let heard = fixture.heard
        #expect(heard.map(\.request.id.text) == ["taken", "low", "stranger"])
        #expect(heard.map(\.request.bidder.text) == ["B", "C", "Z"])
        #expect(heard.map(\.alias) == ["Bidder 2", nil, nil])
        #expect(heard[2].verdict == .refused(.notRegistered))
        let items = fixture.published.items
        let told = try #require(
            items.firstIndex { if case .request = $0 { true } else { false } })
        guard case .change(let change) = items[told + 1] else { throw Unexpected(items) }
        #expect(change.state.leader == "Bidder 2")
        fixture.service.stop()
    }

    @Test("hears of what is no final verdict, too, and of nothing on a lot that there is not")
    func notFinal() async throws {
        let fixture = try Fixture()
        try await fixture.openLot { $0.confirmAboveFactor = 2 }
        fixture.service.requestListeners.join()
        _ = try await fixture.bid("A", 900_000)
        _ = try await fixture.bid("A", 2000, on: "nowhere")
        let heard = fixture.heard
        #expect(heard.count == 1)
        guard case .refused(.confirmRequired)? = heard.first?.verdict else {
            throw Unexpected(heard)
        }
        #expect(heard[0].amount(reveal: false) == nil)
        #expect(heard[0].amount(reveal: true)?.minorUnits == 900_000)
        fixture.service.stop()
    }

    @Test("hears of nothing before it is on disk")
    func nothingBeforeCommit() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        fixture.service.requestListeners.join()
        fixture.log.shut()
        fixture.service.submit(try Fixture.bid("A", 5000)) { _ in }
        fixture.log.waitForAppend()
        #expect(fixture.heard.isEmpty)
        fixture.log.open()
        await fixture.published.wait {
            $0.contains { if case .request = $0 { true } else { false } }
        }
        fixture.service.stop()
    }
}

extension Fixture {
    fileprivate var heard: [JudgedRequest] {
        published.items.compactMap { if case .request(let request) = $0 { request } else { nil } }
    }
}
