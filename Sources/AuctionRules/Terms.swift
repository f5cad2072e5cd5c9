/// The conditions of sale of one auction, fixed when it is created. Only the reserve can be lowered
/// and the end moved afterwards, and both are part of the auction's state, not of its terms.
public struct Terms: Hashable, Sendable {
    /// Whether and how a bidder may take a bid back (rulebook, section 4).
    public enum RetractionPolicy: String, Hashable, Sendable, CaseIterable {
        case never
        /// More than 12 h before the end: all of one's own bids on the lot. Otherwise only the
        /// last one, within 1 h of placing it.
        case ebay
    }

    /// The price at which the lot is sold at once.
    public struct BuyNow: Hashable, Sendable {
        /// When an explicit `buy` is taken.
        public enum Availability: String, Hashable, Sendable, CaseIterable {
            case untilFirstBid = "until_first_bid"
            case always
        }

        public let price: Amount
        public let availability: Availability

        public init(price: Amount, availability: Availability = .untilFirstBid) {
            self.price = price
            self.availability = availability
        }
    }

    /// 1 ... 200 characters, no control characters.
    public var title: String
    public var format: Format
    public var currency: Currency
    /// The first acceptable bid, S.
    public var start: Amount
    /// The secret price under which nothing is sold, R.
    public var reserve: Amount?
    /// The cap, C; English auctions only.
    public var buyNow: BuyNow?
    public var increments: IncrementTable
    public var opensAt: Instant
    /// Nil: the lot stays open until an administrator closes it.
    public var closesAt: Instant?
    public var softClose: SoftClose?
    /// What a resumed lot has left at least.
    public var resumeMin: Milliseconds = 120_000
    public var sale: SaleID?
    public var seller: BidderID?
    /// The consignor and whoever else the house declares a party to the sale: they may not bid.
    public var relatedParties: Set<BidderID> = []
    /// An offer of more than this many times the minimum asks for confirmation; nil: off.
    public var confirmAboveFactor: Int64?
    /// Only amounts on the ladder of increments are taken.
    public var ladderOnly = false
    /// A leader's higher max completes a price that his old max had cut short.
    public var completesIncrementOnRaise = false
    public var retraction: RetractionPolicy = .never
    /// Sealed formats: whether the number of bids is public before the close.
    public var showsSealedBidCount = false
    /// The live room: who has it when the room bids as much as an absentee bid goes to.
    public var tie: TieRule = .earliestWins
    /// The live room: an absentee bid that the room has tied goes exactly one step further.
    public var plusOne = false

    public init(
        title: String, format: Format = .english, currency: Currency, start: Amount,
        increments: IncrementTable, opensAt: Instant, closesAt: Instant?
    ) {
        self.title = title
        self.format = format
        self.currency = currency
        self.start = start
        self.increments = increments
        self.opensAt = opensAt
        self.closesAt = closesAt
    }
}

/// What is wrong with an auction's terms: which of them, and what to do about it.
public struct TermsFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The term's name, as SQL, JSON and the CLI spell it.
    public let term: String
    public let problem: String

    init(_ term: String, _ problem: String) {
        self.term = term
        self.problem = problem
    }

    public var description: String { "\(term) \(problem)" }
}

extension Terms {
    /// Throws the first fault, in the order of the fields.
    public func validate() throws(TermsFault) {
        guard Self.isPresentable(title, lengthMax: 200) else {
            throw TermsFault("title", "must be 1 to 200 characters without control characters")
        }
        if let buyNow {
            guard format == .english else {
                throw TermsFault("buy_now", "is for english auctions only")
            }
            guard buyNow.price >= start else {
                throw TermsFault("buy_now", "must not be below the start")
            }
            if let reserve, buyNow.price < reserve {
                throw TermsFault("buy_now", "must not be below the reserve")
            }
        }
        guard opensAt.milliseconds >= 0, opensAt <= .latest else {
            throw TermsFault("opens_at", "must be between 1970 and 9999")
        }
        if let closesAt {
            guard format != .live else {
                throw TermsFault("closes_at", "is not for live-room lots: the auctioneer ends them")
            }
            guard closesAt > opensAt, closesAt <= .latest else {
                throw TermsFault("closes_at", "must be after opens_at and before the year 10000")
            }
            if let hardEnd = softClose?.hardEnd, hardEnd < closesAt {
                throw TermsFault("hard_end", "must not be before closes_at")
            }
        } else if !format.isOpenOutcry {
            throw TermsFault("closes_at", "is needed by a sealed auction")
        }
        if softClose?.group != nil, sale == nil {
            throw TermsFault("soft_close_group", "is for the lots of a sale: say which sale")
        }
        guard (0...Instant.durationMax).contains(resumeMin) else {
            throw TermsFault("resume_min", "must be between zero and 100 years")
        }
        guard relatedParties.count <= 1000 else {
            throw TermsFault("related_parties", "must be at most 1000")
        }
        if let confirmAboveFactor, confirmAboveFactor < 1 {
            throw TermsFault("confirm_above_factor", "must be at least 1")
        }
        if ladderOnly, format != .english {
            throw TermsFault("ladder_only", "is for english auctions only")
        }
        if softClose != nil, format == .live {
            throw TermsFault(
                "soft_close", "is not for live-room lots: fair warnings take its place")
        }
        if tie != .earliestWins, format != .live {
            throw TermsFault("tie", "is for live-room lots only")
        }
        if plusOne, format != .live {
            throw TermsFault("plus_one", "is for live-room lots only")
        }
    }

    /// Text that people will see: within the length and without control characters.
    static func isPresentable(_ text: String, lengthMax: Int) -> Bool {
        !text.isEmpty && text.utf8.count <= lengthMax * 4 && text.count <= lengthMax
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
