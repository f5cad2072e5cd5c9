import AuctionRules

/// The rows that a batch appends. Their texts are ranges of the batch's bytes: a row holds no reference, so
/// that nothing is counted when the log's thread reads rows, and lets go of them, that another one made.

/// A row of `event`.
struct EntryRow: Sendable {
    let position: Int64
    let at: Instant
    let seq: Int64?
    let image: EntryImage
    /// What the bidder was told, when the event answers a request for good.
    var answer: AnswerColumns?

    var hash: EntryHash { image.hash }
}

/// The columns of `event` from `bidder` on.
struct AnswerColumns: Sendable {
    let bidder: Range<Int>
    let bid: Range<Int>
    let told: ToldColumns
    let commitment: CommitmentColumns?
}

/// The columns of `event` that say what a bidder was told.
struct ToldColumns: Sendable {
    /// Empty unless it was a refusal.
    let code: Range<Int>
    var lateBy: Int64?
    var minimum: Amount?
    var seq: Int64?
    var isLeading: Bool?
    var ownMax: Amount?
    var price: Amount?
    var reserve: ReserveState?
    var endsAt: Instant?

    init(_ told: Acceptance) {
        code = 0..<0
        minimum = told.minimum
        seq = told.seq
        isLeading = told.isLeading
        ownMax = told.ownMax
        price = told.price
        reserve = told.reserve
        endsAt = told.endsAt
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
        self.code = code
        self.lateBy = lateBy
        self.minimum = minimum
        self.seq = seq
    }
}

/// What an accepted bid adds.
struct CommitmentColumns: Sendable {
    let ordinal: Int
    let amount: Amount
    /// The bidder's number on the lot.
    let alias: Int
}

/// A row of `void`: a commitment that was voided, of this batch or an earlier one.
struct VoidRow: Sendable {
    let auction: Range<Int>
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
