import SeededRandom
import Testing

@testable import AuctionRules

/// The collections of the state, compared with an array and a dictionary.
@Suite("Collections of the state")
struct KeptOrderTests {
    static func entry(_ ordinal: Int) -> CommitmentBook.Entry {
        CommitmentBook.Entry(
            by: 1 + ordinal % 3, kind: .max, amount: Amount(unchecked: Int64(ordinal) + 1), at: 0,
            seq: ordinal % 3 == 0 ? nil : Int64(ordinal),
            place: RecordPages.Place(page: ordinal, offset: 7))
    }

    @Test("Commitments are an array of them, however many", arguments: [0, 1, 511, 512, 513, 2000])
    func commitments(count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        var book = CommitmentBook()
        var array: [CommitmentBook.Entry] = []
        for ordinal in 0..<count {
            book.append(Self.entry(ordinal))
            array.append(Self.entry(ordinal))
        }
        #expect(book.count == count && book.entries == array)
        let before = book
        for _ in 0..<min(count, 40) {
            let ordinal = random.below(count)
            book.void(ordinal)
            array[ordinal].isVoided = true
        }
        #expect(book.entries == array)
        #expect(!before.entries.contains { $0.isVoided }, "A copy is another value")
        #expect((before == book) == array.isEmpty)
        for (ordinal, entry) in array.enumerated() {
            #expect(book.ordinal(at: entry.place) == ordinal)
            #expect(
                book.ordinal(at: RecordPages.Place(page: entry.place.page, offset: 8)) == nil)
        }
    }

    @Test("A commitment is put together from what is kept of it")
    func commitment() {
        var participants = Participants()
        for bidder in ["A", "B", "C"] as [BidderID] { _ = participants.admit(bidder) }
        var book = CommitmentBook()
        for ordinal in 0..<5 { book.append(Self.entry(ordinal)) }
        book.void(4)
        let commitments = Commitments(book: book, participants: participants)
        #expect(commitments.map(\.ordinal) == [0, 1, 2, 3, 4])
        #expect(commitments.map(\.bidder) == ["A", "B", "C", "A", "B"])
        #expect(commitments.map(\.amount.minorUnits) == [1, 2, 3, 4, 5])
        #expect(commitments.map(\.seq) == [nil, 1, 2, nil, 4])
        #expect(commitments.map(\.isVoided) == [false, false, false, false, true])
    }

    @Test("A register has each entry once, in the order in which they came")
    func register() {
        var random = SplitMix64(seed: 5)
        var register = Register<House.Membership>()
        var order: [BidderID] = []
        var isSuspended: [BidderID: Bool] = [:]
        for _ in 0..<600 {
            let id = BidderID(stringLiteral: "b\(random.below(200))")
            switch random.below(3) {
            case 0:
                register.insert(House.Membership(bidder: Bidder(id: id)))
                if isSuspended[id] == nil { order.append(id) }
                isSuspended[id] = false
            case 1:
                register.update(id) { $0.isSuspended = true }
                if isSuspended[id] != nil { isSuspended[id] = true }
            default: #expect(register[id]?.isSuspended == isSuspended[id])
            }
        }
        #expect(register.keys == order)
        #expect(register.count == isSuspended.count)
        for (number, id) in order.enumerated() {
            #expect(register.number(of: id) == number)
            #expect(register.values[number].isSuspended == isSuspended[id])
        }
        register.updateAll { $0.isSuspended = true }
        #expect(!register.values.contains { !$0.isSuspended })
    }

    @Test("Events come out of their list one after the other, once", arguments: 0...4)
    func events(count: Int) {
        let all = (0..<count).map { Event.auction("lot", .opened(seq: Int64($0))) }
        let list = EventList(all)
        var found: [Event] = []
        for event in list { found.append(event) }
        #expect(found == all)
        #expect(Array(list) == all)
        for index in list.indices { #expect(list[index] == all[index]) }
        var iterator = list.makeIterator()
        for _ in 0..<count { #expect(iterator.next() != nil) }
        #expect(iterator.next() == nil && iterator.next() == nil)
    }

    @Test("Requests, accepted bids and replies are equal by what they hold")
    func values() {
        func request(_ amount: Amount, isConfirmed: Bool = false) -> BidRequest {
            BidRequest(
                bidder: "A", id: "b", action: .bid(.max, amount: amount), isConfirmed: isConfirmed)
        }
        func accepted(_ amount: Amount, ordinal: Int = 0) -> BidAccepted {
            BidAccepted(
                request: request(amount), amount: amount, ordinal: ordinal, standing: nil, seq: nil)
        }
        func reply(_ amount: Amount, at t: Instant = 1) -> Reply {
            Reply(
                request: request(amount), verdict: .retracted(seq: 1), at: t, entryHash: .zero)
        }
        #expect(request(5) == request(5) && Set([request(5), request(5)]).count == 1)
        #expect(request(5) != request(6) && request(5) != request(5, isConfirmed: true))
        #expect(accepted(5) == accepted(5) && Set([accepted(5), accepted(5)]).count == 1)
        #expect(accepted(5) != accepted(6) && accepted(5) != accepted(5, ordinal: 1))
        #expect(reply(5) == reply(5) && Set([reply(5), reply(5)]).count == 1)
        #expect(reply(5) != reply(6) && reply(5) != reply(5, at: 2))
    }
}

extension CommitmentBook {
    fileprivate var entries: [Entry] { (0..<count).map { self[$0] } }
}
