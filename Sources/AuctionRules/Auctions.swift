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

    /// A copy of the lot; nil when there is none with this id.
    public subscript(id: AuctionID) -> Auction? {
        number(of: id).map { values[$0] }
    }

    /// Calls `body` with the lot itself, without a copy; nil when there is none with this id.
    public func with<R>(_ id: AuctionID, _ body: (Auction) throws -> R) rethrows -> R? {
        guard let position = number(of: id) else { return nil }
        return try values.withUnsafeBufferPointer { lots in
            // The pointer is to an element that is there, and nothing is written through it.
            try Self.lend(&UnsafeMutableBufferPointer(mutating: lots)[position], to: body)
        }
    }

    /// An element that is read where it stands would be copied, for fear that `body` changes the array:
    /// a dozen references to count. Of what is passed inout the compiler knows that nobody else does.
    @inline(never)
    private static func lend<R>(
        _ auction: inout Auction, to body: (Auction) throws -> R
    ) rethrows -> R {
        try body(auction)
    }

    /// 0, 1, 2 … in the order of creation; nil when there is no lot with this id.
    public func number(of id: AuctionID) -> Int? {
        positions.place(of: Self.hash(id)) { values[$0].id == id }
    }

    mutating func insert(_ auction: Auction) {
        if let position = number(of: auction.id) {
            values[position] = auction
        } else {
            positions.insert(Self.hash(auction.id), at: values.count)
            values.append(auction)
        }
    }

    private static func hash(_ id: AuctionID) -> UInt64 {
        var text = id.text
        return text.withUTF8 { KeyHash.hash(UnsafeRawBufferPointer($0)) }
    }

    /// Puts the lots in the order of those numbers.
    mutating func sort(by number: (AuctionID) -> Int64) {
        let numbers = values.map { number($0.id) }
        guard zip(numbers, numbers.dropFirst()).contains(where: { $0 > $1 }) else { return }
        values = values.indices.sorted { numbers[$0] < numbers[$1] }.map { values[$0] }
        positions = PlaceTable()
        for (position, auction) in values.enumerated() {
            positions.insert(Self.hash(auction.id), at: position)
        }
    }

    /// Changes the lot in its place; nil when there is none with this id.
    mutating func update<R>(_ id: AuctionID, _ body: (inout Auction) -> R) -> R? {
        guard let position = number(of: id) else { return nil }
        return body(&values[position])
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
