/// A house in the making: out of images that were taken one after the other, each when the log stood
/// somewhere else, and out of the entries since the oldest of them.
///
/// Each part follows the entries after its own image only.
public struct HouseAssembly: Sendable {
    /// A lot's image and where it belongs.
    public struct Lot: Sendable {
        public let auction: Auction
        /// Lots are in the order of these numbers.
        public let number: Int64
        /// The entry up to which the image tells what happened to the lot.
        public let position: Int64

        public init(auction: Auction, number: Int64, position: Int64) {
            self.auction = auction
            self.number = number
            self.position = position
        }
    }

    private var house = House()
    private var housePosition: Int64 = 0
    private var positions: [AuctionID: Int64] = [:]
    private var numbers: [AuctionID: Int64] = [:]
    /// Of the next lot that the log makes: after all that were made before it.
    private var nextNumber: Int64 = 1 << 32

    /// Nothing, for a log that is followed from its beginning.
    public init() {}

    /// - Parameters:
    ///   - image: the house's, all but its lots.
    ///   - position: the entry up to which that image tells what happened in the house.
    ///   - lots: those that have an image.
    ///   - lastInstant: the time of the entry after which the log is followed.
    public init(
        image: [UInt8], position: Int64, lots: [Lot], lastInstant: Instant
    ) throws(ImageFault) {
        house = try House(image: image)
        house.lastInstant = lastInstant
        housePosition = position
        for lot in lots.sorted(by: { $0.number < $1.number }) {
            house.auctions.insert(lot.auction)
            positions[lot.auction.id] = lot.position
            numbers[lot.auction.id] = lot.number
        }
        guard house.auctions.count == lots.count else { throw ImageFault("a lot is there twice") }
    }

    /// Follows an entry of the log, unless the part that it concerns has it already.
    ///
    /// - Parameter position: the entry's.
    /// - Returns: whether anything was new.
    public mutating func follow(
        _ event: Event, at t: Instant, recordedAs hash: EntryHash, position: Int64
    ) -> Bool {
        switch event {
        case .auction(let id, let event):
            if case .created = event {
                numbers[id] = nextNumber
                nextNumber += 1
            }
            guard position > positions[id] ?? 0 else { break }
            house.apply(.auction(id, event), at: t, recordedAs: hash)
            return true
        case .house:
            guard position > housePosition else { break }
            house.apply(event, at: t, recordedAs: hash)
            return true
        }
        house.lastInstant = max(house.lastInstant, t)
        return false
    }

    /// Calls `body` with a lot as it stands now; nil when there is none with this id.
    public func with<R>(_ id: AuctionID, _ body: (Auction) throws -> R) rethrows -> R? {
        try house.auctions.with(id, body)
    }

    /// The house, once the log's last entry has been followed.
    public consuming func finished() -> House {
        guard !positions.isEmpty || housePosition > 0 else { return house }
        house.arrangeLots { numbers[$0] ?? 0 }
        return house
    }
}

extension House {
    /// Puts the lots in the order of those numbers, and into the sales and the memberships that they
    /// belong to.
    fileprivate mutating func arrangeLots(by number: (AuctionID) -> Int64) {
        auctions.sort(by: number)
        sales.updateAll { $0.removeAllAuctions() }
        bidders.updateAll { $0.auctions = Lots() }
        for (number, auction) in auctions.values.enumerated() {
            if let sale = auction.terms.sale {
                sales.update(sale) { $0.add(auction.id, auction.terms) }
            }
            for bidder in auction.participants.bidders {
                bidders.update(bidder) { $0.auctions.note(Auctions.Place(number: number)) }
            }
        }
    }
}
