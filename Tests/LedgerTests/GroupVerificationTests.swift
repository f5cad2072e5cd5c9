import AuctionRules
import Testing

@testable import Ledger

/// A group's extensions are checked by what is public alone: each is owed, and given.
@Suite("Verifying groups of lots")
struct GroupVerificationTests {
    /// What is left out of a log, or changed in it.
    enum Forgery: CaseIterable {
        case nothing
        /// The late bid does not extend one of the others.
        case oneLess
        /// It extends none of them, and nothing comes after it.
        case noneAtTheEnd
        /// One of the others is extended by more than its terms say.
        case more
        /// A lot is extended twice for one bid.
        case twice
        /// An early bid extends the others.
        case early
    }

    @Test(
        "A log that extends other lots than the group's, or otherwise, has a fault",
        arguments: Forgery.allCases)
    func forged(forgery: Forgery) throws {
        let log = MemoryLog()
        let scene = Scene(log)
        let start = scene.now
        func lot() throws -> Terms {
            var lot = Terms.english(start: 1000, opensAt: start, lasting: 600_000)
            lot.sale = .sale
            lot.softClose = try SoftClose(
                stages: [.init(window: 60_000, mode: .add, amount: 90_000)])
            return lot
        }
        try scene.commit(
            .createSale(Sale(id: .sale, title: "Sale", softCloseGroup: "all")),
            .addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)),
            .createAuction("a", try lot()), .createAuction("b", try lot()),
            .createAuction("c", try lot()))
        let t = forgery == .early ? start : start.advanced(by: 590_000)
        let request = BidRequest(bidder: .anna, id: "1", action: .bid(.max, amount: 5000))
        var events = Array(scene.house.decide(.request(request, on: "a"), at: t).events)
        #expect(events.count == (forgery == .early ? 1 : 4))
        let end = start.advanced(by: 690_000)
        func extended(_ id: AuctionID, to end: Instant, seq: Int64 = 2) -> Event {
            .auction(
                id, .extended(Extended(endsAt: end, cause: .softCloseGroup(bidOn: "a"), seq: seq)))
        }
        switch forgery {
        case .nothing: #expect(events.last == extended("c", to: end))
        case .oneLess: events.remove(at: 2)
        case .noneAtTheEnd: events.removeLast(2)
        case .more: events[3] = extended("c", to: end.advanced(by: 1))
        case .twice: events.append(extended("c", to: end.advanced(by: 90_000), seq: 3))
        case .early: events.append(extended("b", to: end))
        }
        if forgery == .oneLess {
            events.append(.auction("b", .paused(reason: nil, seq: 2)))
        }
        var house = scene.house
        var batch = LogBatch(after: scene.head)
        for event in events { batch.record(event, at: t, in: &house) }
        batch.seal(with: house)
        try log.append(batch)
        let fault = try Self.fault(in: log)
        #expect((fault == nil) == (forgery == .nothing), "\(fault.map { "\($0)" } ?? "no fault")")
        if forgery != .nothing { #expect(fault?.rule == "group soft close") }
    }

    private static func fault(in log: MemoryLog) throws -> LogFault? {
        var audit = PublicAudit()
        var first: LogFault?
        try log.entries(after: 0) { entry in
            let isPublic = entry.publicPayload != nil
            do throws(LogFault) {
                try audit.follow(
                    PublicEntry(
                        position: entry.position, at: entry.at,
                        kind: isPublic ? entry.event.kind : "",
                        auction: isPublic ? entry.event.auction?.text ?? "" : "",
                        publicPayload: entry.publicPayload ?? [],
                        payloadDigest: entry.payloadDigest, hash: entry.hash))
            } catch { first = first ?? error }
        }
        if first == nil {
            do throws(LogFault) { try audit.finish() } catch { first = error }
        }
        return first
    }
}
