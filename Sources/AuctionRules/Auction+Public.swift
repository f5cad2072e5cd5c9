/// Where a lot stands, in public.
public enum AuctionStatus: String, Hashable, Sendable, CaseIterable {
    case scheduled
    case open
    /// In the live room: the auctioneer asks.
    case onBlock = "on_block"
    case fairWarning = "fair_warning"
    case paused
    case closed
    case cancelled
}

/// What everybody may know of the reserve.
public enum ReserveState: String, Hashable, Sendable, CaseIterable {
    case none
    case unmet
    case met
}

/// All that everybody may see of a lot (rulebook, section 6). It has no field for anything secret,
/// so that what is made from it can't leak anything.
public struct PublicState: Hashable, Sendable {
    public let heading: PublicHeading
    public let seq: Int64
    public let status: AuctionStatus
    /// The result's code once the lot is closed or cancelled.
    public let outcome: String?
    public let price: Amount?
    /// Nil when no bid is taken any more.
    public let minimum: Amount?
    public let buyNow: Amount?
    /// An alias; after a sale the winner's.
    public let leader: String?
    public let bids: Int
    public let reserve: ReserveState
    public let startsAt: Instant
    public let endsAt: Instant?
    public let extensions: Int
    /// Of live-room lots.
    public let block: PublicBlock?

    public var auction: AuctionID { heading.auction }
    public var sale: SaleID? { heading.sale }
    public var title: String { heading.title }
    public var format: Format { heading.format }
    public var currency: Currency { heading.currency }
}

/// What stands over a lot for everybody and never changes. A value, though a class: all states of a lot share it,
/// and of many texts to count only one reference is left.
public final class PublicHeading: Sendable {
    public let auction: AuctionID
    public let sale: SaleID?
    public let title: String
    public let format: Format
    public let currency: Currency

    init(auction: AuctionID, sale: SaleID?, title: String, format: Format, currency: Currency) {
        self.auction = auction
        self.sale = sale
        self.title = title
        self.format = format
        self.currency = currency
    }
}

extension PublicHeading: Hashable {
    public static func == (left: PublicHeading, right: PublicHeading) -> Bool {
        left === right
            || left.auction == right.auction && left.sale == right.sale
                && left.title == right.title && left.format == right.format
                && left.currency == right.currency
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(auction)
        hasher.combine(sale)
        hasher.combine(title)
        hasher.combine(format)
        hasher.combine(currency)
    }
}

/// What everybody may see of a live-room lot on the block, and off it.
public struct PublicBlock: Hashable, Sendable {
    /// Nil while the lot is not on the block.
    public let ask: Amount?
    public let askSeq: Int64
    /// 0, 1 or 2.
    public let fairWarnings: Int

    public init(ask: Amount?, askSeq: Int64, fairWarnings: Int) {
        self.ask = ask
        self.askSeq = askSeq
        self.fairWarnings = fairWarnings
    }
}

extension Auction {
    public var publicState: PublicState {
        PublicState(
            heading: publicHeading, seq: seq, status: status, outcome: outcomeCode,
            price: standing.price, minimum: minimum, buyNow: standingBuyNow,
            leader: publicLeader, bids: publicBidCount, reserve: reserveState,
            startsAt: startsAt, endsAt: endsAt, extensions: extensions,
            block: block.map {
                PublicBlock(ask: $0.ask, askSeq: $0.askSeq, fairWarnings: $0.fairWarnings)
            })
    }

    public var status: AuctionStatus {
        switch phase {
        case .scheduled: .scheduled
        case .open: block == nil ? .open : statusInTheRoom
        case .paused: .paused
        case .closed: .closed
        case .cancelled: .cancelled
        }
    }

    private var statusInTheRoom: AuctionStatus {
        guard let block, block.ask != nil else { return .open }
        return block.fairWarnings == 0 ? .onBlock : .fairWarning
    }

    /// The name under which a bidder appears to others on this lot; nil for somebody who has not
    /// bid on it.
    public func alias(of bidder: BidderID) -> String? {
        number(of: bidder).map { Self.alias(number: $0) }
    }

    /// The same without the word: 1, 2, 3 … in the order of the first accepted bids.
    public func number(of bidder: BidderID) -> Int? {
        // Who is asked for most is who leads.
        bidder == standing.leader ? leaderAlias : participants.number(of: bidder)
    }

    /// `Bidder 1` is whose bid was accepted first.
    public static func alias(number: Int) -> String {
        firstAliases.indices.contains(number)
            ? firstAliases[number] : aliasPrefix.description + String(number)
    }

    /// Made once, as every change of a lot's price has one.
    private static let firstAliases = (0..<1024).map { aliasPrefix.description + String($0) }

    /// What an alias is before its number.
    public static var aliasPrefix: StaticString { "Bidder " }

    /// The least that a newcomer must offer; nil when the lot takes no bids any more.
    public var minimum: Amount? { currentMinimum }

    /// The same, in line.
    @inline(__always)
    var currentMinimum: Amount? {
        switch phase {
        case .scheduled, .open, .paused: bidding.minimum(in: self)
        case .closed, .cancelled: nil
        }
    }

    public var reserveState: ReserveState {
        guard reserve != nil else { return .none }
        return standing.isReserveMet ? .met : .unmet
    }

    var isOpenOutcry: Bool { terms.format.isOpenOutcry }

    /// The bid count that everybody may see. A sealed lot shows how many bidders stand, and only
    /// when its terms say so or it is closed.
    public var publicBidCount: Int {
        guard !isOpenOutcry else { return publicBids }
        guard isClosed || terms.showsSealedBidCount else { return 0 }
        return participants.count { $0.participant.standingAmount != nil }
    }

    private var outcomeCode: String? {
        switch phase {
        case .closed(let outcome, _, _): outcome.code
        case .cancelled: "withdrawn"
        default: nil
        }
    }

    /// The buy-now price while it can be taken.
    private var standingBuyNow: Amount? {
        guard let buyNow = terms.buyNow, minimum != nil else { return nil }
        let isStanding = buyNow.availability == .always || standing.price == nil
        return isStanding ? buyNow.price : nil
    }

    private var publicLeader: String? {
        leaderAlias.map(Self.alias(number:))
    }
}

extension Format {
    /// Whether the format tells before the close who leads and at what price.
    public var isOpenOutcry: Bool {
        switch self {
        case .english: EnglishFormat.isOpenOutcry
        case .sealedFirstPrice: SealedFirstPriceFormat.isOpenOutcry
        case .vickrey: VickreyFormat.isOpenOutcry
        case .live: LiveFormat.isOpenOutcry
        }
    }

    func standingAmount(of commitments: some Sequence<Commitment>) -> Amount? {
        switch self {
        case .english: EnglishFormat.standingAmount(of: commitments)
        case .sealedFirstPrice: SealedFirstPriceFormat.standingAmount(of: commitments)
        case .vickrey: VickreyFormat.standingAmount(of: commitments)
        case .live: LiveFormat.standingAmount(of: commitments)
        }
    }
}
