import AuctionRules
import StrictJSON
import Testing

@testable import Ledger

/// Events survive their JSON, and their JSON never changes.
struct EventCodecTests {
    static let request = BidRequest(
        bidder: .anna, id: "k-1", action: .bid(.max, amount: 1250, currency: "USD"),
        isConfirmed: true)
    static let standing = Standing(price: 1250, leader: .ben, isReserveMet: true)

    static var fullTerms: Terms {
        get throws {
            var terms = Terms.english(start: 999, opensAt: Instant(milliseconds: 5), lasting: 99)
            terms.title = "\"Nike\" of Samothrace\\ – Ünïcødé 🏺"
            terms.reserve = 10_000
            terms.buyNow = .init(price: 20_000, availability: .always)
            terms.softClose = try SoftClose(
                stages: [
                    .init(window: 60_000, mode: .add, amount: 90_000),
                    .init(window: 30_000, mode: .reset, amount: 1),
                ], trigger: .leader, extensionsMax: 7, hardEnd: Instant(milliseconds: 1_000_000))
            terms.resumeMin = 0
            terms.sale = "s"
            terms.seller = .cleo
            terms.relatedParties = [.dora, .anna]
            terms.confirmAboveFactor = 10
            terms.ladderOnly = true
            terms.completesIncrementOnRaise = true
            terms.retraction = .ebay
            terms.showsSealedBidCount = true
            return terms
        }
    }

    static var events: [Event] {
        get throws {
            var sealed = Terms.english(start: 1, opensAt: Instant(milliseconds: 0), lasting: 1)
            sealed.format = .vickrey
            sealed.currency = .dinar
            sealed.closesAt = nil
            var live = Terms.english(start: 1, opensAt: Instant(milliseconds: 0), lasting: 1)
            (live.format, live.closesAt) = (.live, nil)
            (live.tie, live.plusOne) = (.absenteeWins, true)
            let room: [AuctionEvent] = [
                .created(live), .askSet(AskSet(ask: 5, standing: nil, seq: 2)),
                .askSet(AskSet(ask: .largest + .largest, standing: standing, seq: 2)),
                .bidAccepted(
                    BidAccepted(
                        request: BidRequest(
                            bidder: .anna, id: "k",
                            action: .bidAtAsk(.exact, amount: 7, askSeq: 3, currency: "USD")),
                        amount: 7, ordinal: 12, standing: standing, seq: 3)),
                .bidAccepted(
                    BidAccepted(
                        request: BidRequest(bidder: .anna, id: "k", action: .room(amount: 7)),
                        amount: 7, ordinal: 13, standing: standing, seq: 4)),
                .fairWarned(seq: 5), .closed(Closed(outcome: .passed, cause: .hammer, seq: 6)),
                .reopened(Reopened(reason: nil, seq: 7)),
                .reopened(Reopened(reason: "why", seq: 7)),
            ]
            let auction: [AuctionEvent] = [
                .created(try fullTerms), .created(sealed), .opened(seq: 1),
                .bidAccepted(
                    BidAccepted(
                        request: request, amount: 1250, ordinal: 0, standing: standing, seq: 2)),
                .bidAccepted(
                    BidAccepted(
                        request: BidRequest(bidder: .anna, id: "k", action: .buy), amount: 7,
                        ordinal: 12, standing: nil, seq: nil)),
                .bidsVoided(
                    BidsVoided(
                        ordinals: [0, 3], cause: .administrator(reason: "typo"),
                        standing: Standing(price: nil, leader: nil, isReserveMet: false),
                        outcome: .sold(to: .ben, price: 5), seq: 3)),
                .bidsVoided(
                    BidsVoided(
                        ordinals: [],
                        cause: .retraction(
                            BidRequest(bidder: .anna, id: "r", action: .retract("k-1"))),
                        standing: nil, outcome: .noBids, seq: nil)),
                .reserveLowered(ReserveLowered(reserve: 4, isMet: true, seq: 4)),
                .reserveLowered(ReserveLowered(reserve: 4, isMet: false, seq: nil)),
                .extended(Extended(endsAt: .latest, cause: .softClose, seq: 5)),
                .extended(
                    Extended(endsAt: .latest, cause: .softCloseGroup(bidOn: "l9"), seq: 5)),
                .extended(Extended(endsAt: .latest, cause: .outage, seq: 5)),
                .extended(Extended(endsAt: .latest, cause: .administrator(reason: nil), seq: 5)),
                .extended(Extended(endsAt: .latest, cause: .administrator(reason: "x"), seq: 5)),
                .paused(reason: nil, seq: 6), .paused(reason: "a\nb", seq: 6),
                .resumed(endsAt: nil, seq: 7), .resumed(endsAt: .latest, seq: 7),
                .closed(Closed(outcome: .sold(to: .anna, price: 9), cause: .bought, seq: 8)),
                .closed(Closed(outcome: .noBids, cause: .time, seq: 8)),
                .closed(Closed(outcome: .reserveNotMet, cause: .hammer, reason: "r", seq: 8)),
                .cancelled(reason: "gone", seq: 9), .announced(text: "hello \u{0}\u{1f}"),
            ]
            let house: [HouseEvent] = [
                .saleCreated(Sale(id: "s", title: "T", stagger: 5, requiresApproval: true)),
                .saleCreated(Sale(id: "s", title: "T", softCloseGroup: "evening")),
                .bidderAdded(Bidder(id: .anna)),
                .bidderAdded(
                    Bidder(id: .ben, name: "B", bidLimit: Limit(amount: 5, currency: .yen))),
                .bidderSuspended(.anna, reason: nil), .bidderSuspended(.anna, reason: "why"),
                .bidderReinstated(.anna),
                .registered(Registration(sale: "s", bidder: .anna, isApproved: false)),
                .registered(
                    Registration(
                        sale: "s", bidder: .anna, isApproved: true,
                        exposureLimit: Limit(amount: 5, currency: .dinar))),
                .tokenIssued(Token(hash: .sample("a"), bearer: .bidder(.anna), expiresAt: .latest)),
                .tokenIssued(
                    Token(
                        hash: .sample("b"), bearer: .administrator(name: "root"), expiresAt: nil)),
                .tokenRevoked(.sample("c")), .signingKeyAdded(.sample("d")),
            ]
            return (auction + room).map { .auction("lot", $0) } + house.map { .house($0) }
                + refusals.map {
                    .auction("lot", .bidRefused(BidRefused(request: request, refusal: $0)))
                }
        }
    }

