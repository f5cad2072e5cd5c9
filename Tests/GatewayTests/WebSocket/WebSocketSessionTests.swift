import NIOCore
import Testing
import WireProtocol

@testable import Gateway

@Suite struct WebSocketSessionTests {
    // MARK: Messages (RFC 6455 sections 5.4, 5.6)

    @Test func messagesAreDeliveredInOrder() {
        let bytes = Wire.text("one") + Wire.frame(.binary, [1, 2]) + Wire.text("")
        #expect(actions(on: bytes) == [.text("one"), .binary([1, 2]), .text("")])
    }

    @Test func fragmentsAreJoinedAroundControlFrames() {
        let bytes =
            Wire.text("a", isFinal: false)
            + Wire.frame(.ping, Array("p".utf8))
            + Wire.frame(.continuation, [], isFinal: false)
            + Wire.frame(.pong)
            + Wire.frame(.continuation, Array("b".utf8))
            + Wire.text("c")
        #expect(
            actions(on: bytes) == [.sendPong("p"), .pong(ByteBuffer()), .text("ab"), .text("c")])
    }

    @Test func messagesOfOneReadShareItsStorage() throws {
        var session = WebSocketSession()
        let found = actions(of: &session, on: Wire.text("first") + Wire.text("second"))
        #expect(found.map(\.action) == [.text("first"), .text("second")])
        let storages = found.compactMap { found -> ObjectIdentifier? in
            guard case .message(.text(let bytes)) = found.action else { return nil }
            return bytes.withUnsafeReadableBytesWithStorageManagement { _, storage in
                ObjectIdentifier(storage.takeUnretainedValue())
            }
        }
        try #require(storages.count == 2)
        #expect(storages[0] == storages[1])
    }

    @Test func senderKeepsItsBytesMasked() {
        let original = ByteBuffer(bytes: Wire.text("hello"))
        var given = original
        var session = WebSocketSession()
        session.receive(&given)
        #expect(session.nextAction(at: 0) == .text("hello"))
        #expect(Array(original.readableBytesView) == Wire.text("hello"))
    }

    @Test func clientEndReadsUnmaskedFrames() {
        let frame = Array(WebSocketFrame.encode(.text, Array("x".utf8)).readableBytesView)
        #expect(actions(on: frame, role: .client) == [.text("x")])
        #expect(actions(on: Wire.text("x"), role: .client).map(\.failureCode) == [1002])
    }

    // MARK: Limits

    @Test func messageMayBeAsLargeAsTheLimit() {
        let limits = WebSocketLimits(messageBytesMax: 300)
        let whole = [UInt8](repeating: 9, count: 300)
        #expect(actions(on: Wire.frame(.binary, whole), limits: limits) == [.binary(whole)])
        let halves =
            Wire.frame(.binary, Array(whole[..<150]), isFinal: false)
            + Wire.frame(.continuation, Array(whole[150...]))
        #expect(actions(on: halves, limits: limits) == [.binary(whole)])
    }

    @Test func largerMessageIsRefusedAtItsHeader() {
        let limits = WebSocketLimits(messageBytesMax: 300)
        let header = Array(Wire.frame(.binary, [UInt8](repeating: 0, count: 301)).prefix(4))
        #expect(actions(on: header, limits: limits).map(\.failureCode) == [1009])
        let pieces =
            Wire.frame(.binary, [UInt8](repeating: 0, count: 290), isFinal: false)
            + Wire.frame(.continuation, [UInt8](repeating: 0, count: 11)).prefix(2)
        #expect(actions(on: pieces, limits: limits).map(\.failureCode) == [1009])
    }

    @Test func fragmentsAreCountedEvenWhenEmpty() {
        let start = Wire.text("", isFinal: false)
        let more = Wire.frame(.continuation, isFinal: false)
        let end = Wire.frame(.continuation)
        let most = start + Array(repeating: more, count: 14).joined() + end
        #expect(actions(on: most) == [.text("")])
        let tooMany = start + Array(repeating: more, count: 15).joined() + end
        #expect(actions(on: tooMany).map(\.failureCode) == [1009])
    }

    @Test(arguments: [WebSocketOpcode.ping, .pong])
    func floodOfPingsIsRefused(opcode: WebSocketOpcode) {
        var session = WebSocketSession()
        let ping = Wire.frame(opcode)
        let second: Int64 = 1_000_000_000
        #expect(
            actions(of: &session, on: Array(repeating: ping, count: 10).flatMap(\.self)).count == 10
        )
        // Half a second has earned one more, and no second one.
        let one = actions(of: &session, on: ping, at: second / 2).map(\.action)
        #expect(one.first?.failureCode == nil)
        let none = actions(of: &session, on: ping, at: second / 2).map(\.action)
        #expect(none.map(\.failureCode) == [4505])
    }

    @Test func steadyPingsWithinTheBudgetGoOnForever() {
        var session = WebSocketSession()
        for turn in 0..<1_000 {
            let found = actions(of: &session, on: Wire.frame(.ping), at: Int64(turn) * 500_000_000)
            #expect(found.map(\.action) == [.sendPong("")])
        }
    }

    @Test func kindThatTheSubprotocolHasNotIsRefusedAtItsFirstByte() {
        let textOnly = WebSocketLimits(acceptsBinary: false)
        #expect(actions(on: [0x82], limits: textOnly).map(\.failureCode) == [1003])
        #expect(actions(on: Wire.text("x"), limits: textOnly) == [.text("x")])
        let binaryOnly = WebSocketLimits(acceptsText: false)
        #expect(actions(on: [0x01], limits: binaryOnly).map(\.failureCode) == [1003])
    }

    // MARK: Closing (section 7)

    @Test(
        arguments: [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
            3000, 3999, 4000, 4505, 4999,
        ] as [UInt16])
    func closeIsAnsweredWithItsCode(code: UInt16) {
        let named = CloseCode(rawValue: code)
        let close = WebSocketClose(code: named, reason: "why €")
        #expect(
            actions(on: Wire.close(code, Array("why €".utf8)) + Wire.text("late"))
                == [.peerClosed(close, reply: WebSocketFrame.close(named))])
    }

    @Test func emptyCloseIsAnsweredByAnEmptyOne() {
        let close = WebSocketClose(code: nil, reason: "")
        #expect(
            actions(on: Wire.frame(.close))
                == [.peerClosed(close, reply: ByteBuffer(bytes: [0x88, 0]))])
    }

    @Test func nothingButTheirCloseIsDeliveredAfterOurs() {
        var session = WebSocketSession()
        #expect(
            session.close(.draining, reason: "x") == WebSocketFrame.close(.draining, reason: "x"))
        #expect(session.close(.normal) == nil)
        let bytes =
            Wire.text("late") + Wire.frame(.ping) + Wire.frame(.pong) + Wire.close(4101)
            + Wire.text("later")
        let close = WebSocketClose(code: .draining, reason: "")
        let found = actions(of: &session, on: bytes)
        #expect(found.map(\.action) == [.peerClosed(close, reply: nil)])
        #expect(session.phase == .finished)
    }

    @Test func closeInTheMiddleOfARead() {
        var session = WebSocketSession()
        var bytes = ByteBuffer(bytes: Wire.text("a") + Wire.text("b"))
        session.receive(&bytes)
        #expect(session.nextAction(at: 0) == .text("a"))
        #expect(session.close(.keptOverRateLimit) != nil)
        #expect(session.nextAction(at: 0) == .needMoreData)
    }

    @Test func failureIsToldOnceWithItsFrame() throws {
        var session = WebSocketSession()
        let found = actions(of: &session, on: [0x83] + Wire.text("late"), sizes: [1])
        try #require(found.count == 1)
        let failure = WebSocketFailure.protocolError("unknown opcode")
        let frame = WebSocketFrame.close(.protocolError, reason: "unknown opcode")
        #expect(found[0].action == .fail(failure, closeFrame: frame))
        #expect(session.close(.normal) == nil)
    }

    @Test func failureAfterOurCloseSendsNoSecondOne() {
        var session = WebSocketSession()
        _ = session.close(.normal)
        let found = actions(of: &session, on: [0x83])
        let failure = WebSocketFailure.protocolError("unknown opcode")
        #expect(found.map(\.action) == [.fail(failure, closeFrame: nil)])
    }
}
