import AuctionRules
import Testing

@testable import Ledger

/// Somebody who can write the log can make its hashes anew. What breaks the rules is found all the
/// same, by whoever has the payloads, and mostly by whoever has not.
struct ForgeryTests {
    /// An event that the rules would not have made, on a lot with two bids.
    struct Forgery: Sendable, CustomTestStringConvertible {
        let name: String
        /// Whether it can be seen without a secret.
        var isPublic = true
        let event: @Sendable (Auction) -> AuctionEvent
        /// How much later than the bids.
        var delay: Milliseconds = 1

        var testDescription: String { name }
    }

    static func bid(
        _ bidder: BidderID, _ amount: Amount, price: Amount, leader: BidderID, met: Bool = false,
        on auction: Auction, seq: Int64? = nil
    ) -> AuctionEvent {
        .bidAccepted(
            BidAccepted(
                request: BidRequest(bidder: bidder, id: "x", action: .bid(.max, amount: amount)),
                amount: amount, ordinal: auction.commitments.count,
                standing: Standing(price: price, leader: leader, isReserveMet: met),
                seq: seq ?? auction.seq + 1))
    }

    /// The lot: start 10.00, reserve 90.00; anna's max is 50.00, ben bid 20.00: anna leads at 21.00
    /// (the step at 20.00 is 0.50, so at 20.50). Ends after 600 s, soft close in the last 60 s.
    static let forgeries: [Forgery] = [
        Forgery(name: "a price too high", isPublic: false) {
            bid(.cleo, 3000, price: 3200, leader: .anna, on: $0)
        },
        Forgery(name: "a price below the minimum") {
            bid(.cleo, 3000, price: 2060, leader: .anna, on: $0)
        },
        Forgery(name: "a tie broken the wrong way", isPublic: false) {
            bid(.cleo, 5000, price: 5000, leader: .cleo, on: $0)
        },
        Forgery(name: "a lead that a lower bid won", isPublic: false) {
            bid(.cleo, 4000, price: 4000, leader: .cleo, on: $0)
        },
        Forgery(name: "a leader who never bid", isPublic: false) {
            bid(.cleo, 6000, price: 5100, leader: .dora, on: $0)
        },
        Forgery(name: "a reserve said to be met", isPublic: false) {
            bid(.cleo, 6000, price: 5100, leader: .cleo, met: true, on: $0)
        },
        Forgery(name: "a seq that was jumped over") {
            bid(.cleo, 6000, price: 5100, leader: .cleo, on: $0, seq: $0.seq + 2)
        },
        Forgery(
            name: "a bid at the end",
            event: { bid(.cleo, 6000, price: 5100, leader: .cleo, on: $0) }, delay: 600_000),
        Forgery(
            name: "a late bid that does not extend",
            event: { bid(.cleo, 6000, price: 5100, leader: .cleo, on: $0) }, delay: 570_000),
        Forgery(name: "a raise in silence that had to be public", isPublic: false) {
            .bidAccepted(
                BidAccepted(
                    request: BidRequest(bidder: .anna, id: "x", action: .bid(.max, amount: 10_000)),
                    amount: 10_000, ordinal: $0.commitments.count, standing: nil, seq: nil))
        },
        Forgery(name: "a rival's bid in silence", isPublic: false) {
            .bidAccepted(
                BidAccepted(
                    request: BidRequest(bidder: .cleo, id: "x", action: .bid(.max, amount: 3000)),
                    amount: 3000, ordinal: $0.commitments.count, standing: nil, seq: nil))
        },
        Forgery(name: "another amount committed than offered", isPublic: false) {
            .bidAccepted(
                BidAccepted(
                    request: BidRequest(bidder: .cleo, id: "x", action: .bid(.max, amount: 3000)),
                    amount: 2900, ordinal: $0.commitments.count,
                    standing: Standing(price: 3000, leader: .anna, isReserveMet: false),
                    seq: $0.seq + 1))
        },
        Forgery(name: "an ordinal out of line", isPublic: false) {
            .bidAccepted(
                BidAccepted(
                    request: BidRequest(bidder: .cleo, id: "x", action: .bid(.max, amount: 3000)),
                    amount: 3000, ordinal: $0.commitments.count + 1,
                    standing: Standing(price: 3100, leader: .anna, isReserveMet: false),
                    seq: $0.seq + 1))
        },
        Forgery(name: "a void that raises the price") {
            .bidsVoided(
                BidsVoided(
                    ordinals: [1], cause: .administrator(reason: "r"),
                    standing: Standing(price: 3000, leader: .anna, isReserveMet: false),
                    outcome: nil, seq: $0.seq + 1))
        },
        Forgery(name: "a void that leaves the price too high", isPublic: false) {
            .bidsVoided(
                BidsVoided(
                    ordinals: [1], cause: .administrator(reason: "r"),
                    standing: Standing(price: 1500, leader: .anna, isReserveMet: false),
                    outcome: nil, seq: $0.seq + 1))
        },
        Forgery(name: "a close before the end") {
            .closed(Closed(outcome: .reserveNotMet, cause: .time, seq: $0.seq + 1))
        },
        Forgery(
            name: "sold under the reserve",
            event: {
                .closed(
                    Closed(outcome: .sold(to: .anna, price: 2050), cause: .time, seq: $0.seq + 1))
            }, delay: 600_000),
        Forgery(
            name: "sold to another one",
            event: {
                .closed(
                    Closed(outcome: .sold(to: .ben, price: 2050), cause: .hammer, seq: $0.seq + 1))
            }),
        Forgery(name: "an end moved to an earlier time") {
            .extended(
                Extended(
                    endsAt: $0.startsAt, cause: .administrator(reason: nil), seq: $0.seq + 1))
        },
        Forgery(name: "an extension by a bid that did not come late") {
            .extended(
                Extended(endsAt: .latest, cause: .softClose, seq: $0.seq + 1))
        },
        Forgery(name: "an extension for a bid on a group that it is not in") {
            .extended(
                Extended(
                    endsAt: .latest, cause: .softCloseGroup(bidOn: "other"), seq: $0.seq + 1))
        },
        Forgery(name: "a second opening") { .opened(seq: $0.seq + 1) },
        Forgery(name: "a resumption of what was not paused") {
            .resumed(endsAt: .latest, seq: $0.seq + 1)
        },
        Forgery(name: "a second creation", isPublic: true) { .created($0.terms) },
        Forgery(name: "a refusal with another minimum", isPublic: false) { _ in
            .bidRefused(
                BidRefused(
                    request: BidRequest(bidder: .cleo, id: "x", action: .bid(.max, amount: 1)),
                    refusal: .tooLow(minimum: 1)))
        },
        Forgery(name: "a late refusal on an open lot") { _ in
            .bidRefused(
                BidRefused(
                    request: BidRequest(bidder: .cleo, id: "x", action: .bid(.max, amount: 1)),
                    refusal: .closed(lateBy: 5)))
        },
        Forgery(name: "a reserve said to be met by lowering", isPublic: false) {
            .reserveLowered(ReserveLowered(reserve: 8000, isMet: true, seq: $0.seq + 1))
        },
    ]