    static let refusals: [Refusal] = [
        .malformed("no"), .wrongCurrency(expected: "EUR"), .invalidAmount, .idempotencyConflict,
        .unknownAuction, .notOpen, .paused, .closed(lateBy: 0), .closed(lateBy: 17), .cancelled,
        .notRegistered, .notApproved, .suspended, .selfBidding, .limitExceeded, .alreadyLeading,
        .maxNotHigher, .tooLow(minimum: 1300),
        // A minimum may lie one step above the largest amount.
        .tooLow(minimum: .largest + .largest), .offLadder, .confirmRequired(minimum: 3),
        .unsupported("Buy-now ended"), .unavailable, .askMoved(ask: 5, askSeq: 7),
    ]

    @Test("Every event is read back as it was written")
    func roundTrip() throws {
        for event in try Self.events {
            let payload = EventCodec.encode(event)
            let decoded = try EventCodec.decode(
                kind: event.kind, auction: event.auction?.text, payload: payload)
            #expect(decoded == event)
            #expect(EventCodec.encode(decoded) == payload, "not the same bytes again")
        }
    }

    @Test("The sample has every kind of event")
    func sampleIsComplete() throws {
        #expect(Set(try Self.events.map(\.kind)).count == 23)
    }

    @Test(
        "The stored form of an event never changes",
        arguments: [
            (
                AuctionEvent.bidAccepted(
                    BidAccepted(
                        request: request, amount: 1250, ordinal: 0, standing: standing, seq: 2)),
                #"{"v":1,"bidder":"anna","id":"k-1","action":"max","amount":1250,"#
                    + #""currency":"USD","confirmed":true,"committed":1250,"ordinal":0,"#
                    + #""standing":{"price":1250,"leader":"ben","reserve_met":true},"seq":2}"#
            ),
            (
                .bidRefused(BidRefused(request: request, refusal: .tooLow(minimum: 1300))),
                #"{"v":1,"bidder":"anna","id":"k-1","action":"max","amount":1250,"#
                    + #""currency":"USD","confirmed":true,"code":"too_low","minimum":1300}"#
            ),
            (
                .closed(Closed(outcome: .sold(to: .anna, price: 9), cause: .time, seq: 8)),
                #"{"v":1,"outcome":"sold","winner":"anna","price":9,"cause":"time","seq":8}"#
            ),
        ])
    func goldenBytes(event: AuctionEvent, json: String) {
        let payload = EventCodec.encode(.auction("lot", event))
        #expect(String(decoding: payload, as: UTF8.self) == json)
    }

