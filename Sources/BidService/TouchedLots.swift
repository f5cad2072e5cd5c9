import AuctionRules
import Ledger

/// The lots that something has happened to in a batch, in the order in which it did, and the bidders
/// whose standing amounts may have changed.
struct TouchedLots: Sendable {
    struct Lot: Sendable {
        let place: Auctions.Place
        /// By their numbers on the lot; somebody may be there more than once.
        var bidders = TouchedBidders()
        /// The lot's newest public change, if nothing has happened to it since.
        fileprivate(set) var newest: PublicChange?

        fileprivate mutating func note(bidBy bidder: Int, change: PublicChange?) {
            newest = change
            bidders.note(bidder)
        }
    }

    private(set) var lots: [Lot] = []
    /// Where a lot stands in the list, by its number in the house.
    private var places = NumberedPlaces()
    /// Where the lot stands that was noted last.
    private var last = 0

    /// Takes note of what the board has to look at when the batch is finished.
    ///
    /// - Parameters:
    ///   - auction: as the event leaves it.
    ///   - place: where that stands.
    ///   - change: the public change that it made, if any.
    /// - Returns: whether it is the first that happens to the lot in this batch.
    mutating func note(
        _ event: AuctionEvent, on auction: Auction, at place: Auctions.Place, change: PublicChange?
    ) -> Bool {
        let isNew = find(place)
        lots[last].newest = change
        switch event {
        case .bidAccepted(let accepted):
            guard let number = auction.number(of: accepted.request.bidder) else {
                preconditionFailure("Who has bid is a participant")
            }
            lots[last].bidders.note(number)
        case .bidsVoided: lots[last].bidders.noteAll(auction.participants.count)
        default: break
        }
        return isNew
    }

    /// The same for a bid.
    ///
    /// - Parameter bidder: his number on the lot.
    mutating func note(bidBy bidder: Int, at place: Auctions.Place, change: PublicChange?) -> Bool {
        let isNew = find(place)
        lots[last].note(bidBy: bidder, change: change)
        return isNew
    }

    /// Brings `last` to the lot.
    private mutating func find(_ place: Auctions.Place) -> Bool {
        if last < lots.count, lots[last].place == place { return false }
        if let known = places[place.number] {
            last = known
            return false
        }
        last = lots.count
        places.insert(place.number, at: last)
        lots.append(Lot(place: place))
        return true
    }
}

/// Bidders by their numbers on a lot. Most lots have one in a batch, and that takes no memory of its own.
struct TouchedBidders: Sendable {
    /// 0: there is none.
    private var first = 0
    /// Once there are several, all of them: a bit each, by their numbers.
    private var several: [UInt64] = []

    mutating func note(_ number: Int) {
        if first == 0 {
            first = number
        } else if number != first || !several.isEmpty {
            if several.isEmpty { insert(first) }
            insert(number)
        }
    }

    /// - Parameter count: so many there are on the lot.
    mutating func noteAll(_ count: Int) {
        for number in 0..<count { note(number + 1) }
    }

    private mutating func insert(_ number: Int) {
        let (word, bit) = (number >> 6, number & 63)
        if word >= several.count {
            several += repeatElement(0, count: word + 1 - several.count)
        }
        several[word] |= 1 << UInt64(bit)
    }

    var count: Int {
        guard several.isEmpty else { return several.reduce(0) { $0 + $1.nonzeroBitCount } }
        return first == 0 ? 0 : 1
    }

    /// Calls `body` with each of them once, in order.
    func forEach(_ body: (Int) -> Void) {
        if several.isEmpty, first > 0 { body(first) }
        for (word, bits) in several.enumerated() {
            var rest = bits
            while rest != 0 {
                body(word << 6 | rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}

/// What the board has to know of a lot that a batch has changed.
///
/// A class, as it is large, is made once and is then only handed on: from the writer to the committer,
/// and from there to the board, which shows it as it is.
final class LotUpdate: Sendable {
    /// A standing amount that may have changed, of the bidder himself; nil: nothing stands.
    struct OwnAmount: Sendable {
        let bidder: BidderID
        let amount: Amount?
    }

    /// The lot as it stands, in its newest public change: the very one that watchers are told, if there is one.
    private let newest: PublicChange
    /// The lot's, in the house.
    let number: Int
    let leader: BidderID?
    /// Most lots have one in a batch, and that takes no memory of its own.
    private let ownAmount: OwnAmount?
    private let otherAmounts: [OwnAmount]
    /// The lot's latest public changes: the writer's own book.
    let recent: ChangeBook

    var state: PublicState { newest.state }

    private init(
        _ newest: PublicChange, number: Int, leader: BidderID?, ownAmount: OwnAmount?,
        otherAmounts: [OwnAmount], recent: ChangeBook
    ) {
        self.newest = newest
        self.number = number
        self.leader = leader
        self.ownAmount = ownAmount
        self.otherAmounts = otherAmounts
        self.recent = recent
    }

    /// Of a lot where the board knows everybody's amount, or nobody has any.
    convenience init(
        _ state: PublicState, number: Int, leader: BidderID? = nil, recent: ChangeBook
    ) {
        self.init(
            Self.change(to: state), number: number, leader: leader, ownAmount: nil,
            otherAmounts: [], recent: recent)
    }

    /// No initializer, which would be given a copy of the lot.
    ///
    /// - Parameter lot: what has happened to it.
    static func of(
        _ auction: Auction, after lot: TouchedLots.Lot, recent: ChangeBook
    ) -> LotUpdate {
        var ownAmount: OwnAmount?
        var otherAmounts: [OwnAmount] = []
        otherAmounts.reserveCapacity(max(0, lot.bidders.count - 1))
        lot.bidders.forEach { number in
            let own = OwnAmount(
                bidder: auction.participants.bidder(number: number),
                amount: auction.participants[number: number].standingAmount)
            if ownAmount == nil { ownAmount = own } else { otherAmounts.append(own) }
        }
        assert(
            lot.newest.map { $0.state == auction.publicState } ?? true,
            "Nothing has happened since the change")
        return LotUpdate(
            lot.newest ?? change(to: auction.publicState), number: lot.place.number,
            leader: auction.standing.leader, ownAmount: ownAmount, otherAmounts: otherAmounts,
            recent: recent)
    }

    /// Calls `body` with each standing amount that may have changed.
    func forEachOwnAmount(_ body: (OwnAmount) -> Void) {
        if let ownAmount { body(ownAmount) }
        for own in otherAmounts { body(own) }
    }

    /// Of a state that no change is at hand of; nobody is told this one.
    private static func change(to state: PublicState) -> PublicChange {
        PublicChange(kind: .status(reason: nil), state: state, at: state.startsAt)
    }
}
