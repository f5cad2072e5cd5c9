import NIOCore
import Testing

@testable import Gateway

/// A message that has begun must come whole in time.
@Suite struct WebSocketDeadlineTests {
    static let second: Int64 = 1_000_000_000

    /// What becomes of bytes that come one by one, so many nanoseconds apart.
    static func trickle(_ bytes: [UInt8], every interval: Int64) -> [WebSocketAction] {
        var session = WebSocketSession()
        var found: [WebSocketAction] = []
        for (index, byte) in bytes.enumerated() {
            let now = Int64(index) * interval
            found += actions(of: &session, on: [byte], at: now).map(\.action)
        }
        return found
    }

    @Test func byteASecondIsTooSlow() {
        let message = Wire.text("twelve bytes")
        #expect(Self.trickle(message, every: Self.second).map(\.failureCode) == [4502])
        #expect(Self.trickle(message, every: Self.second / 2) == [.text("twelve bytes")])
    }

    @Test func headerAloneIsTooSlowToo() {
        let header: [UInt8] = [0x82, 0xfe, 0x01]
        #expect(Self.trickle(header, every: 6 * Self.second).map(\.failureCode) == [4502])
    }

    @Test(arguments: [WebSocketOpcode.ping, .close])
    func controlFrameIsTooSlowToo(opcode: WebSocketOpcode) {
        let frame = Wire.frame(opcode, [3, 0xe8, 65, 65, 65, 65, 65, 65])
        #expect(Self.trickle(frame, every: Self.second).map(\.failureCode) == [4502])
    }

    @Test func pingsBetweenFragmentsGainNoTime() {
        var session = WebSocketSession()
        var codes: [UInt16?] = []
        let start = Wire.text("a", isFinal: false)
        codes += actions(of: &session, on: start, at: 0).map(\.action.failureCode)
        for turn in 1...9 {
            let found = actions(of: &session, on: Wire.frame(.ping), at: Int64(turn) * Self.second)
            codes += found.map(\.action.failureCode)
        }
        #expect(codes == Array(repeating: nil, count: 9))
        let last = actions(of: &session, on: Wire.frame(.ping), at: 10 * Self.second)
        #expect(last.last?.action.failureCode == 4502)
    }

    @Test func deadlineIsThatOfWhatHasBegun() {
        var session = WebSocketSession()
        #expect(session.deadline == nil)
        _ = actions(of: &session, on: Wire.text("a"), at: 0)
        #expect(session.deadline == nil)
        _ = actions(of: &session, on: Wire.text("a") + [0x81], at: 5 * Self.second)
        #expect(session.deadline == 15 * Self.second)
        _ = actions(of: &session, on: Array(Wire.text("b").dropFirst()), at: 9 * Self.second)
        #expect(session.deadline == nil)
        // One ends and the next begins in the same read: its time is its own.
        _ = actions(of: &session, on: Wire.text("c", isFinal: false), at: 20 * Self.second)
        let read = Wire.frame(.continuation) + Wire.text("d", isFinal: false)
        _ = actions(of: &session, on: read, at: 29 * Self.second)
        #expect(session.deadline == 39 * Self.second)
    }

    @Test func silenceIsCaughtAtTheDeadline() {
        var session = WebSocketSession()
        _ = actions(of: &session, on: [0x81], at: 0)
        #expect(session.nextAction(at: 10 * Self.second - 1) == .needMoreData)
        #expect(session.nextAction(at: 10 * Self.second).failureCode == 4502)
        #expect(session.deadline == nil)
    }

    @Test func whatIsWholeWhenItIsReadIsInTime() {
        var session = WebSocketSession()
        let message = Wire.text("late")
        _ = actions(of: &session, on: Array(message.prefix(3)), at: 0)
        let found = actions(of: &session, on: Array(message.dropFirst(3)), at: 60 * Self.second)
        #expect(found.map(\.action) == [.text("late")])
    }
}