    @Test("The terms' stored form never changes")
    func goldenTerms() throws {
        let payload = EventCodec.encode(.auction("lot", .created(try Self.fullTerms)))
        #expect(
            String(decoding: payload, as: UTF8.self)
                == #"{"v":1,"title":"\"Nike\" of Samothrace\\ – Ünïcødé 🏺","format":"english","#
                + #""currency":"USD","start":999,"reserve":10000,"#
                + #""buy_now":{"price":20000,"availability":"always"},"#
                + #""increments":[[0,5],[100,25],[500,50],[2500,100],[10000,250],[25000,500],"#
                + #"[50000,1000],[100000,2500],[250000,5000],[500000,10000]],"#
                + #""opens_at":5,"closes_at":104,"soft_close":{"stages":["#
                + #"{"window":60000,"mode":"add","amount":90000},"#
                + #"{"window":30000,"mode":"reset","amount":1}],"trigger":"leader","#
                + #""extensions_max":7,"hard_end":1000000},"resume_min":0,"sale":"s","#
                + #""seller":"cleo","related_parties":["anna","dora"],"#
                + #""confirm_above_factor":10,"ladder_only":true,"#
                + #""completes_increment_on_raise":true,"retraction":"ebay","#
                + #""shows_sealed_bid_count":true}"#)
    }

    @Test(
        "A payload that is not what its kind must be is refused with the field's name",
        arguments: [
            ("auction_opened", #"{"v":1}"#, "seq"),
            ("auction_opened", #"{"v":2,"seq":1}"#, "version 2"),
            ("auction_opened", #"{"seq":1}"#, "v"),
            ("auction_opened", #"[1]"#, "no object"),
            ("auction_opened", #"{"v":1,"seq":1"#, "ends too early"),
            ("auction_opened", #"{"v":1,"seq":"1"}"#, "seq"),
            ("auction_melted", #"{"v":1}"#, "no kind"),
            (
                "bid_refused", #"{"v":1,"bidder":"a","id":"b","action":"buy","code":"too_low"}"#,
                "code"
            ),
            (
                "bid_refused", #"{"v":1,"bidder":"a b","id":"b","action":"buy","code":"x"}"#,
                "is not an id"
            ),
            (
                "bid_refused",
                #"{"v":1,"bidder":"a","id":"b","action":"max","amount":0,"code":"x"}"#, "amount"
            ),
            (
                "bid_refused",
                #"{"v":1,"bidder":"a","id":"b","action":"beg","amount":1,"code":"x"}"#, "action"
            ),
            ("auction_closed", #"{"v":1,"outcome":"sold","cause":"time","seq":1}"#, "winner"),
            ("auction_extended", #"{"v":1,"ends_at":1,"cause":"magic","seq":1}"#, "cause"),
            ("bids_voided", #"{"v":1,"ordinals":["1"],"reason":"r"}"#, "ordinals"),
            ("bids_voided", #"{"v":1,"ordinals":[1]}"#, "reason"),
        ])
    func damagedPayload(kind: String, json: String, mentions: String) throws {
        let error = #expect(throws: EventCodingError.self) {
            try EventCodec.decode(kind: kind, auction: "lot", payload: json.utf8)
        }
        #expect(error.map { "\($0)".contains(mentions) } == true, "\(String(describing: error))")
    }
}
