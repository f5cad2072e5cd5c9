import AuctionRules
import Testing
import WireProtocol

@Suite struct ClientMessageTests {
    static let lot: AuctionID = Scene.id("lot-1")

    /// Every message, with the bytes that the reference shows.
    /// On the block of the live room.
    private static let atAsk = BidMessage(
        auction: lot, id: Scene.id("b1"), amount: Scene.amount(5000), askSeq: 7)

    static let examples: [(ClientFrame, String)] = [
        (
            ClientFrame(.authenticate(token: "t-1"), ref: "1"),
            #"{"type":"authenticate","ref":"1","token":"t-1"}"#
        ),
        (ClientFrame(.watch(.auction(lot))), #"{"type":"watch","auction":"lot-1"}"#),
        (
            ClientFrame(
                .watch(.auction(lot), feed: .full, resume: ResumePoint(after: 17, log: "l-1")),
                ref: "2"),
            #"""
            {"type":"watch","ref":"2","auction":"lot-1","feed":"full","after":17,"log":"l-1"}
            """#
        ),
        (
            ClientFrame(.watch(.sale(Scene.id("spring")))),
            #"{"type":"watch","sale":"spring"}"#
        ),
        (ClientFrame(.unwatch(.auction(lot))), #"{"type":"unwatch","auction":"lot-1"}"#),
        (
            ClientFrame(
                .bid(BidMessage(auction: lot, id: Scene.id("b1"), amount: Scene.amount(5000)))),
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5000}"#
        ),
        (
            ClientFrame(
                .bid(
                    BidMessage(
                        auction: lot, id: Scene.id("b1"), amount: .largest, kind: .exact,
                        currency: "USD", isConfirmed: true, wantsReceipt: true)), ref: "é\n"),
            #"""
            {"type":"bid","ref":"é\n","auction":"lot-1","id":"b1","amount":9007199254740991,\#
            "kind":"exact","currency":"USD","confirm":true,"receipt":true}
            """#
        ),
        (
            ClientFrame(.buy(lot, id: Scene.id("b2"))),
            #"{"type":"buy","auction":"lot-1","id":"b2"}"#
        ),
        (
            ClientFrame(.retract(lot, id: Scene.id("r1"), bid: Scene.id("b1"))),
            #"{"type":"retract","auction":"lot-1","id":"r1","bid":"b1"}"#
        ),
        (
            ClientFrame(.receipt(lot, id: Scene.id("b1"))),
            #"{"type":"receipt","auction":"lot-1","id":"b1"}"#
        ),
        (
            ClientFrame(.bidStatus(lot, id: Scene.id("b1"))),
            #"{"type":"bid_status","auction":"lot-1","id":"b1"}"#
        ),
        (ClientFrame(.time(ClientTime(-5))), #"{"type":"time","client_time":-5}"#),
        (
            ClientFrame(.bid(atAsk)),
            #"{"type":"bid","auction":"lot-1","id":"b1","amount":5000,"ask_seq":7}"#
        ),
    ]

    @Test(arguments: examples.indices)
    func everyMessageHasItsBytesAndIsReadBack(index: Int) throws {
        let (frame, json) = Self.examples[index]
        #expect(text(frame.encoded()) == json)
        #expect(try ClientFrame.decode(json.utf8) == frame)
    }

    @Test func nullIsAbsentAndUnknownKeysAreIgnored() throws {
        let frame = try ClientFrame.decode(
            #"""
            {"type":"bid","ref":null,"auction":"lot-1","id":"b1","amount":5000,"kind":null,
            "confirm":null,"currency":null,"quantity":1,"ask_seq":null,"nonce":{"a":[1]}}
            """#.utf8)
        #expect(frame == Self.examples[5].0)
    }

    @Test func bidOverHTTPTakesItsLotFromTheAddress() throws {
        let bid = try decodeBid(#"{"id":"b1","amount":5000}"#)
        #expect(
            bid == BidMessage(auction: Self.lot, id: Scene.id("b1"), amount: Scene.amount(5000)))
        #expect(throws: rejected(.invalidAmount)) { try decodeBid(#"{"id":"b1","amount":"5"}"#) }
        let fault = #expect(throws: WireFault.self) { try decodeBid(#"{"amount":5}"#) }
        guard case .error(.badMessage, _, nil)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test func requestSaysWhatWasBid() {
        let bid = BidMessage(
            auction: Self.lot, id: Scene.id("b1"), amount: Scene.amount(5), kind: .exact,
            currency: "USD", isConfirmed: true)
        let request = bid.request(by: Scene.id("ann"))
        #expect(request.action == .bid(.exact, amount: Scene.amount(5), currency: "USD"))
        #expect(request.isConfirmed)
    }

    private func rejected(_ refusal: Refusal) -> WireFault {
        .rejected(auction: Self.lot, id: Scene.id("b1"), refusal, ref: nil)
    }

    private func decodeBid(_ json: String) throws -> BidMessage {
        try Array(json.utf8).withUnsafeBytes { try ClientFrame.decodeBid($0, on: Self.lot) }
    }
}
