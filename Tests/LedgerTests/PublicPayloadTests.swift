import AuctionRules
import Testing

@testable import Ledger

/// What everybody may know of an event holds nothing else, and the chain can be checked with it.
struct PublicPayloadTests {
    static func entries(_ scene: Scene) throws -> [LogEntry] {
        var entries: [LogEntry] = []
        try scene.log.entries(after: 0) { entries.append($0) }
        return entries
    }

    static func text(_ entry: LogEntry) -> String? {
        entry.publicPayload.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("Each kind of event shows what everybody may know of it")
    func sample() throws {
        let scene = Scene(MemoryLog())
        try scene.playSample()
        let entries = try Self.entries(scene)
        let vase = entries.filter { $0.event.auction == "vase" }
        #expect(
            vase.map(Self.text) == [
                #"{"v":1,"title":"A vase","format":"english","currency":"USD","start":1000,"#
                    + #""reserve":"unmet","increments":[[0,5],[100,25],[500,50],[2500,100],"#
                    + #"[10000,250],[25000,500],[50000,1000],[100000,2500],[250000,5000],"#
                    + #"[500000,10000]],"opens_at":1700000000000,"closes_at":1700000600000,"#
                    + #""resume_min":120000,"sale":"evening","ladder_only":false,"#
                    + #""completes_increment_on_raise":false,"retraction":"never","#
                    + #""shows_sealed_bid_count":false}"#,
                #"{"v":1,"seq":1}"#,
                #"{"v":1,"seq":2,"bidder":"Bidder 1","price":1000,"leader":"Bidder 1","#
                    + #""reserve":"unmet"}"#,
                #"{"v":1,"seq":3,"bidder":"Bidder 2","price":2230050,"leader":"Bidder 1","#
                    + #""reserve":"unmet"}"#,
                // Two refusals, and a raise in silence.
                nil, nil, nil,
                #"{"v":1,"seq":4,"bids":[3],"price":1000,"leader":"Bidder 1","reserve":"unmet"}"#,
                #"{"v":1,"seq":5,"reason":"a question"}"#,
            ])
        let house = entries.filter { $0.event.auction == nil }
        #expect(
            house.compactMap(Self.text) == [
                #"{"v":1,"id":"evening","title":"Evening sale","stagger":0,"#
                    + #""requires_approval":false}"#,
                #"{"v":1,"public_key":"\#(PublicKey.sample("c").hex)"}"#,
                #"{"v":1,"public_key":"\#(PublicKey.sample("d").hex)"}"#,
            ])
        // A sealed bid is nobody's to see.
        #expect(entries.filter { $0.event.auction == "coin" }.compactMap(Self.text).count == 2)
    }

    @Test("No public payload holds a secret")
    func secrecy() throws {
        let scene = Scene(MemoryLog())
        try scene.playSample()
        for text in try Self.entries(scene).compactMap(Self.text) {
            // The price that a beaten max leads to is public: it is the max and a step.
            for secret in Secrets.all { #expect(!text.contains(secret), "\(text)") }
        }
    }

    @Test("A late refusal shows how late it was, and not whose it was")
    func lateRefusal() throws {
        let scene = Scene(MemoryLog())
        let lot = Terms.english(start: 100, opensAt: scene.now, lasting: 1000)
        try scene.commit(.addBidder(Bidder(id: .anna)), .createAuction("lot", lot))
        scene.now = scene.now.advanced(by: 1007)
        try scene.commit(.bid(.anna, "1", on: "lot", 150))
        let last = try #require(try Self.entries(scene).last)
        #expect(Self.text(last) == #"{"v":1,"code":"closed","late_by":7}"#)
    }

    @Test("The chain can be checked with what is public and the digests alone", arguments: 1...5)
    func chainWithoutPayloads(seed: UInt64) throws {
        let log = MemoryLog()
        _ = try ReplayTests.play(seed: seed, commands: 200, into: log)
        var head = LogHead.empty
        var space: [UInt8] = []
        try log.entries(after: 0) { entry in
            let hash = EntryImage.hash(
                previousHash: head.hash, position: entry.position, at: entry.at,
                kind: entry.event.kind, auction: entry.event.auction?.text,
                publicPayload: entry.publicPayload ?? [], payloadDigest: entry.payloadDigest,
                workingIn: &space)
            #expect(hash == entry.hash)
            head = entry.head
        }
        #expect(head.position > 100)
    }

    @Test("Each entry has a salt of its own, and a batch of its own key gives others")
    func salts() throws {
        let scene = Scene(MemoryLog())
        try scene.playSample()
        let entries = try Self.entries(scene)
        #expect(Set(entries.map(\.salt)).count == entries.count)
        let event = Event.house(.bidderAdded(Bidder(id: "b")))
        let hashes = (0..<2).map { _ in
            var house = House()
            var batch = LogBatch(after: .empty)
            return batch.record(event, at: scene.now, in: &house)
        }
        #expect(hashes[0] != hashes[1])
        #expect(EntrySalt(bytes: entries[0].salt.bytes) == entries[0].salt)
    }
}
