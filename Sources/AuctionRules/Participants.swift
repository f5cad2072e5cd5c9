/// Who has bid on a lot, in the order of the first accepted bids, which is that of the aliases.
///
/// A dictionary, but for its order and its hash: every bid looks for its bidder several times.
public struct Participants: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        let bidder: BidderID
        var standingAmount: Amount?
    }

    /// The one with the number n is at n - 1.
    private var entries: [Entry] = []
    private var places = PlaceTable()

    /// A lot that anybody bids on has some bidders: an array that grows from one is moved with each of them.
    private static let firstCapacity = 4

    init() {}

    public var count: Int { entries.count }

    /// What the lot knows of a bidder; nil when none of his bids was ever accepted here.
    public subscript(bidder: BidderID) -> Auction.Participant? {
        number(of: bidder).map { self[number: $0] }
    }

    /// - Parameter number: 1 ... ``count``.
    public subscript(number number: Int) -> Auction.Participant {
        Auction.Participant(number: number, standingAmount: entries[number - 1].standingAmount)
    }

    /// Whose number that is: 1 ... ``count``.
    public func bidder(number: Int) -> BidderID { entries[number - 1].bidder }

    /// Whether the bidder has that number.
    func isNumber(_ number: Int, of bidder: BidderID) -> Bool {
        entries[number - 1].bidder == bidder
    }

    /// The same for a number that may be nobody's.
    func bidder(ofNumber number: Int) -> BidderID? {
        number >= 1 && number <= entries.count ? entries[number - 1].bidder : nil
    }

    /// 1, 2, 3 … in the order of the first accepted bids: the alias on this lot; nil for somebody else.
    public func number(of bidder: BidderID) -> Int? {
        places.place(of: bidder.keyHash) { entries[$0].bidder == bidder }.map { $0 + 1 }
    }

    @inline(__always)
    func prefetch(_ bidder: UInt64) { places.prefetch(bidder) }

    /// Takes a bidder in, if he is not there yet.
    ///
    /// - Returns: his number.
    mutating func admit(_ bidder: BidderID) -> Int {
        if let number = number(of: bidder) { return number }
        if entries.isEmpty { entries.reserveCapacity(Self.firstCapacity) }
        places.insert(bidder.keyHash, at: entries.count)
        entries.append(Entry(bidder: bidder))
        return entries.count
    }

    /// A higher offer is the bidder's new max; every sealed bid replaces the one before.
    ///
    /// - Parameter number: of who has been admitted.
    /// - Returns: what stands then.
    mutating func commit(_ amount: Amount, by number: Int, isSealed: Bool) -> Amount {
        let before = entries[number - 1].standingAmount
        let standing = isSealed ? amount : Swift.max(amount, before ?? amount)
        entries[number - 1].standingAmount = standing
        return standing
    }

    /// - Parameter amount: what stands after a void; nil: nothing.
    mutating func setStanding(_ amount: Amount?, of bidder: BidderID) {
        guard let number = number(of: bidder) else { return }
        entries[number - 1].standingAmount = amount
    }

    // The table follows from the entries, and its order is another one in each process.
    public static func == (left: Participants, right: Participants) -> Bool {
        left.entries == right.entries
    }

    public func hash(into hasher: inout Hasher) { entries.hash(into: &hasher) }
}

extension Participants: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { entries.count }

    public subscript(index: Int) -> (bidder: BidderID, participant: Auction.Participant) {
        (entries[index].bidder, self[number: index + 1])
    }

    /// All of them, in order.
    public var bidders: [BidderID] { entries.map(\.bidder) }
}
