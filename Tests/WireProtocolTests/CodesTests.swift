import AuctionRules
import Testing
import WireProtocol

@Suite struct CodesTests {
    @Test func closeCodesSayWhetherToComeBack() {
        let yes: [CloseCode] = [
            .goingAway, .internalError, .overloaded, .draining, .noPong, .tooSlow, .tokenExpired,
            .writerUnavailable, CloseCode(rawValue: 4499),
        ]
        let no: [CloseCode] = [
            .normal, .protocolError, .unacceptableData, .notUTF8, .tooBig, .badToken,
            .nothingSaid, .revoked, .tooManyConnections, .keptOverRateLimit, .suspended,
            CloseCode(rawValue: 4999),
        ]
        for code in yes { #expect(code.reconnects, "\(code)") }
        for code in no { #expect(!code.reconnects, "\(code)") }
    }

    @Test func everyErrorCodeHasAStatus() {
        #expect(Set(ErrorCode.all.map(\.rawValue)).count == 10)
        for code in ErrorCode.all { #expect(code.httpStatus < 504 && code.httpStatus != 500) }
    }

    @Test func hashIsReadBackFromItsDigits() {
        #expect(EntryHash(hex: Scene.hash.hex) == Scene.hash)
        #expect(Scene.hash.hex.hasPrefix("0123456789abcdef00"))
        let digits = String(repeating: "0", count: 63)
        for text in ["", digits, digits + "g", digits + "A", digits + "00"] {
            #expect(EntryHash(hex: text) == nil)
        }
    }

    @Test func pagesAreReadBack() throws {
        var scene = Scene()
        scene.bid("ann", "b1", 5000)
        let snapshot = ServerMessage.Snapshot(
            scene.auction.publicState, log: "l", serverTime: Instant(milliseconds: 9))
        let page = AuctionsPage([snapshot, snapshot], nextCursor: "c")
        #expect(try AuctionsPage.decode(page.encoded()) == page)
        let history = BidHistory(
            auction: Scene.lot, scene.changes.suffix(1).map { .init($0.state, at: $0.at) })
        #expect(
            text(history.encoded())
                == #"""
                {"auction":"lot-1","bids":[{"seq":2,"price":1000,"leader":"Bidder 1",\#
                "at":1000001}]}
                """#)
        #expect(try BidHistory.decode(history.encoded()) == history)
    }
}
