import AuctionRules
import StrictJSON

/// Follows a log with its secrets: decodes every event, has every price follow from the closed form,
/// and replays it. What it checks before it applies an event is also what keeps a forged log from
/// leading the rules where they could not go by themselves.
struct Replay {
    private(set) var house = House()
    private(set) var bids: Int64 = 0
    private var prices: [AuctionID: LotPrices] = [:]
    private var writer = JSONWriter(reservingCapacity: 1024)

    /// - Parameter publicPayload: empty when there is none.
    mutating func follow(
        position: Int64, at t: Instant, kind: String, auction: String?, payload: [UInt8],
        publicPayload: [UInt8], hash: EntryHash
    ) throws(LogFault) -> Event {
        func fault(_ rule: String, _ detail: String) -> LogFault {
            LogFault(position: position, auction: auction, rule: rule, detail: detail)
        }
        let event: Event
        do {
            event = try EventCodec.decode(kind: kind, auction: auction, payload: payload)
        } catch {
            throw fault("payload can be read", "\(error)")
        }
        writer.removeAll()
        EventCodec.encodePublic(event, in: house, to: &writer)
        guard writer.bytes == publicPayload else {
            throw fault("public payload follows from the payload", "it is another")
        }
        do {
            try check(event, at: t)
        } catch {
            throw fault(error.rule, error.detail)
        }
        house.apply(event, at: t, recordedAs: hash)
        if case .auction(_, .bidAccepted) = event { bids += 1 }
        return event
    }

    /// What must hold before an event can be applied, and what it must lead to.
    private mutating func check(_ event: Event, at t: Instant) throws(PublicLot.Breach) {
        guard case .auction(let id, let event) = event else { return }
        if case .created = event {
            guard prices.updateValue(LotPrices(), forKey: id) == nil else {
                throw PublicLot.Breach(rule: "a lot is created once", detail: "it is there already")
            }
            return
        }
        let checked: Result<Void, PublicLot.Breach>? = house.auctions.with(id) { auction in
            Result { () throws(PublicLot.Breach) in
                try Self.check(event, on: auction, at: t, &prices[id, default: LotPrices()])
            }
        }
        guard let checked else {
            throw PublicLot.Breach(rule: "a lot is created first", detail: "there is no lot \(id)")
        }
        try checked.get()
    }

    private static func check(
        _ event: AuctionEvent, on auction: Auction, at t: Instant, _ prices: inout LotPrices
    ) throws(PublicLot.Breach) {
        switch event {
        case .bidAccepted(let event): try prices.follow(event, on: auction, at: t)
        case .bidsVoided(let event):
            if case .retraction(let request) = event.cause { try checkIsNew(request, on: auction) }
            try prices.follow(event, on: auction)
        case .closed(let event): try prices.check(event, on: auction)
        case .reserveLowered(let event):
            let isMet = auction.standing.price.map { $0 >= event.reserve } ?? false
            guard event.isMet == isMet else {
                throw PublicLot.Breach(
                    rule: "reserve met = price >= reserve", detail: "it says otherwise")
            }
        case .bidRefused(let event):
            try checkIsNew(event.request, on: auction)
            guard case .tooLow(let minimum) = event.refusal else { return }
            guard minimum == auction.minimum else {
                throw PublicLot.Breach(
                    rule: "a refusal tells the minimum", detail: "it tells \(minimum)")
            }
        case .askSet(let event): try prices.follow(event, on: auction)
        case .reopened: prices.reopen()
        case .created, .opened, .extended, .paused, .resumed, .cancelled, .announced, .fairWarned:
            break
        }
    }

    private static func checkIsNew(
        _ request: BidRequest, on auction: Auction
    ) throws(PublicLot.Breach) {
        guard auction.reply(to: request.key) == nil else {
            throw PublicLot.Breach(rule: "one reply per bid id", detail: "the id had a reply")
        }
    }
}
