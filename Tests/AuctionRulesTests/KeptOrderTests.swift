import SeededRandom
import Testing

@testable import AuctionRules

/// The collections of the state, compared with an array and a dictionary.
@Suite("Collections of the state")
struct KeptOrderTests {
    static func commitment(_ ordinal: Int) -> Commitment {
        Commitment(
            ordinal: ordinal, key: BidKey(bidder: "A", id: BidID(stringLiteral: "b\(ordinal)")),
            kind: .max, amount: Amount(unchecked: Int64(ordinal) + 1), at: 0,
            seq: ordinal % 3 == 0 ? nil : Int64(ordinal))
    }

    @Test("Commitments are an array of them, however many", arguments: [0, 1, 511, 512, 513, 2000])
    func commitments(count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        var commitments = Commitments()
        var array: [Commitment] = []
        for ordinal in 0..<count {
            commitments.append(Self.commitment(ordinal))
            array.append(Self.commitment(ordinal))
        }
        #expect(Array(commitments) == array)
        #expect(commitments.count == count && commitments.isEmpty == array.isEmpty)
        let before = commitments
        for _ in 0..<min(count, 40) {
            let ordinal = random.below(count)
            commitments.void(ordinal)
            array[ordinal].isVoided = true
        }
        #expect(Array(commitments) == array)
        #expect(commitments.last == array.last)
        #expect(!before.contains { $0.isVoided }, "A copy is another value")
        #expect((before == commitments) == array.isEmpty)
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
