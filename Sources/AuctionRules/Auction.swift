import CMemory

/// One lot: its terms, and all that has happened to it.
///
/// A value. ``decide(_:at:admission:)`` and its siblings turn a request into events or a refusal and
/// change nothing; ``apply(_:at:recordedAs:)`` is the only thing that changes it, and can't fail.
/// So the log replayed gives the same auction again, and any moment can be tried out on a copy.
public struct Auction: Hashable, Sendable {
    /// What may be done with the lot now.
    public enum Phase: Hashable, Sendable {
        case scheduled
        case open
        /// `remaining` is what was left to the end; nil when the lot has none.
        case paused(remaining: Milliseconds?)
        case closed(Outcome, Closed.Cause, at: Instant)
        case cancelled(at: Instant)
    }

    /// What the auction knows of somebody who has bid on it.
    public struct Participant: Hashable, Sendable {
        /// 1, 2, 3 … in the order of the first accepted bid: the alias on this lot.
        public let number: Int
        /// The standing max, or sealed bid; nil when all of it has been voided.
        public let standingAmount: Amount?
    }

    /// A move of the lot's end.
    public struct Extension: Hashable, Sendable {
        /// What moved it. An administrator's reason is in the log.
        public enum Cause: String, Hashable, Sendable, CaseIterable {
            case softClose = "soft_close"
            case softCloseGroup = "soft_close_group"
            case outage
            case administrator
        }

        /// Of the public change.
        public let seq: Int64
        public let at: Instant
        public let endsAt: Instant
        public let cause: Cause
    }

    /// A lot whose end moves with each of thousands of bids must not grow with it; who wants to know
    /// them all reads the log.
    public static let newestExtensionsMax = 100

    public let id: AuctionID
    private let box: TermsBox
    public internal(set) var phase: Phase = .scheduled
    /// The number of the newest public change; 0 before the first one.
    public internal(set) var seq: Int64 = 0
    public internal(set) var startsAt: Instant
    /// Nil while paused, and for a lot that only an administrator closes.
    public internal(set) var endsAt: Instant?
    /// How often the end has moved, for whatever cause.
    public internal(set) var extensions = 0
    /// How often a bid has moved it, one on this lot or on its group: what stages and the most
    /// extensions are counted by.
    public internal(set) var extensionsByBids = 0
    /// The moves that came last, at most ``newestExtensionsMax``.
    public internal(set) var newestExtensions: [Extension] = []
    /// The log entry that says how the lot ended: its close, or the last void after it that changed
    /// something public.
    public internal(set) var outcomeEntry: EntryHash?
    public internal(set) var reserve: Amount?
    /// The bidding as everybody may see it. Sealed formats leave it empty until the close.
    public private(set) var standing = Standing(price: nil, leader: nil, isReserveMet: false)
    /// The number of the one who leads or, after a sale, has won. Follows from the standing; kept, as
    /// everything that is told of the lot names him.
    public private(set) var leaderAlias: Int?
    var commitmentBook = CommitmentBook()
    public internal(set) var participants = Participants()
    /// The highest offer of each bidder that was refused as too low, for the day that a void
    /// brings the lot below it again.
    var refusedOffers: [BidderID: Amount] = [:]
    var bidding: Bidding
    /// Where a live-room lot is in the room; nil in every other format.
    public internal(set) var block: Block?
    /// Accepted bids that are public and not voided.
    var publicBids = 0
    /// Every final reply.
    var replies = ReplyBook()

    init(id: AuctionID, terms: Terms) {
        self.id = id
        box = TermsBox(terms, of: id)
        startsAt = terms.opensAt
        endsAt = terms.closesAt
        reserve = terms.reserve
        bidding = terms.format.opening(terms)
        block = terms.format == .live ? Block() : nil
    }

    /// Changes the bidding that everybody sees. Who leads has been admitted before.
    mutating func show(_ standing: Standing) {
        if standing.leader != self.standing.leader || leaderAlias == nil {
            leaderAlias = standing.leader.flatMap { participants.number(of: $0) }
        }
        self.standing = standing
    }

    /// The same after a bid, whose bidder's number is known.
    @inline(__always)
    mutating func show(_ standing: Standing, after bidder: BidderID, number: Int) {
        if standing.leader == bidder {
            leaderAlias = number
            self.standing = standing
        } else {
            show(standing)
        }
    }

    public var terms: Terms { box.terms }
    var publicHeading: PublicHeading { box.publicHeading }

    /// Has what a request will look at fetched, all of it at once: one after the other, each would be waited
    /// for, and with thousands of lots hardly anything of one is in a cache.
    ///
    /// It changes nothing, but what does not say that it may is given a copy.
    mutating func prefetch(bidder: UInt64, key: UInt64) {
        memory_prefetch_lines(Unmanaged.passUnretained(box).toOpaque(), TermsBox.lines)
        replies.prefetch(key)
        participants.prefetch(bidder)
        commitmentBook.prefetchEnd()
    }

    // Kept beside the terms, as every bid asks.
    /// Whether late bids on the lot may extend others.
    var isGrouped: Bool { box.isGrouped }
    var isOfSale: Bool { box.isOfSale }
    /// Whether there is anybody who may not bid on it because it is his.
    var hasParties: Bool { box.hasParties }

    /// The reply that a request got, or nil when it got no final one.
    public func reply(to key: BidKey) -> Reply? { replies.reply(to: key, among: participants) }

    /// The reply that was given last: right after an event with a verdict, that verdict's.
    public var newestReply: Reply? { replies.newest(among: participants) }

    public var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    /// The result, once the lot is closed.
    public var outcome: Outcome? {
        if case .closed(let outcome, _, _) = phase { outcome } else { nil }
    }

    /// The leader's secret max, where the format shows who leads; the live room does so once the lot has
    /// been on the block.
    public var leaderMax: Amount? {
        switch bidding {
        case .english(let format): format.lead?.max
        case .live(let format): standing.leader == nil ? nil : format.lead?.max
        case .sealedFirstPrice, .vickrey: nil
        }
    }

    /// When the clock has something to do here next: open or close the lot.
    public var deadline: Instant? {
        switch phase {
        case .scheduled: startsAt
        case .open: endsAt
        case .paused, .closed, .cancelled: nil
        }
    }
}

/// Terms in a place of their own: they are large, never change, and all copies of a lot share them.
private final class TermsBox: Hashable, Sendable {
    let terms: Terms
    let publicHeading: PublicHeading
    let isGrouped: Bool
    let isOfSale: Bool
    let hasParties: Bool

    /// How many lines of a cache it takes, with the object's head.
    static let lines = (MemoryLayout<Terms>.size + 16 + 63) / 64

    init(_ terms: Terms, of id: AuctionID) {
        self.terms = terms
        publicHeading = PublicHeading(
            auction: id, sale: terms.sale, title: terms.title, format: terms.format,
            currency: terms.currency)
        isOfSale = terms.sale != nil
        hasParties = terms.seller != nil || !terms.relatedParties.isEmpty
        isGrouped = terms.softClose?.group != nil
    }

    static func == (left: TermsBox, right: TermsBox) -> Bool {
        left === right || left.terms == right.terms
    }

    func hash(into hasher: inout Hasher) { terms.hash(into: &hasher) }
}
