import SeededRandom
import Testing

@testable import AuctionRules

/// What lots and replies are found by: the hash of their keys, the table of their places, and the record
/// that is compared with the key.
@Suite("Looking up by key")
struct PlaceTableTests {
    /// SipHash-1-3 of the bytes 0, 1, 2 … with the key 0 … 15, from an implementation in Python that gives
    /// the vector of the paper for SipHash-2-4; the first two are in Rust's library, too.
    static let vectors: [(count: Int, hash: UInt64)] = [
        (0, 0xabac_0158_050f_c4dc), (1, 0xc9f4_9bf3_7d57_ca93), (7, 0xd392_7d98_9bb1_1140),
        (8, 0x3690_9511_8d29_9a8e), (9, 0x25a4_8eb3_6c06_3de4), (15, 0xd320_d86d_2a51_9956),
        (16, 0xcc4f_dd1a_7d90_8b66), (17, 0x9cf2_6890_63db_d80c), (63, 0x9d19_9062_b7bb_b3a8),
    ]

    @Test("The hash is SipHash-1-3", arguments: vectors)
    func sipHash(count: Int, hash: UInt64) {
        let seed = SIMD2<UInt64>(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        let bytes = (0..<count).map { UInt8($0) }
        #expect(bytes.withUnsafeBytes { KeyHash.hash($0, seed: seed) } == hash)
    }

    @Test("A name's hash is made with the process's seed, and that of two names knows their order")
    func names() {
        let (anna, ben): (BidderID, BidderID) = ("anna", "ben")
        #expect(anna.keyHash == KeyHash.hash(ofName: "anna"))
        #expect(anna.keyHash != ben.keyHash)
        #expect(
            anna.keyHash
                != Array("anna".utf8).withUnsafeBytes { KeyHash.hash($0, seed: SIMD2(0, 0)) })
        #expect(KeyHash.hash(ofName: "") == nil)
        let keys = [
            BidKey(bidder: anna, id: "ben"), BidKey(bidder: ben, id: "anna"),
            BidKey(bidder: anna, id: "anna"), BidKey(bidder: ben, id: "ben"),
        ]
        #expect(Set(keys.map(\.keyHash)).count == keys.count)
    }

