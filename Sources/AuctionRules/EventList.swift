/// The events of one decision, in order. Nearly always one, which is held in line: an array of one
/// event would be made and destroyed for every bid.
public struct EventList: Hashable, Sendable {
    fileprivate enum Storage: Hashable, Sendable {
        case none
        case one(Event)
        /// Two or more.
        case several([Event])
    }

    private var storage = Storage.none

    public init() {}

    /// A list of this event alone.
    public init(_ event: Event) { storage = .one(event) }

    /// The accepted bid that is the only event, as nearly always; nil when there is another one.
    public var onlyBid: BidAccepted? {
        if case .one(.auction(_, .bidAccepted(let bid))) = storage { bid } else { nil }
    }
}

extension EventList: RandomAccessCollection, RangeReplaceableCollection {
    public var startIndex: Int { 0 }

    public var endIndex: Int {
        switch storage {
        case .none: 0
        case .one: 1
        case .several(let events): events.count
        }
    }

    public subscript(index: Int) -> Event {
        switch storage {
        case .none: preconditionFailure("There is no event")
        case .one(let event):
            precondition(index == 0, "There is one event")
            return event
        case .several(let events): return events[index]
        }
    }

    /// Gives the events away one after the other.
    public struct Iterator: IteratorProtocol {
        fileprivate var rest: Storage
        private var index = 0

        fileprivate init(_ events: Storage) { rest = events }

        public mutating func next() -> Event? {
            if case .several(let events) = rest {
                guard index < events.count else { return nil }
                defer { index += 1 }
                return events[index]
            }
            // Taken out, not copied.
            var taken = Storage.none
            swap(&taken, &rest)
            guard case .one(let event) = taken else { return nil }
            return event
        }
    }

    public func makeIterator() -> Iterator { Iterator(storage) }

    public mutating func append(_ event: Event) {
        switch storage {
        case .none: storage = .one(event)
        case .one(let first): storage = .several([first, event])
        case .several(var events):
            // Else the array would have two owners, and be copied.
            storage = .none
            events.append(event)
            storage = .several(events)
        }
    }

    public mutating func replaceSubrange(
        _ range: Range<Int>, with events: some Collection<Event>
    ) {
        var all = Array(self)
        all.replaceSubrange(range, with: events)
        storage =
            switch all.count {
            case 0: .none
            case 1: .one(all[0])
            default: .several(all)
            }
    }
}

extension EventList: ExpressibleByArrayLiteral {
    public init(arrayLiteral events: Event...) { self.init(events) }
}
