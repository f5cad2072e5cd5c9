import AuctionRules
import BidService
import Ledger
import Proof
import StrictJSON
import Testing

@Suite("Receipts are signed with a key that the log has")
struct ReceiptTests {
    static func fixture(
        _ key: SigningKey = SigningKey(), limits: ServiceLimits = .forTests
    ) async throws -> Fixture {
        let fixture = try Fixture(limits: limits)
        try await fixture.openLot {
            $0.retraction = .ebay
        }
        #expect(await fixture.service.use(key) == .done)
        return fixture
    }

    /// The receipt with an answer, checked, and what it says.
    static func checked(
        _ answer: Answer, by fixture: Fixture
    ) throws -> (says: JSONObject, head: TreeHead, reply: Reply) {
        guard case .receipted(let reply, let receipt) = answer else { throw Unexpected(answer) }
        let head = try receipt.verify(with: KeySet(fixture.service.board.signingKeys))
        #expect(head.log == fixture.service.board.logID)
        let says = try require2(try JSONValue(parsing: receipt.statement.utf8).asObject)
        #expect(receipt.statement == ReceiptStatement.text(of: reply, on: try AuctionID("lot")))
        return (says, head, reply)
    }

    static func bid(
        _ fixture: Fixture, _ bidder: String, _ amount: Int64, id: String
    ) async throws -> Answer {
        await fixture.service.perform(
            try Fixture.bid(bidder, amount, id: id), wantsReceipt: true)
    }

    @Test("An accepted bid's receipt says what was bid, what was decided, and where it is logged")
    func accepted() async throws {
        let fixture = try await Self.fixture()
        let (says, head, reply) = try Self.checked(
            try await Self.bid(fixture, "A", 5000, id: "a"), by: fixture)
        #expect(try says.string("statement") == ReceiptStatement.format)
        #expect(try says.string("auction") == "lot" && says.string("bidder") == "A")
        #expect(try says.string("action") == "max" && says.integer("amount") == 5000)
        #expect(try says.string("verdict") == "accepted" && says.integer("price") == 1000)
        #expect(try says.string("hash") == reply.entryHash.hex)
        #expect(head.position == fixture.log.memory.head.position)
        #expect(head.hash == fixture.log.memory.head.hash)
        fixture.service.stop()
    }

    @Test("A refusal has one, too, with how late it was")
    func refused() async throws {
        let fixture = try await Self.fixture()
        let low = try Self.checked(
            try await Self.bid(fixture, "A", 1, id: "low"), by: fixture)
        #expect(try low.says.string("code") == "too_low" && low.says.integer("minimum") == 1000)
        fixture.clock.set(Fixture.noon.advanced(by: 60_250))
        let late = try Self.checked(
            try await Self.bid(fixture, "A", 5000, id: "late"), by: fixture)
        #expect(try late.says.string("verdict") == "refused")
        #expect(try late.says.string("code") == "closed" && late.says.integer("late_by_ms") == 250)
        fixture.service.stop()
    }

    @Test("So has a retraction, asked for later")
    func retracted() async throws {
        let fixture = try await Self.fixture()
        _ = try await fixture.bid("A", 5000, id: "a")
        let request = BidRequest(
            bidder: try BidderID("A"), id: try BidID("r"), action: .retract(try BidID("a")))
        let lot = try AuctionID("lot")
        _ = await fixture.service.perform(.request(request, on: lot))
        let answer = await fixture.service.perform(
            .status(request.key, on: lot), wantsReceipt: true)
        let (says, _, _) = try Self.checked(answer, by: fixture)
        #expect(try says.string("verdict") == "retracted" && says.string("bid") == "a")
        fixture.service.stop()
    }

    @Test("What is no final verdict has none, and nor has a bid that was never sent")
    func none() async throws {
        let fixture = try await Self.fixture()
        let unknown = await fixture.service.perform(
            try Fixture.bid("A", 5000, on: "nowhere"), wantsReceipt: true)
        #expect(unknown == .refused(.unknownAuction))
        let status = await fixture.service.perform(
            .status(
                BidKey(bidder: try BidderID("A"), id: try BidID("x")), on: try AuctionID("lot")),
            wantsReceipt: true)
        #expect(status == .notSeen)
        fixture.service.stop()
    }

    @Test("Without a key the answer comes without a receipt")
    func withoutKey() async throws {
        let fixture = try Fixture()
        try await fixture.openLot()
        let answer = try await Self.bid(fixture, "A", 5000, id: "a")
        guard case .reply = answer else { throw Unexpected(answer) }
        #expect(fixture.service.sign(["{}"]) == nil)
        fixture.service.stop()
    }

