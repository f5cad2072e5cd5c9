import AuctionRules

/// The rows that a batch appends. Their texts are ranges of the batch's bytes: a row holds no reference, so
/// that nothing is counted when the log's thread reads rows, and lets go of them, that another one made.

/// Where some of a batch's bytes are, in 8 bytes of memory, where a range has 16: a row is written by one core
/// and read by another one, and each of its bytes is waited for.
///
/// A batch is far from the 4 GiB that this can tell: it has some thousand entries, and the largest message
/// makes one of some ten thousand bytes.
struct ByteRange: Sendable {
    private let lowerBound: UInt32
    private let upperBound: UInt32

    init(_ range: Range<Int>) {
        lowerBound = UInt32(range.lowerBound)
        upperBound = UInt32(range.upperBound)
    }

    var range: Range<Int> { Range(uncheckedBounds: (Int(lowerBound), Int(upperBound))) }

    static let empty = ByteRange(0..<0)
}

/// An integer column's value, in 8 bytes of memory. NULL is the least integer, which no column may have.
struct ColumnValue: Sendable {
    private let stored: Int64

    init(_ value: Int64?) { stored = value ?? .min }

    init(_ value: Int) { stored = Int64(value) }

    /// nil for NULL.
    var value: Int64? { stored == .min ? nil : stored }

    static let null = ColumnValue(nil)
}

/// A row of `event`.
struct EntryRow: Sendable {
    let position: Int64
    let at: Instant
    let seq: ColumnValue
    let salt: ByteRange
    let kind: ByteRange
    /// Empty for an event of the house.
    let auction: ByteRange
    let payload: ByteRange
    /// Empty when nothing of the event is public.
    let publicPayload: ByteRange
    let previousHash: ByteRange
    let hash: ByteRange
    /// What the bidder was told, when the event answers a request for good.
    var answer: AnswerColumns?

    init(
        position: Int64, at: Instant, seq: Int64?, image: EntryImage, answer: AnswerColumns? = nil
    ) {
        self.position = position
        self.at = at
        self.seq = ColumnValue(seq)
        salt = ByteRange(image.salt)
        kind = ByteRange(image.kind)
        auction = ByteRange(image.auction)
        payload = ByteRange(image.payload)
        publicPayload = ByteRange(image.publicPayload)
        previousHash = ByteRange(image.previousHash)
        hash = ByteRange(image.ownHash)
        self.answer = answer
    }
}

/// The columns of `event` from `bidder` on.
struct AnswerColumns: Sendable {
    let bidder: ByteRange
    let bid: ByteRange
    let told: ToldColumns
    let commitment: CommitmentColumns

    init(
        bidder: Range<Int>, bid: Range<Int>, told: ToldColumns,
        commitment: CommitmentColumns = .none
    ) {
        self.bidder = ByteRange(bidder)
        self.bid = ByteRange(bid)
        self.told = told
        self.commitment = commitment
    }
}

/// The columns of `event` that say what a bidder was told.
struct ToldColumns: Sendable {
    /// Empty unless it was a refusal.
    let code: ByteRange
    let lateBy: ColumnValue
    let minimum: ColumnValue
    let seq: ColumnValue
    let ownMax: ColumnValue
    let price: ColumnValue
    let endsAt: ColumnValue
    let isLeading: Bool?
    let reserve: ReserveState?

    init(_ told: Acceptance) {
        code = .empty
        lateBy = .null
        minimum = ColumnValue(told.minimum?.minorUnits)
        seq = ColumnValue(told.seq)
        isLeading = told.isLeading
        ownMax = ColumnValue(told.ownMax.minorUnits)
        price = ColumnValue(told.price?.minorUnits)
        reserve = told.reserve
        endsAt = ColumnValue(told.endsAt?.milliseconds)
    }

    /// - Parameter code: where the refusal's code stands, if it is one.
    init(_ verdict: Verdict, code: Range<Int>) {
        switch verdict {
        case .accepted(let told): self.init(told)
        case .retracted(let seq): self.init(code: code, seq: seq)
        case .refused(let refusal):
            self.init(code: code, lateBy: refusal.lateBy, minimum: refusal.minimum)
        }
    }

    private init(
        code: Range<Int>, lateBy: Int64? = nil, minimum: Amount? = nil, seq: Int64? = nil
    ) {
        self.code = ByteRange(code)
        self.lateBy = ColumnValue(lateBy)
        self.minimum = ColumnValue(minimum?.minorUnits)
        self.seq = ColumnValue(seq)
        ownMax = .null
        price = .null
        endsAt = .null
        isLeading = nil
        reserve = nil
    }
}

