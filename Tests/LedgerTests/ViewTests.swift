import AuctionRules
import Foundation
import Testing

@testable import Ledger

/// The views can be read by people, and say nothing that not everybody may know.
struct ViewTests {
    static let publicViews = ["auction_board", "bid_history", "leaderboard", "event_log"]

    @Test(
        "No view but the secret ones shows a max, a reserve, a sealed bid, an id or a name",
        arguments: publicViews)
    func noSecrets(view: String) throws {
        let directory = try IntegrityTests.sample()
        let rows = try Stranger.values(directory.file(), "SELECT * FROM \(view)")
        #expect(!rows.isEmpty)
        for value in rows.joined().compactMap({ $0 }) {
            for secret in Secrets.all {
                #expect(!value.contains(secret), "\(view) shows \(secret): \(value)")
            }
        }
    }

    @Test("Every view that is not public says so in its name")
    func names() throws {
        let directory = try IntegrityTests.sample()
        let views = try Stranger.values(
            directory.file(), "SELECT name FROM sqlite_schema WHERE type = 'view'"
        ).compactMap { $0[0] }
        // Of certificates and webhooks the tests of their own have some to look at. The others read like tables, and
        // are as secret as those are.
        let known =
            Self.publicViews + [
                "unit", "close_certificate", "webhook_backlog", "auction", "commitment",
                "participant",
                "reply",
            ]
        for view in views where !known.contains(view) {
            #expect(view.hasPrefix("secret_") || view.hasPrefix("integrity_faults"))
        }
    }

    @Test("The sample's secrets are in the database, and the secret views show them")
    func secretsAreThere() throws {
        let directory = try IntegrityTests.sample()
        let rows = try ["secret_auction", "secret_bid_history", "secret_alias", "secret_event_log"]
            .flatMap { try Stranger.values(directory.file(), "SELECT * FROM \($0)") }
        let shown = rows.joined().compactMap { $0 }
        for secret in Secrets.all where !secret.contains(".") || secret.hasPrefix("5") {
            #expect(shown.contains { $0.contains(secret) }, "\(secret) is shown nowhere")
        }
    }

    @Test("A sealed lot's bids appear at its close, and only then")
    func sealedLot() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = Scene(ledger)
        try scene.playSample()
        let history = "SELECT bidder, price FROM bid_history WHERE auction = 'coin'"
        let board = "SELECT bidder, standing FROM leaderboard WHERE auction = 'coin'"
        #expect(try Stranger.values(directory.file(), history).isEmpty)
        #expect(try Stranger.values(directory.file(), board).isEmpty)
        scene.now = scene.now.advanced(by: 1_000_000)
        try scene.commit(.administer("coin", .advanceClock))
        #expect(
            try Stranger.values(directory.file(), history) == [
                ["Bidder 1", nil], ["Bidder 2", nil],
            ])
        #expect(
            try Stranger.values(directory.file(), board)
                == [["Bidder 1", "sold"], ["Bidder 2", nil]])
        #expect(
            try Stranger.values(
                directory.file(), "SELECT price, outcome FROM auction_board WHERE auction = 'coin'")
                == [["6660013", "sold"]])
    }

    @Test("The board shows each lot as the rules do")
    func boardIsPublicState() throws {
        for seed: UInt64 in 1...8 {
            let directory = try TemporaryDirectory()
            let ledger = try SQLiteLedger(path: directory.file())
            let scene = try ReplayTests.play(seed: seed, commands: 120, into: ledger)
            let reader = try LedgerReader(path: directory.file())
            for row in try reader.board() {
                let id = AuctionID(stringLiteral: row.auction)
                let state = try #require(scene.house.auctions[id]?.publicState)
                let format = state.currency.format
                #expect(row.price == state.price.map(format))
                #expect(row.minimum == state.minimum.map(format))
                #expect(row.buyNow == state.buyNow.map(format))
                #expect(row.leader == state.leader)
                #expect(row.reserve == state.reserve.rawValue)
                #expect(row.status == state.status.rawValue)
                #expect(row.outcome == state.outcome)
                #expect(row.bids == state.bids)
                #expect(row.extensions == state.extensions)
                #expect(row.seq == state.seq)
                #expect(row.title == state.title)
                #expect(row.sale == state.sale?.text)
                #expect(row.endsAt == state.endsAt.map(Self.text))
                #expect(row.startsAt == Self.text(state.startsAt))
                #expect(try reader.boardRow(id) == row)
            }
            #expect(try reader.board(sale: "s0").count == scene.house.sales["s0"]?.auctions.count)
        }
    }

    static func text(_ instant: Instant) -> String {
        let seconds = instant.milliseconds / 1000
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        let millisecond = String(1000 + instant.milliseconds % 1000).dropFirst()
        return date.formatted(.iso8601).dropLast() + ".\(millisecond)Z"
    }

    @Test("Times are RFC 3339 to the millisecond, without a rounding", arguments: 0..<200)
    func times(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let instant = Instant(milliseconds: Int64.random(in: 0...4_102_444_800_000, using: &random))
        let shown = try Stranger.values(
            ":memory:",
            "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', \(instant.milliseconds) / 1000.0, 'unixepoch')")
        #expect(shown == [[Self.text(instant)]])
    }

    @Test("Amounts have all of their currency's places")
    func amounts() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = Scene(ledger)
        for (id, currency) in [("yen", Currency.yen), ("usd", .usd), ("kwd", .dinar)] {
            var lot = Terms.english(start: 7, opensAt: scene.now, lasting: 1000)
            lot.currency = currency
            try scene.commit(.createAuction(AuctionID(stringLiteral: id), lot))
        }
        #expect(
            try Stranger.values(
                directory.file(),
                "SELECT auction, minimum, price FROM auction_board ORDER BY auction")
                == [["kwd", "0.007", nil], ["usd", "0.07", nil], ["yen", "7", nil]])
    }

    @Test("The history tells the duel as everybody saw it")
    func history() throws {
        let directory = try IntegrityTests.sample()
        let rows = try LedgerReader(path: directory.file()).bidHistory(of: "book")
        #expect(
            rows.map { "\($0.seq ?? 0) \($0.bidder) \($0.price ?? "-") \($0.result ?? "-")" } == [
                "2 Bidder 1 10.00 leads", "3 Bidder 2 15.50 leads",
                "4 Bidder 3 20.50 outbid at once",
                "5 Bidder 1 27.00 outbid at once",
            ])
    }

    @Test("The log in words says what happened, in public terms")
    func eventLog() throws {
        let directory = try IntegrityTests.sample()
        let rows = try Stranger.values(
            directory.file(),
            "SELECT kind, summary FROM event_log WHERE auction = 'vase' ORDER BY position")
        #expect(
            rows.map { "\($0[0] ?? ""): \($0[1] ?? "")" } == [
                "auction_created: A vase", "auction_opened: ",
                "bid_accepted: Bidder 1 bids; Bidder 1 leads at 10.00 USD",
                "bid_accepted: Bidder 2 bids; Bidder 1 leads at 22300.50 USD",
                "bid_refused: too_low", "bid_refused: suspended", "bid_accepted: private",
                "bids_voided: 1 voided; Bidder 1 leads at 10.00 USD", "auction_paused: a question",
            ])
    }
}
