import AuctionRules
import GavelClient
import WireProtocol

/// A lot as a simulated bidder knows it: what it has heard on its own connection, nothing more.
struct DemoLot: Hashable, Sendable {
    let id: AuctionID
    let isSealed: Bool
    /// What the lot was to be had for when it was first seen.
    let firstMinimum: Amount
    var isOpen: Bool
    var price: Amount?
    var minimum: Amount?
    var endsAt: Instant?
    var isLeading = false
    var hasBid = false

    /// Nil for a lot that takes no bids any more.
    init?(_ lot: PublicLot) {
        guard let minimum = lot.minimum else { return nil }
        id = lot.auction
        isSealed = lot.format != Format.english.rawValue
        firstMinimum = minimum
        isOpen = lot.status == AuctionStatus.open.rawValue
        price = lot.price
        self.minimum = minimum
        endsAt = lot.endsAt
    }
}

/// A simulated bidder's temper: what a lot is worth to it, and when it bids how much. Pure.
struct DemoMind {
    private(set) var lots: [AuctionID: DemoLot] = [:]
    /// What a lot is worth, in percent of what it started at.
    private var worth: [AuctionID: Int64] = [:]

    /// Beyond what any simulated bidder pays, in percent of the start; a newcomer who bids more
    /// leads.
    static let worthMax: Int64 = 380

    // MARK: - Hearing

    mutating func hear(_ update: WatchUpdate, using chance: inout some RandomNumberGenerator) {
        switch update {
        case .snapshot(let snapshot):
            let id = snapshot.lot.auction
            guard var lot = DemoLot(snapshot.lot) else { return lots[id] = nil }
            lot.isLeading = snapshot.viewer?.isLeading ?? false
            lot.hasBid = snapshot.viewer?.ownMax != nil
            lots[id] = lot
            worth[id] = worth[id] ?? Int64.random(in: 120...(Self.worthMax * 4 / 5), using: &chance)
        case .price(let price):
            lots[price.auction]?.price = price.price
            lots[price.auction]?.minimum = price.minimum
            lots[price.auction]?.endsAt = price.endsAt
        case .status(let status):
            guard !PublicLot.isEnd(status.status) else { return lots[status.auction] = nil }
            lots[status.auction]?.isOpen = status.status == AuctionStatus.open.rawValue
            lots[status.auction]?.endsAt = status.endsAt
        case .notice, .watching, .missed, .disconnected: break
        }
    }

    mutating func hear(_ message: ServerMessage) {
        if case .outbid(let outbid) = message { lose(outbid.auction) }
    }

    /// Somebody else leads there now. To be outbid makes a lot worth a little more.
    mutating func lose(_ auction: AuctionID) {
        lots[auction]?.isLeading = false
        guard let known = worth[auction] else { return }
        worth[auction] = min(known + 10, Self.worthMax * 4 / 5)
    }

    mutating func hear(_ outcome: BidOutcome) {
        guard case .accepted(let accepted) = outcome else { return }
        lots[accepted.auction]?.isLeading = accepted.acceptance.isLeading ?? true
        lots[accepted.auction]?.hasBid = true
    }

    // MARK: - Bidding

    /// The next bid, if any lot tempts.
    func bid(
        at now: Instant, id: BidID, using chance: inout some RandomNumberGenerator
    ) -> BidMessage? {
        let tempting = lots.values.filter { isTempting($0, at: now) }.sorted { $0.id < $1.id }
        guard let lot = tempting.randomElement(using: &chance), let minimum = lot.minimum else {
            return nil
        }
        let most = limit(of: lot, at: now)
        let step = max(1, minimum.minorUnits - (lot.price?.minorUnits ?? 0))
        let wished: Int64
        if lot.isSealed {
            wished = most
        } else if Int.random(in: 0..<4, using: &chance) == 0 {
            // Now and then all of what it is worth, for the engine to bid up to.
            wished = most
        } else {
            wished = minimum.minorUnits + Int64.random(in: 0...2, using: &chance) * min(step, most)
        }
        guard let amount = Amount(minorUnits: max(minimum.minorUnits, min(wished, most))) else {
            return nil
        }
        let isExact = !lot.isSealed && Int.random(in: 0..<8, using: &chance) == 0
        return BidMessage(
            auction: lot.id, id: id, amount: amount, kind: isExact ? .exact : .max)
    }

    private func isTempting(_ lot: DemoLot, at now: Instant) -> Bool {
        guard lot.isOpen, let minimum = lot.minimum else { return false }
        if lot.isSealed { return !lot.hasBid }
        return !lot.isLeading && minimum.minorUnits <= limit(of: lot, at: now)
    }

    /// In the last half minute a lot is worth a quarter more.
    private func limit(of lot: DemoLot, at now: Instant) -> Int64 {
        let isLate = lot.endsAt.map { $0.milliseconds(since: now) < 30_000 } ?? false
        let percent = (worth[lot.id] ?? 100) * (isLate ? 5 : 4) / 4
        // In tenths of the start, so that people's amounts look like people's; at most 2^53 times
        // some tens, which can't overflow.
        return max(1, lot.firstMinimum.minorUnits / 10) * (percent / 10)
    }
}
