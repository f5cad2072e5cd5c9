import AuctionRules

/// The rows that a batch appends. Their texts are ranges of the batch's bytes.

/// A row of `event`.
struct EntryRow: Sendable {
    let position: Int64
    let at: Instant
    let seq: Int64?
    let image: EntryImage

    var hash: EntryHash { image.hash }
}

/// A row of `reply`.
struct ReplyRow: Sendable {
    let position: Int64
    let auction: Range<Int>
    let bidder: Range<Int>
    let bid: Range<Int>
    let id: AuctionID
    let reply: Reply
}

/// A row of `commitment`.
struct CommitmentRow: Sendable {
    let position: Int64
    let auction: Range<Int>
    let bidder: Range<Int>
    let bid: Range<Int>
    let commitment: Commitment
}

/// A row of `participant`: a bidder's first accepted bid on a lot.
struct ParticipantRow: Sendable {
    let auction: Range<Int>
    let bidder: Range<Int>
    let number: Int
}

/// A commitment that was voided, in this batch or an earlier one.
struct VoidRow: Sendable {
    let auction: Range<Int>
    let ordinal: Int
}

/// What a batch's events have touched in the state tables, each thing once and in order.
struct Touched: Sendable {
    private(set) var sales = OrderedNotes<SaleID>()
    private(set) var bidders = OrderedNotes<BidderID>()
    private(set) var registrations = OrderedNotes<RegistrationKey>()
    private(set) var tokens = OrderedNotes<TokenHash>()
    private(set) var signingKeys = OrderedNotes<PublicKey>()
    private(set) var auctions = OrderedNotes<AuctionID>()
    private(set) var created: Set<AuctionID> = []

    struct RegistrationKey: Hashable, Sendable {
        let sale: SaleID
        let bidder: BidderID
    }

    mutating func note(_ event: AuctionEvent, on id: AuctionID) {
        auctions.note(id)
        if case .created = event { created.insert(id) }
    }

    mutating func note(_ event: HouseEvent) {
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
