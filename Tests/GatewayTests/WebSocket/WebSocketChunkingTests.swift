import NIOCore
import Testing

@testable import Gateway

/// The outcome does not depend on how the network cuts the bytes, and no bytes can trap.
@Suite struct WebSocketChunkingTests {
    @Test(arguments: [UInt64(1), 2, .random(in: 3 ... .max)])
    func cutsMakeNoDifference(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let limits = WebSocketLimits(messageBytesMax: 1 << 20, pingBurst: 1_000)
        for round in 0..<40 {
            let (bytes, expected) = Self.stream(using: &random)
            let sizes = (0..<64).map { _ in Int.random(in: 1...200, using: &random) }
            for sizes in [[.max], [1], sizes] {
                let found = actions(
                    on: bytes, sizes: sizes, limits: limits, inflater: Inflater())
                try #require(found == expected, "seed \(seed), round \(round), sizes \(sizes)")
            }
        }
    }

    /// Also for streams in which bits were turned, so that many break off somewhere.
    @Test(arguments: [UInt64(1), .random(in: 2 ... .max)])
    func cutsMakeNoDifferenceToDamagedStreams(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var failures = 0
        for round in 0..<200 {
            var (bytes, _) = Self.stream(using: &random)
            bytes = Array(bytes.prefix(600))
            for _ in 0..<8 {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            let whole = actions(on: bytes, inflater: Inflater())
            let pieces = actions(on: bytes, sizes: [1], inflater: Inflater())
            #expect(pieces == whole, "seed \(seed), round \(round)")
            failures += whole.last?.failureCode == nil ? 0 : 1
        }
        #expect(failures > 20)
    }

    @Test(arguments: [UInt64(1), .random(in: 2 ... .max)])
    func noiseNeverTraps(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let firsts: [UInt8] = [0x81, 0x82, 0x01, 0xc1, 0x00, 0x88, 0x89, 0x8a, 0xff]
        let inflater = Inflater()
        var outcomes: Set<UInt16> = []
        for _ in 0..<100_000 {
            var noise = ByteBuffer()
            noise.writeInteger(firsts[Int(random.next() % 9)])
            noise.writeInteger(UInt8(truncatingIfNeeded: random.next()) | 0x80)
            noise.writeInteger(random.next())
            noise.writeInteger(random.next())
            var session = WebSocketSession(inflater: inflater)
            session.receive(&noise)
            while true {
                let action = session.nextAction(at: 0)
                if action == .needMoreData { break }
                if let code = action.failureCode { outcomes.insert(code) }
            }
        }
        #expect(outcomes == [1002, 1007, 1009], "seed \(seed)")
    }

    /// A valid stream of messages, whole and in fragments, plain and compressed, with control frames in
    /// between, and what must come of it.
    private static func stream(
        using random: inout SplitMix
    ) -> (bytes: [UInt8], expected: [WebSocketAction]) {
        var bytes: [UInt8] = []
        var expected: [WebSocketAction] = []
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let isText = Bool.random(using: &random)
            let payload = isText ? Self.text(using: &random) : Self.noise(using: &random)
            let isCompressed = Bool.random(using: &random)
            var rest = (isCompressed ? Wire.deflated(payload) : payload)[...]
            let fragments = Int.random(in: 1...5, using: &random)
            for fragment in 1...fragments {
                let isLast = fragment == fragments
                let count = isLast ? rest.count : Int.random(in: 0...rest.count, using: &random)
                let start = bytes.count
                bytes += Wire.frame(
                    fragment > 1 ? .continuation : isText ? .text : .binary,
                    Array(rest.prefix(count)), isFinal: isLast,
                    mask: UInt32(truncatingIfNeeded: random.next()))
                if isCompressed, fragment == 1 { bytes[start] |= 0x40 }
                rest = rest.dropFirst(count)
                if !isLast, Bool.random(using: &random) {
                    let control = Array(Self.noise(using: &random).prefix(125))
                    let isPing = Bool.random(using: &random)
                    bytes += Wire.frame(isPing ? .ping : .pong, control)
                    let answer = ByteBuffer(bytes: control)
                    expected.append(isPing ? .sendPong(answer) : .pong(answer))
                }
            }
            let whole = ByteBuffer(bytes: payload)
            expected.append(.message(isText ? .text(whole) : .binary(whole)))
        }
        return (bytes, expected)
    }

    private static func text(using random: inout SplitMix) -> [UInt8] {
        let parts = ["a", "é", "€", "\u{1f600}", "0123456789abcdef"]
        return (0..<Int.random(in: 0...30, using: &random)).flatMap { _ in
            Array((parts.randomElement(using: &random) ?? "").utf8)
        }
    }

    private static func noise(using random: inout SplitMix) -> [UInt8] {
        let count = [0, 1, 125, 126, 200, 700].randomElement(using: &random) ?? 0
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}