    @Test("All bids of one commit share one signature, and a repeat is signed anew")
    func oneSignature() async throws {
        let fixture = try await Self.fixture(limits: .handingOver)
        fixture.log.shut()
        let answers = Recorder()
        // One stands before the gate: what comes meanwhile is decided, and waits for the next commit.
        fixture.service.submit(try Fixture.bid("E", 1000)) { answers.note(.answer($0)) }
        fixture.log.waitForAppend()
        for step in 0..<50 {
            fixture.service.submit(
                try Fixture.bid(
                    step.isMultiple(of: 2) ? "A" : "B", 2000 + Int64(step) * 1000),
                wantsReceipt: true
            ) { answers.note(.answer($0)) }
        }
        while fixture.service.queuedCommands > 0 { await Task.yield() }
        fixture.log.open()
        await answers.wait { $0.count == 51 }
        var signatures: Set<[UInt8]> = []
        for case .answer(let answer) in answers.items.dropFirst(1) {
            _ = try Self.checked(answer, by: fixture)
            if case .receipted(_, let receipt) = answer { signatures.insert(receipt.signature) }
        }
        #expect(signatures.count == 1)
        let first = try await Self.bid(fixture, "A", 2000, id: "A-2000")
        guard case .receipted(let reply, let receipt) = first,
            case .answer(.receipted(reply, let old)) = answers.items[1]
        else { throw Unexpected(first) }
        #expect(receipt.statement == old.statement && receipt.signature != old.signature)
        fixture.service.stop()
    }

    @Test("After a restart the same key signs on, and the log has it once")
    func restart() async throws {
        let key = SigningKey()
        let fixture = try await Self.fixture(key)
        let old = try await Self.bid(fixture, "A", 5000, id: "a")
        let entries = fixture.log.memory.head.position
        let again = try fixture.restarted()
        #expect(try await again.bid("A", 5000, id: "a") != old, "no key was given yet")
        #expect(await again.service.use(key) == .done)
        #expect(again.log.memory.head.position == entries)
        _ = try Self.checked(old, by: again)
        _ = try Self.checked(try await Self.bid(again, "A", 5000, id: "a"), by: again)
        again.service.stop()
    }

    @Test("A new key takes over at once; what the old one signed stays good; it never comes back")
    func rotation() async throws {
        let (first, second) = (SigningKey(), SigningKey())
        let fixture = try await Self.fixture(first)
        let old = try Self.checked(try await Self.bid(fixture, "A", 5000, id: "a"), by: fixture)
        fixture.clock.set(Fixture.noon.advanced(by: 10))
        #expect(await fixture.service.use(second) == .done)
        let oldAgain = try Self.checked(
            try await Self.bid(fixture, "A", 5000, id: "a"), by: fixture)
        #expect(old.head.key == first.publicKey.id && oldAgain.head.key == second.publicKey.id)
        guard case .declined(let objection) = await fixture.service.use(first) else {
            throw Unexpected("a replaced key was taken")
        }
        #expect(objection.kind == .alreadyExists)
        let keys = fixture.service.board.signingKeys
        #expect(keys.map(\.key) == [first.publicKey, second.publicKey])
        #expect(keys[0].until == Fixture.noon.advanced(by: 10))
        // Only the public halves are anywhere in the log.
        #expect(fixture.service.sign(["{}"])?.count == 1)
        fixture.service.stop()
    }

    @Test(
        "A clock that is set back before the key is replaced does not spoil what the old key signed"
    )
    func clockSetBack() async throws {
        let fixture = try await Self.fixture()
        fixture.clock.set(Fixture.noon.advanced(by: 60_000))
        let bid = try await Self.bid(fixture, "A", 5000, id: "a")
        // Nothing in the log has this time.
        fixture.clock.set(Fixture.noon.advanced(by: 120_000))
        let signed = try #require(fixture.service.sign(["{}"])?.first)
        fixture.clock.set(Fixture.noon.advanced(by: 61_000))
        #expect(await fixture.service.use(SigningKey()) == .done)
        let keys = KeySet(fixture.service.board.signingKeys)
        _ = try Self.checked(bid, by: fixture)
        #expect(try signed.verify(with: keys).at == Fixture.noon.advanced(by: 60_000))
        fixture.service.stop()
    }

    @Test("A bid that is sent together with a new key is signed by one that was in use then")
    func sameCommit() async throws {
        let fixture = try await Self.fixture()
        fixture.log.shut()
        fixture.service.submit(try Fixture.bid("E", 1000)) { _ in }
        fixture.log.waitForAppend()
        let answers = Recorder()
        for step in 0..<9 {
            if step == 4 {
                let key = SigningKey()
                Task { await fixture.service.use(key) }
            }
            fixture.clock.set(Fixture.noon.advanced(by: Int64(step)))
            fixture.service.submit(
                try Fixture.bid("A", 2000 + Int64(step) * 1000), wantsReceipt: true
            ) { answers.note(.answer($0)) }
        }
        fixture.log.open()
        await answers.wait { $0.count == 9 }
        for case .answer(let answer) in answers.items { _ = try Self.checked(answer, by: fixture) }
        fixture.service.stop()
    }
}
