import AuctionRules

/// The lots that something has happened to in a batch, in the order in which it did, and the bidders
/// whose standing amounts may have changed.
struct TouchedLots: Sendable {
    struct Lot: Sendable {
        let place: Auctions.Place
        /// By their numbers on the lot; somebody may be there more than once.
        var bidders: [Int] = []
    }

    private(set) var lots: [Lot] = []
    /// Where a lot stands in the list, by its number in the house.
    private var indices: [Int: Int] = [:]
    /// Where the lot stands that was noted last.
    private var last = 0

    /// Takes note of what the board has to look at when the batch is finished.
    ///
    /// - Parameters:
    ///   - auction: as the event leaves it.
    ///   - place: where that stands.
    /// - Returns: whether it is the first that happens to the lot in this batch.
    mutating func note(
        _ event: AuctionEvent, on auction: Auction, at place: Auctions.Place
    ) -> Bool {
        let isNew = find(place)
        switch event {
        case .bidAccepted(let accepted):
            guard let number = auction.number(of: accepted.request.bidder) else {
                preconditionFailure("Who has bid is a participant")
            }
            if lots[last].bidders.last != number { lots[last].bidders.append(number) }
        case .bidsVoided:
            lots[last].bidders =
                auction.participants.isEmpty ? [] : Array(1...auction.participants.count)
        default: break
        }
        return isNew
    }

    /// Brings `last` to the lot.
    private mutating func find(_ place: Auctions.Place) -> Bool {
        if last < lots.count, lots[last].place == place { return false }
        if let index = indices[place.number] {
            last = index
            return false
        }
        last = lots.count
        indices[place.number] = last
        lots.append(Lot(place: place))
        return true
    }
}

/// What the board has to know of a lot that a batch has changed.
///
/// A class, as it is large, is made once and is then only handed on: from the writer to the committer,
/// and from there to the board, which shows it as it is.
final class LotUpdate: Sendable {
    let state: PublicState
    /// The lot's, in the house.
    let number: Int
    let leader: BidderID?
    /// The standing amounts that may have changed, of the bidders themselves.
    let ownAmounts: [(bidder: BidderID, amount: Amount?)]
    /// The lot's latest public changes: the writer's own book.
    let recent: ChangeBook

    /// - Parameter ownAmounts: empty where the board knows everybody's, or nobody has any.
    init(
        _ state: PublicState, number: Int, leader: BidderID? = nil,
        ownAmounts: [(bidder: BidderID, amount: Amount?)] = [], recent: ChangeBook
    ) {
        self.state = state
        self.number = number
        self.leader = leader
        self.ownAmounts = ownAmounts
        self.recent = recent
    }

    /// No initializer, which would be given a copy of the lot.
    ///
    /// - Parameters:
    ///   - number: the lot's, in the house.
    ///   - bidders: by their numbers on the lot.
    static func of(
        _ auction: Auction, number: Int, bidders: [Int], recent: ChangeBook
    ) -> LotUpdate {
        var ownAmounts: [(bidder: BidderID, amount: Amount?)] = []
        var told = 0
        for number in bidders.sorted() where number != told {
            told = number
            let participant = auction.participants[number: number]
            ownAmounts.append(
                (auction.participants.bidder(number: number), participant.standingAmount))
        }
        return LotUpdate(
            auction.publicState, number: number, leader: auction.standing.leader,
            ownAmounts: ownAmounts,
            recent: recent)
    }
}