    /// The lot and its two bids, and then the forged event.
    static func play(_ forgery: Forgery?, into log: any BidLog) throws -> Scene {
        let scene = Scene(log)
        var lot = Terms.english(start: 1000, opensAt: scene.now, lasting: 600_000)
        lot.reserve = 9000
        lot.softClose = try SoftClose(
            stages: [.init(window: 60_000, mode: .add, amount: 90_000)])
        try scene.commit(
            .addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)),
            .addBidder(Bidder(id: .cleo)), .addBidder(Bidder(id: .dora)),
            .createAuction("lot", lot), .bid(.anna, "1", on: "lot", 5000),
            .bid(.ben, "2", on: "lot", 2000))
        let auction = try #require(scene.house.auctions["lot"])
        #expect(auction.standing.price == 2050)
        guard let forgery else { return scene }
        var house = scene.house
        var batch = LogBatch(after: scene.head)
        batch.record(
            .auction("lot", forgery.event(auction)), at: scene.now.advanced(by: forgery.delay),
            in: &house)
        batch.seal(with: house)
        try log.append(batch)
        return scene
    }

    @Test("The lot itself is sound")
    func sound() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        _ = try Self.play(nil, into: ledger)
        #expect(try VerificationTests.report(directory.file()).fault == nil)
    }

    @Test(
        "What the rules would not have done is found, without a secret where none is needed",
        arguments: forgeries)
    func found(forgery: Forgery) throws {
        let log = MemoryLog()
        let scene = try Self.play(forgery, into: log)
        var audit = PublicAudit()
        var replay = Replay()
        var publicFault: LogFault?
        var secretFault: LogFault?
        try log.entries(after: 0) { entry in
            let isPublic = entry.publicPayload != nil
            let shown = PublicEntry(
                position: entry.position, at: entry.at, kind: isPublic ? entry.event.kind : "",
                auction: isPublic ? entry.event.auction?.text ?? "" : "",
                publicPayload: entry.publicPayload ?? [], payloadDigest: entry.payloadDigest,
                hash: entry.hash)
            do throws(LogFault) {
                try audit.follow(shown, previousHash: entry.previousHash)
            } catch { publicFault = error }
            do throws(LogFault) {
                _ = try replay.follow(
                    position: entry.position, at: entry.at, kind: entry.event.kind,
                    auction: entry.event.auction?.text, payload: entry.payload,
                    publicPayload: entry.publicPayload ?? [], hash: entry.hash)
            } catch { secretFault = error }
        }
        if publicFault == nil {
            do throws(LogFault) { try audit.finish() } catch { publicFault = error }
        }
        #expect((publicFault != nil) == forgery.isPublic)
        let fault = try #require(publicFault ?? secretFault)
        #expect(fault.position == scene.head.position + 1)
        #expect(fault.auction == "lot")
    }

    @Test("In a database it is found, too, unless the schema has refused it", arguments: forgeries)
    func foundInDatabase(forgery: Forgery) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene: Scene
        do { scene = try Self.play(forgery, into: ledger) } catch let error as LedgerError {
            #expect(error.kind == .constraint)
            return
        }
        try ledger.close()
        let fault = try #require(try VerificationTests.report(directory.file()).fault)
        #expect(fault.position == scene.head.position + 1)
        #expect(fault.auction == "lot")
        for isRedacted in [false, true] where !isRedacted || forgery.isPublic {
            let export = try ExportTests.export(
                directory, LogExport.Scope(isRedacted: isRedacted))
            #expect(try ExportVerifier(path: export).verify().fault != nil)
        }
    }

    /// The rules could not even follow it: it has to be seen before.
    @Test("A void of a bid that is not there is seen before it is followed", arguments: [17, -1])
    func voidOfNothing(ordinal: Int) throws {
        let scene = try Self.play(nil, into: MemoryLog())
        let auction = try #require(scene.house.auctions["lot"])
        let event = BidsVoided(
            ordinals: [ordinal], cause: .administrator(reason: "r"), standing: nil, outcome: nil,
            seq: nil)
        var prices = LotPrices()
        #expect(throws: PublicLot.Breach.self) { try prices.follow(event, on: auction) }
    }
}
