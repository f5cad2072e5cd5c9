/// Something that a ``Register`` holds under its own id.
public protocol Registered: Hashable, Sendable {
    associatedtype Subject
    var id: Identifier<Subject> { get }
}

/// Entries by their ids, in the order in which they came, and none ever goes.
///
/// A dictionary, but for two things: its order is the same wherever the same log is followed, and an
/// entry is looked at where it stands. Every bid looks for its bidder, and a copy of all that the house
/// knows of him would cost more than the look.
public struct Register<Entry: Registered>: Hashable, Sendable {
    private var places = PlaceTable()
    /// In the order in which they came.
    public private(set) var values: [Entry] = []

    init() {}

    public var count: Int { values.count }
    public var isEmpty: Bool { values.isEmpty }
    public var keys: [Identifier<Entry.Subject>] { values.map(\.id) }

    /// A copy of the entry; nil when there is none with this id.
    public subscript(id: Identifier<Entry.Subject>) -> Entry? {
        number(of: id).map { values[$0] }
    }

    /// Where among the ``values`` the entry stands; nil when there is none with this id.
    public func number(of id: Identifier<Entry.Subject>) -> Int? {
        places.place(of: id.keyHash) { values[$0].id == id }
    }

    /// Puts an entry at the end, or in the place of the one that has its id.
    mutating func insert(_ entry: Entry) {
        if let number = number(of: entry.id) {
            values[number] = entry
        } else {
            places.insert(entry.id.keyHash, at: values.count)
            values.append(entry)
        }
    }

    /// Changes the entry with this id, if there is one.
    mutating func update(_ id: Identifier<Entry.Subject>, _ body: (inout Entry) -> Void) {
        guard let number = number(of: id) else { return }
        body(&values[number])
    }

    /// Changes all of them.
    mutating func updateAll(_ body: (inout Entry) -> Void) {
        for number in values.indices { body(&values[number]) }
    }

    // The table follows from the entries, and is another one in each process.
    public static func == (left: Register, right: Register) -> Bool { left.values == right.values }

    public func hash(into hasher: inout Hasher) { values.hash(into: &hasher) }
}

extension House.Membership: Registered {
    public var id: BidderID { bidder.id }
}

extension House.Catalogue: Registered {
    public var id: SaleID { sale.id }
}
