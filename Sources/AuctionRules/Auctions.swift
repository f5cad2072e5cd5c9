/// The lots of a house, by id and in the order of their creation.
///
/// A lot can be looked at and changed where it stands: it is a large value, and to take it out for
/// every bid would cost more than to decide the bid. Apart from that a dictionary.
public struct Auctions: Hashable, Sendable {
    private var positions = PlaceTable()
    /// In the order of their creation.
    public private(set) var values: [Auction] = []

    public var keys: [AuctionID] { values.map(\.id) }
    public var count: Int { values.count }
    public var isEmpty: Bool { values.isEmpty }

    /// Where a lot stands. Good for as long as the house lives: lots come, and none ever goes.
    public struct Place: Hashable, Sendable {
        /// 0, 1, 2 … in the order of creation.
        public let number: Int

        @usableFromInline
        init(number: Int) { self.number = number }
    }

    /// Nil when there is no lot with this id.
    public func place(of id: AuctionID) -> Place? {
        number(of: id).map { Place(number: $0) }
    }

    /// The same, where the lot is often the one that was just looked at.
    public func place(of id: AuctionID, near lot: Place?) -> Place? {
        if let lot, with(lot, { $0.id == id }) { return lot }
        return place(of: id)
    }

    /// A copy of the lot; nil when there is none with this id.
    public subscript(id: AuctionID) -> Auction? {
        number(of: id).map { values[$0] }
    }

    /// A copy of the lot that stands there.
    subscript(lot: Place) -> Auction { values[lot.number] }

    /// Calls `body` with the lot itself, without a copy; nil when there is none with this id.
    @inlinable
    public func with<R>(_ id: AuctionID, _ body: (Auction) throws -> R) rethrows -> R? {
        guard let lot = place(of: id) else { return nil }
        return try with(lot, body)
    }

    /// Calls `body` with the lot that stands there, without a copy.
    @inlinable
    @inline(__always)
    public func with<R>(_ lot: Place, _ body: (Auction) throws -> R) rethrows -> R {
        try values.withUnsafeBufferPointer { lots in
            precondition(lot.number < lots.count, "The lot is another house's")
            // The pointer is to an element that is there, and nothing is written through it.
            return try Self.lend(&UnsafeMutableBufferPointer(mutating: lots)[lot.number], to: body)
        }
    }

    /// An element that is read where it stands would be copied, for fear that `body` changes the array:
    /// a dozen references to count. Of what is passed inout the compiler knows that nobody else does.
    @inlinable
    @inline(never)
    static func lend<R>(
        _ auction: inout Auction, to body: (Auction) throws -> R
    ) rethrows -> R {
        try body(auction)
    }

    /// Has what a request will look at on that lot fetched, by the hashes of its bidder and of its key.
    func prefetch(_ lot: Place, bidder: UInt64, key: UInt64) {
        values.withUnsafeBufferPointer { lots in
            precondition(lot.number < lots.count, "The lot is another house's")
            // As above.
            UnsafeMutableBufferPointer(mutating: lots)[lot.number]
                .prefetch(bidder: bidder, key: key)
        }
    }

    /// The number of the lot with an id of that hash, or of another one whose hash begins alike.
    func likelyNumber(of keyHash: UInt64) -> Int? { positions.place(of: keyHash) { _ in true } }

    /// 0, 1, 2 … in the order of creation; nil when there is no lot with this id.
    public func number(of id: AuctionID) -> Int? {
        positions.place(of: id.keyHash) { values[$0].id == id }
    }

    mutating func insert(_ auction: Auction) {
        if let position = number(of: auction.id) {
            values[position] = auction
        } else {
            positions.insert(auction.id.keyHash, at: values.count)
            values.append(auction)
        }
    }

    /// Puts the lots in the order of those numbers.
    mutating func sort(by number: (AuctionID) -> Int64) {
        let numbers = values.map { number($0.id) }
        guard zip(numbers, numbers.dropFirst()).contains(where: { $0 > $1 }) else { return }
        values = values.indices.sorted { numbers[$0] < numbers[$1] }.map { values[$0] }
        positions = PlaceTable()
        for (position, auction) in values.enumerated() {
            positions.insert(auction.id.keyHash, at: position)
        }
    }

    /// Changes the lot that stands there.
    mutating func update<R>(_ lot: Place, _ body: (inout Auction) -> R) -> R {
        body(&values[lot.number])
    }

    public static func == (left: Auctions, right: Auctions) -> Bool { left.values == right.values }

    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

extension Auctions: Sequence {
    public func makeIterator() -> AnyIterator<(key: AuctionID, value: Auction)> {
        var rest = values.makeIterator()
        return AnyIterator { rest.next().map { (key: $0.id, value: $0) } }
    }
}
