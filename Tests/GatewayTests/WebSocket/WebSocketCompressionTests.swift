import NIOCore
import Testing
import WireProtocol

@testable import Gateway

/// Compressed messages in a session, RFC 7692 section 6.
@Suite struct WebSocketCompressionTests {
    static let hello: [UInt8] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]

    static func outcome(
        _ bytes: [UInt8], limits: WebSocketLimits = .init()
    ) -> [WebSocketAction] {
        let whole = actions(on: bytes, limits: limits, inflater: Inflater())
        #expect(actions(on: bytes, sizes: [1], limits: limits, inflater: Inflater()) == whole)
        return whole
    }

    @Test func compressedMessageIsDeliveredInflated() {
        let bytes =
            Wire.compressed(Self.hello) + Wire.compressed(Self.hello, as: .binary)
            + Wire.text("plain")
        #expect(
            Self.outcome(bytes)
                == [.text("Hello"), .binary(Array("Hello".utf8)), .text("plain")])
    }

    @Test func fragmentsAreJoinedBeforeTheyAreInflated() {
        let bytes =
            Wire.compressed(Array(Self.hello.prefix(3)), isFinal: false)
            + Wire.frame(.ping, Array("p".utf8))
            + Wire.frame(.continuation, [], isFinal: false)
            + Wire.frame(.continuation, Array(Self.hello.dropFirst(3)))
            + Wire.text("a", isFinal: false) + Wire.frame(.continuation, Array("b".utf8))
        #expect(Self.outcome(bytes) == [.sendPong("p"), .text("Hello"), .text("ab")])
    }

    @Test(arguments: [
        ("on a continuation", Wire.text("a", isFinal: false) + [0xc0, 0x80]),
        (
            "on a continuation of a compressed one",
            Wire.compressed(hello, isFinal: false) + [0xc0, 0x80]
        ),
        ("on a ping", [0xc9, 0x80]), ("on a pong", [0xca, 0x80]), ("on a close", [0xc8, 0x80]),
        ("with RSV2", [0xe1, 0x80]), ("with RSV3", [0xd1, 0x80]), ("RSV2 alone", [0xa1, 0x80]),
    ])
    func bitIsRefusedElsewhere(name: String, bytes: [UInt8]) {
        #expect(Self.outcome(bytes).map(\.failureCode) == [1002], "\(name)")
    }

    @Test func bitIsRefusedWhenNothingWasAgreedOn() {
        #expect(actions(on: Wire.compressed(Self.hello)).map(\.failureCode) == [1002])
    }

    @Test func damagedDataIsRefused() {
        #expect(Self.outcome(Wire.compressed([0xff, 0xff])).map(\.failureCode) == [1007])
    }

    @Test(arguments: [[0xff], [0xe2, 0x82], [0xed, 0xa0, 0x80]] as [[UInt8]])
    func textIsCheckedWhenItIsInflated(bad: [UInt8]) {
        let text = Array("good ".utf8) + bad
        #expect(Self.outcome(Wire.compressed(Wire.deflated(text))).map(\.failureCode) == [1007])
        let binary = Wire.compressed(Wire.deflated(text), as: .binary)
        #expect(Self.outcome(binary) == [.binary(text)])
    }

    /// The compressed form of a character in two fragments need not be cut where the character is.
    @Test func charactersMayBeCutByFragments() {
        let payload = Wire.deflated(Array("€€€".utf8))
        for cut in 0...payload.count {
            let bytes =
                Wire.compressed(Array(payload.prefix(cut)), isFinal: false)
                + Wire.frame(.continuation, Array(payload.dropFirst(cut)))
            #expect(Self.outcome(bytes) == [.text("€€€")])
        }
    }

    // MARK: Bounds

    @Test func inflatedMessageMayBeAsLargeAsTheLimit() {
        let limits = WebSocketLimits(messageBytesMax: 3_000)
        var random = SplitMix(seed: 3)
        let most = (0..<3_000).map { _ in UInt8(truncatingIfNeeded: random.next()) & 0x0f }
        let fits = Wire.compressed(Wire.deflated(most), as: .binary)
        #expect(Self.outcome(fits, limits: limits) == [.binary(most)])
        let over = Wire.compressed(Wire.deflated(most + [0]), as: .binary)
        #expect(Self.outcome(over, limits: limits).map(\.failureCode) == [1009])
    }

    /// Compressed, noise is larger than it is.
    @Test func incompressibleMessageMayBeAsLargeAsTheLimit() {
        var random = SplitMix(seed: 4)
        let noise = (0..<16_384).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let payload = Wire.deflated(noise)
        #expect(payload.count > noise.count)
        #expect(Self.outcome(Wire.compressed(payload, as: .binary)) == [.binary(noise)])
        let header = Wire.compressed([UInt8](repeating: 0, count: 18_497), as: .binary).prefix(4)
        #expect(Self.outcome(Array(header)).map(\.failureCode) == [1009])
    }

    @Test func bombIsTooBig() {
        let bomb = Wire.compressed(Wire.deflated([UInt8](repeating: 0x20, count: 4 << 20)))
        #expect(Self.outcome(bomb).map(\.failureCode) == [1009])
    }

    @Test func messageThatSwellsTooMuchIsTooBig() {
        let spaces = [UInt8](repeating: 0x20, count: 15_000)
        let payload = Wire.deflated(spaces)
        #expect(payload.count < 150)
        #expect(Self.outcome(Wire.compressed(payload)).map(\.failureCode) == [1009])
        let generous = WebSocketLimits(inflationMax: 1_100)
        #expect(
            Self.outcome(Wire.compressed(payload), limits: generous)
                == [.message(.text(ByteBuffer(bytes: spaces)))])
        // A kilobyte may come of anything.
        let few = Wire.compressed(Wire.deflated(Array(spaces.prefix(1_000))))
        #expect(Self.outcome(few).map(\.failureCode) == [nil])
    }

    @Test func nothingIsInflatedAfterOurClose() {
        var session = WebSocketSession(inflater: Inflater())
        _ = session.close(.normal)
        let bytes = Wire.compressed([0xff, 0xff]) + Wire.close(1000)
        let found = actions(of: &session, on: bytes).map(\.action)
        #expect(found == [.peerClosed(WebSocketClose(code: .normal, reason: ""), reply: nil)])
    }
}