/// What an accepted bid adds.
struct CommitmentColumns: Sendable {
    let ordinal: ColumnValue
    let amount: ColumnValue
    /// The bidder's number on the lot.
    let alias: ColumnValue

    init(ordinal: Int, amount: Amount, alias: Int) {
        self.ordinal = ColumnValue(ordinal)
        self.amount = ColumnValue(amount.minorUnits)
        self.alias = ColumnValue(alias)
    }

    private init() {
        ordinal = .null
        amount = .null
        alias = .null
    }

    /// Of all that is no accepted bid.
    static let none = CommitmentColumns()
}

/// A row of `void`: a commitment that was voided, of this batch or an earlier one.
struct VoidRow: Sendable {
    let auction: ByteRange
    let ordinal: Int
    /// Of the entry that voided it.
    let position: Int64
}

/// What a batch's events have touched in the state tables, each thing once and in order.
struct Touched: Sendable {
    private(set) var sales = OrderedNotes<SaleID>()
    private(set) var bidders = OrderedNotes<BidderID>()
    private(set) var registrations = OrderedNotes<RegistrationKey>()
    private(set) var tokens = OrderedNotes<TokenHash>()
    private(set) var signingKeys = OrderedNotes<PublicKey>()
    private(set) var lots = LotNotes()
    /// Whether there is more than what happened to lots that were there before.
    private(set) var changesHouse = false

    struct RegistrationKey: Hashable, Sendable {
        let sale: SaleID
        let bidder: BidderID
    }

    /// - Parameter lot: where the event's lot stands once it has happened.
    mutating func note(_ event: AuctionEvent, on lot: Auctions.Place) {
        switch event {
        // Only the bidder hears of it.
        case .bidRefused, .announced: break
        case .bidAccepted: noteBid(on: lot)
        case .created:
            lots.note(.all, of: lot)
            changesHouse = true
        case .opened, .bidsVoided, .reserveLowered, .extended, .paused, .resumed, .closed,
            .cancelled, .askSet, .fairWarned, .reopened:
            lots.note(.state, of: lot)
        }
    }

    /// An accepted bid on that lot.
    mutating func noteBid(on lot: Auctions.Place) { lots.note(.bidding, of: lot) }

    mutating func note(_ event: HouseEvent) {
        changesHouse = true
        switch event {
        case .saleCreated(let sale): sales.note(sale.id)
        case .bidderAdded(let bidder): bidders.note(bidder.id)
        case .bidderSuspended(let id, _), .bidderReinstated(let id): bidders.note(id)
        case .registered(let registration):
            registrations.note(
                RegistrationKey(sale: registration.sale, bidder: registration.bidder))
        case .tokenIssued(let token): tokens.note(token.hash)
        case .tokenRevoked(let hash): tokens.note(hash)
        case .signingKeyAdded(let key): signingKeys.note(key)
        }
    }
}

/// The lots that a batch has touched, and how much of each.
///
/// By where they stand: with a lot for nearly every bid, to hash their names was a good part of what a bid
/// takes.
struct LotNotes: Sendable {
    /// How much of a lot has changed; what is more comes later.
    enum Extent: Int, Comparable, Sendable {
        case bidding
        case state
        /// The lot is a new one.
        case all

        static func < (left: Extent, right: Extent) -> Bool { left.rawValue < right.rawValue }
    }

    struct Note: Sendable {
        let lot: Auctions.Place
        fileprivate(set) var extent: Extent
    }

    private var notes: [Note] = []
    private var places = NumberedPlaces()

    /// In the order of their numbers: their rows, one after the other, are on few pages.
    var inOrder: [Note] { notes.sorted { $0.lot.number < $1.lot.number } }

    mutating func note(_ extent: Extent, of lot: Auctions.Place) {
        // Many events concern the lot of the event before.
        let last = notes.count - 1
        let index = last >= 0 && notes[last].lot == lot ? last : places[lot.number]
        if let index {
            if notes[index].extent < extent { notes[index].extent = extent }
        } else {
            places.insert(lot.number, at: notes.count)
            notes.append(Note(lot: lot, extent: extent))
        }
    }
}

/// Distinct elements in the order in which they came.
struct OrderedNotes<Element: Hashable & Sendable>: Sendable {
    private(set) var elements: [Element] = []
    private var seen: Set<Element> = []

    func contains(_ element: Element) -> Bool { seen.contains(element) }

    mutating func note(_ element: Element) {
        // Most events concern the lot of the event before.
        guard element != elements.last, seen.insert(element).inserted else { return }
        elements.append(element)
    }
}