    /// Compared with a dictionary, also where many keys are hashed alike and at the table's end.
    @Test(
        "A place is found as long as its key is asked for, and nothing else",
        arguments: [UInt64.max, 0xff, 0xff << 56, 0])
    func places(mask: UInt64) {
        var random = SplitMix64(seed: mask | 1)
        var table = PlaceTable()
        if random.chance(50) { table.reserve(100) }
        var keys: [Int: UInt64] = [:]
        for place in 0..<600 {
            let hash = random.next() & mask | (mask == 0xff << 56 ? 0xff << 40 : 0)
            table.insert(hash, at: place)
            keys[place] = hash
            #expect(table.count == place + 1)
        }
        for (place, hash) in keys {
            var seen: [Int] = []
            #expect(
                table.place(of: hash) {
                    seen.append($0)
                    return $0 == place
                } == place)
            #expect(seen.allSatisfy { (keys[$0] ?? 0) >> 40 == hash >> 40 })
            #expect(table.place(of: hash, { _ in false }) == nil)
        }
        #expect(PlaceTable().place(of: 7, { _ in true }) == nil)
    }

    // MARK: - The record

    static func amount(_ random: inout SplitMix64) -> Amount {
        Amount(unchecked: random.within(1...Amount.largest.minorUnits) >> random.within(0...52) | 1)
    }

    static func id<Subject>(_ random: inout SplitMix64) throws -> Identifier<Subject> {
        let letters = Array("ABYZabyz019._:-")
        let count = random.pick([1, 2, 15, 16, 17, 63, 64])
        return try Identifier(String((0..<count).map { _ in random.pick(letters) }))
    }

    static func reply(_ random: inout SplitMix64) throws -> Reply {
        let currency = random.pick([nil, nil, "USD", "", "EURO", "é"])
        let action: BidAction =
            switch random.below(6) {
            case 0: .buy
            case 1: .retract(try id(&random))
            default:
                .bid(
                    random.chance(50) ? .max : .exact, amount: amount(&random), currency: currency)
            }
        let instants = [Instant(milliseconds: 0), Instant(milliseconds: -1), .latest]
        let verdict: Verdict =
            switch random.below(6) {
            case 0: .retracted(seq: 5)
            case 1: .refused(.tooLow(minimum: amount(&random)))
            default:
                .accepted(
                    Acceptance(
                        seq: random.pick([0, 1, 63, 64, 1 << 40, .max]),
                        isLeading: random.pick([nil, false, true]), ownMax: amount(&random),
                        price: random.chance(50) ? amount(&random) : nil,
                        minimum: random.chance(50) ? amount(&random) : nil,
                        reserve: random.pick(ReserveState.allCases),
                        endsAt: random.chance(50) ? random.pick(instants) : nil))
            }
        return Reply(
            request: BidRequest(
                bidder: try id(&random), id: try id(&random), action: action,
                isConfirmed: random.chance(50)),
            verdict: verdict, at: random.pick(instants),
            entryHash: EntryHash(
                words: SIMD4(random.next(), random.next(), random.next(), random.next())))
    }

    /// Half of the bidders are known to the lot already.
    @Test("A record gives the reply back, and is short where it can be")
    func record() throws {
        var random = SplitMix64(seed: 20_261_126)
        for _ in 0..<4000 {
            let reply = try Self.reply(&random)
            var book = ReplyBook()
            let number = random.pick([1, 2, 255, 256, 70_000])
            let (isFirst, isPublic) = (random.chance(50), random.chance(50))
            book.keep(reply, by: number, isFirst: isFirst, isPublic: isPublic)
            let page = try #require(book.records.pages.first)
            let bidder = reply.request.bidder
            let (found, wasPublic) = try ImageReader.reading(page) { reader throws(ImageFault) in
                defer { #expect(reader.isAtEnd) }
                return try reader.keptReply { $0 == number && !isFirst ? bidder : nil }
            }
            #expect(found == reply)
            // Of an acceptance after his first one the lot knows the bidder: see ``book()``.
            if isFirst { #expect(book.newest(among: Participants()) == reply) }
            guard case .accepted = reply.verdict else {
                #expect(book.newest(among: Participants()) == reply)
                continue
            }
            #expect(wasPublic == isPublic)
            guard case .bid(_, _, nil) = reply.request.action else { continue }
            // The head, the hash, and at most 8 bytes for each number.
            let names =
                reply.request.id.text.utf8.count + (isFirst ? bidder.text.utf8.count + 1 : 0)
            #expect(page.count <= 7 + 32 + 8 * 8 + names)
        }
    }

    @Test("Whatever a record's bytes are, reading them ends with a reply or a fault")
    func damagedRecords() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<4000 {
            let reply = try Self.reply(&random)
            var book = ReplyBook()
            book.keep(reply, by: 3, isFirst: random.chance(50), isPublic: true)
            var page = try #require(book.records.pages.first)
            for _ in 0..<random.within(0...3) {
                page[random.below(page.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.chance(50) { page.removeLast(random.below(page.count)) }
            let read = try? ImageReader.reading(page) { reader throws(ImageFault) in
                try reader.keptReply { $0 == 3 ? reply.request.bidder : nil }
            }
            _ = read
        }
    }

    @Test("A book of replies gives each one back, and none to another key")
    func book() throws {
        var random = SplitMix64(seed: 7)
        var book = ReplyBook()
        var participants = Participants()
        var kept: [BidKey: Reply] = [:]
        var places: [RecordPages.Place: BidKey] = [:]
        while kept.count < 1500 {
            let reply = try Self.reply(&random)
            let key = reply.request.key
            guard kept[key] == nil else { continue }
            #expect(book.reply(to: key, among: participants) == nil)
            let before = participants.count
            let number = participants.admit(key.bidder)
            let place = book.keep(
                reply, by: number, isFirst: participants.count > before, isPublic: true)
            #expect(book.newest(among: participants) == reply)
            kept[key] = reply
            if let place { places[place] = key }
        }
        #expect(book.count == kept.count && places.count > 500)
        for (key, reply) in kept { #expect(book.reply(to: key, among: participants) == reply) }
        for (place, key) in places {
            #expect(book.id(at: place) == key.id)
            #expect(book.reply(at: place, among: participants).request.key == key)
        }
        #expect(book.newest(10, among: participants).count == 10)
    }
}

extension ReplyBook {
    @discardableResult
    fileprivate mutating func keep(
        _ reply: Reply, by number: Int, isFirst: Bool, isPublic: Bool
    ) -> RecordPages.Place? {
        guard case .accepted(let told) = reply.verdict else {
            keep(reply.verdict, to: reply.request, at: reply.at, recordedAs: reply.entryHash)
            return nil
        }
        return keep(
            told, to: reply.request, by: number, isFirst: isFirst, isPublic: isPublic,
            at: reply.at, recordedAs: reply.entryHash)
    }
}
