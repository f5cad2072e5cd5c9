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
}
