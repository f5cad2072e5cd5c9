/// The lots of a house, by id and in the order of their creation.
///
/// A lot can be looked at and changed where it stands: it is a large value, and to take it out for
/// every bid would cost more than to decide the bid. Apart from that a dictionary.
public struct Auctions: Hashable, Sendable {
    private var positions: [AuctionID: Int] = [:]
    /// In the order of their creation.
    public private(set) var values: [Auction] = []

    public var keys: [AuctionID] { values.map(\.id) }
    public var count: Int { values.count }
    public var isEmpty: Bool { values.isEmpty }

    /// A copy of the lot; nil when there is none with this id.
    public subscript(id: AuctionID) -> Auction? {
        positions[id].map { values[$0] }
    }

    /// Calls `body` with the lot itself, without a copy; nil when there is none with this id.
    public func with<R>(_ id: AuctionID, _ body: (Auction) throws -> R) rethrows -> R? {
        guard let position = positions[id] else { return nil }
        return try body(values[position])
    }

    /// 0, 1, 2 … in the order of creation; nil when there is no lot with this id.
    public func number(of id: AuctionID) -> Int? { positions[id] }

    mutating func insert(_ auction: Auction) {
        if let position = positions[auction.id] {
            values[position] = auction
        } else {
            positions[auction.id] = values.count
            values.append(auction)
        }
    }

    /// Puts the lots in the order of those numbers.
    mutating func sort(by number: (AuctionID) -> Int64) {
        let numbers = values.map { number($0.id) }
        guard zip(numbers, numbers.dropFirst()).contains(where: { $0 > $1 }) else { return }
        values = values.indices.sorted { numbers[$0] < numbers[$1] }.map { values[$0] }
        for (position, auction) in values.enumerated() { positions[auction.id] = position }
    }

    /// Changes the lot in its place; nil when there is none with this id.
    mutating func update<R>(_ id: AuctionID, _ body: (inout Auction) -> R) -> R? {
        guard let position = positions[id] else { return nil }
        return body(&values[position])
    }
}

extension Auctions: Sequence {
    public func makeIterator() -> AnyIterator<(key: AuctionID, value: Auction)> {
        var rest = values.makeIterator()
        return AnyIterator { rest.next().map { (key: $0.id, value: $0) } }
    }
}
