import AuctionRules
import Testing

@testable import Ledger

/// What an auctioneer would not have been let do is found in a forged log, too.
struct RoomForgeryTests {
    typealias Forgery = ForgeryTests.Forgery

    private static func bid(
        _ bidder: BidderID, _ action: BidAction, _ amount: Amount, price: Amount,
        leader: BidderID, on auction: Auction
    ) -> AuctionEvent {
        .bidAccepted(
            BidAccepted(
                request: BidRequest(bidder: bidder, id: "x", action: action), amount: amount,
                ordinal: auction.commitments.count,
                standing: Standing(price: price, leader: leader, isReserveMet: false),
                seq: auction.seq + 1))
    }

    /// The lot: start 500, steps of 50, reserve 5000; anna's absentee bid goes to 1000, ben bid 550 in
    /// the room: anna leads at 600, the second ask is 650.
    static let forgeries: [Forgery] = [
        Forgery(name: "a bid under the ask") {
            bid(.cleo, .room(amount: 610), 610, price: 620, leader: .anna, on: $0)
        },
        Forgery(name: "an answer to an old ask", isPublic: false) {
            bid(
                .cleo, .bidAtAsk(.max, amount: 650, askSeq: 1), 650, price: 700, leader: .anna,
                on: $0)
        },
        Forgery(name: "an answer to no ask", isPublic: false) {
            bid(.cleo, .bid(.max, amount: 650), 650, price: 700, leader: .anna, on: $0)
        },
        Forgery(name: "an absentee bid that was not executed", isPublic: false) {
            bid(.cleo, .room(amount: 650), 650, price: 650, leader: .cleo, on: $0)
        },
        Forgery(name: "an absentee bid that went too far", isPublic: false) {
            bid(.cleo, .room(amount: 650), 650, price: 750, leader: .anna, on: $0)
        },
        Forgery(name: "a tie that the room won", isPublic: false) {
            bid(.cleo, .room(amount: 1000), 1000, price: 1000, leader: .cleo, on: $0)
        },
        Forgery(name: "a leader against himself") {
            bid(.anna, .room(amount: 650), 650, price: 650, leader: .anna, on: $0)
        },
        Forgery(name: "an absentee bid on the block", isPublic: false) {
            .bidAccepted(
                BidAccepted(
                    request: BidRequest(bidder: .cleo, id: "x", action: .bid(.max, amount: 900)),
                    amount: 900, ordinal: $0.commitments.count, standing: nil, seq: nil))
        },
        Forgery(name: "an ask that is not above the price") {
            .askSet(AskSet(ask: 600, standing: nil, seq: $0.seq + 1))
        },
        Forgery(name: "an ask that moved the lead") {
            .askSet(
                AskSet(
                    ask: 800, standing: Standing(price: 700, leader: .ben, isReserveMet: false),
                    seq: $0.seq + 1))
        },
        Forgery(name: "a hammer without fair warning") {
            .closed(
                Closed(outcome: .sold(to: .anna, price: 600), cause: .hammer, seq: $0.seq + 1))
        },
        Forgery(name: "a live-room lot that ended by itself") {
            .closed(Closed(outcome: .passed, cause: .time, seq: $0.seq + 1))
        },
        Forgery(name: "a reopening of what was not closed") {
            .reopened(Reopened(reason: nil, seq: $0.seq + 1))
        },
        Forgery(name: "an undone bid that leaves the price", isPublic: false) {
            .bidsVoided(
                BidsVoided(
                    ordinals: [1], cause: .administrator(reason: "r"),
                    standing: Standing(price: 550, leader: .anna, isReserveMet: false),
                    outcome: nil, seq: $0.seq + 1))
        },
        Forgery(name: "a reserve said to be met", isPublic: false) {
            .bidAccepted(
                BidAccepted(
                    request: BidRequest(bidder: .cleo, id: "x", action: .room(amount: 1100)),
                    amount: 1100, ordinal: $0.commitments.count,
                    standing: Standing(price: 1100, leader: .cleo, isReserveMet: true),
                    seq: $0.seq + 1))
        },
    ]

    /// The sale has a second lot, which waits.
    private static func play(_ log: any BidLog) throws -> Scene {
        let scene = Scene(log)
        var lot = Terms.english(start: 500, opensAt: scene.now, lasting: 1000)
        (lot.format, lot.closesAt, lot.reserve) = (.live, nil, 5000)
        lot.increments = IncrementTable(flat: 50)
        lot.sale = .sale
        try scene.commit(
            .addBidder(Bidder(id: .anna)), .addBidder(Bidder(id: .ben)),
            .addBidder(Bidder(id: .cleo)), .createSale(Sale(id: .sale, title: "Sale")),
            .createAuction("lot", lot), .createAuction("next", lot),
            .bid(.anna, "1", on: "lot", 1000), .administer("lot", .ask(nil)),
            .request(BidRequest(bidder: .ben, id: "2", action: .room(amount: 550)), on: "lot"))
        return scene
    }

    private static func forge(
        _ event: AuctionEvent, on lot: AuctionID, after scene: Scene, _ log: any BidLog
    ) throws {
        var house = scene.house
        var batch = LogBatch(after: scene.head)
        batch.record(.auction(lot, event), at: scene.now.advanced(by: 1), in: &house)
        batch.seal(with: house)
        try log.append(batch)
    }

    @Test("The lot itself is sound")
    func sound() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = try Self.play(ledger)
        #expect(scene.house.auctions["lot"]?.standing.price == 600)
        #expect(scene.house.auctions["lot"]?.block?.ask == 650)
        #expect(try VerificationTests.report(directory.file()).fault == nil)
    }

    @Test(
        "What the rules would not have done is found, without a secret where none is needed",
        arguments: forgeries)
    func found(forgery: Forgery) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = try Self.play(ledger)
        let auction = try #require(scene.house.auctions["lot"])
        do {
            try Self.forge(forgery.event(auction), on: "lot", after: scene, ledger)
        } catch let error as LedgerError {
            // The schema has refused it.
            #expect(error.kind == .constraint)
            return
        }
        try ledger.close()
        let fault = try #require(try VerificationTests.report(directory.file()).fault)
        #expect(fault.position == scene.head.position + 1)
        #expect(fault.auction == "lot")
        let export = try ExportTests.export(directory, LogExport.Scope(isRedacted: true))
        #expect((try ExportVerifier(path: export).verify().fault != nil) == forgery.isPublic)
    }

    @Test("Two lots of a sale on the block are found, also by the view")
    func twoLots() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = try Self.play(ledger)
        try Self.forge(
            .askSet(AskSet(ask: 500, standing: nil, seq: 2)), on: "next", after: scene, ledger)
        try ledger.close()
        let fault = try #require(try VerificationTests.report(directory.file()).fault)
        #expect(fault.rule == "one lot of a sale on the block")
        let rows = try LedgerReader(path: directory.file()).integrityFaults()
        #expect(rows.map(\.rule) == ["one lot of a sale on the block"])
    }
}
