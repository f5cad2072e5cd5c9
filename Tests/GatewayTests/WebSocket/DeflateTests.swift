import NIOCore
import Testing

@testable import Gateway

/// One message's way through zlib, RFC 7692 section 7.2.
@Suite struct DeflateTests {
    static func inflate(
        _ payload: [UInt8], bytesMax: Int = 1 << 20, with inflater: Inflater = Inflater()
    ) throws -> [UInt8] {
        Array(
            try inflater.inflate(ByteBuffer(bytes: payload), bytesMax: bytesMax).readableBytesView)
    }

    /// The examples of RFC 7692 sections 7.2.3.1 and 7.2.3.3 to 7.2.3.5.
    @Test(
        arguments: [
            [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
            [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
            [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
            // A last block with nothing after it: zlib's Z_FINISH, sent as it is.
            [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        ] as [[UInt8]])
    func examplesOfTheRFC(payload: [UInt8]) throws {
        #expect(try Self.inflate(payload) == Array("Hello".utf8))
    }

    @Test func emptyMessageIsOneByte() throws {
        #expect(try Self.inflate([0x00]) == [])
    }

    @Test(arguments: 9...15)
    func everyWindowComesBack(windowBits: Int) throws {
        var random = SplitMix(seed: UInt64(windowBits))
        let (deflater, inflater) = (Deflater(bytesMin: 0), Inflater())
        for count in [600, 5_000, 40_000, 200_000] {
            let message = Self.text(of: count, using: &random)
            let payload = try #require(
                message.withUnsafeBytes { deflater.deflate($0, windowBits: windowBits) })
            #expect(payload.readableBytes < count / 2)
            let back = try Self.inflate(Array(payload.readableBytesView), with: inflater)
            #expect(back == message)
        }
    }

    /// So that one compressed broadcast is good for everybody.
    @Test func messagesDoNotDependOnThoseBefore() {
        var random = SplitMix(seed: 7)
        let deflater = Deflater(bytesMin: 0)
        let message = Self.text(of: 2_000, using: &random)
        let payloads = (0..<3).map { _ in
            message.withUnsafeBytes { deflater.deflate($0, windowBits: 15) }
        }
        #expect(payloads[0] != nil)
        #expect(payloads[1] == payloads[0] && payloads[2] == payloads[0])
    }

    @Test func whatDoesNotShrinkGoesAsItIs() throws {
        var random = SplitMix(seed: 8)
        let deflater = Deflater(bytesMin: 0)
        for count in [0, 1, 3, 1_000, 100_000] {
            let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(noise.withUnsafeBytes { deflater.deflate($0, windowBits: 15) } == nil)
        }
        // It goes on after one that did not fit.
        let message = Self.text(of: 2_000, using: &random)
        let payload = message.withUnsafeBytes { deflater.deflate($0, windowBits: 15) }
        #expect(try Self.inflate(Array(#require(payload).readableBytesView)) == message)
    }

    // MARK: Bounds

    @Test func messageMayBeAsLargeAsTheBound() throws {
        let payload = Wire.deflated([UInt8](repeating: 9, count: 10_000))
        #expect(try Self.inflate(payload, bytesMax: 10_000).count == 10_000)
        for bytesMax in [9_999, 5_000, 256, 1, 0] {
            #expect(throws: InflateFailure.tooLarge) {
                try Self.inflate(payload, bytesMax: bytesMax)
            }
        }
    }

    @Test func bombIsUnpackedNoFurtherThanTheBound() throws {
        let bomb = Wire.deflated([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 100_000)
        let inflater = Inflater()
        #expect(throws: InflateFailure.tooLarge) {
            try Self.inflate(bomb, bytesMax: 16_384, with: inflater)
        }
        // It is of use to others afterwards.
        #expect(
            try Self.inflate([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], with: inflater).count == 5)
    }

    // MARK: Damage

    @Test(
        arguments: [
            [], [0xff], [0x07], [0xf2], [0xf2, 0x48, 0xcd], [0x00, 0x05, 0x00, 0xfa],
            // A stored block whose lengths don't agree.
            [0x00, 0x05, 0x00, 0x05, 0x00, 0x48],
            // The second example of section 7.2.3.2 refers to the message before it.
            [0xf2, 0x00, 0x11, 0x00, 0x00],
            // Whole, but with the end that should have been cut off, and a stray byte.
            [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00],
            [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0xff],
        ] as [[UInt8]])
    func damagedPayloadIsRefused(payload: [UInt8]) throws {
        #expect(throws: InflateFailure.corrupt) { try Self.inflate(payload) }
    }

    @Test func everyTruncationIsNoticed() throws {
        var random = SplitMix(seed: 9)
        let message = Self.text(of: 700, using: &random)
        let payload = Wire.deflated(message)
        let inflater = Inflater()
        for count in 0..<payload.count - 1 {
            #expect(throws: InflateFailure.self, "\(count) of \(payload.count)") {
                try Self.inflate(Array(payload.prefix(count)), with: inflater)
            }
        }
        #expect(try Self.inflate(payload, with: inflater) == message)
    }

    @Test(arguments: [UInt64(1), .random(in: 2 ... .max)])
    func noiseNeverTraps(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let inflater = Inflater()
        var failures = 0
        for _ in 0..<5_000 {
            let count = Int.random(in: 1...60, using: &random)
            let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            do { _ = try Self.inflate(noise, bytesMax: 4_096, with: inflater) } catch {
                failures += 1
            }
        }
        #expect(failures > 4_000, "seed \(seed)")
    }

    private static func text(of count: Int, using random: inout SplitMix) -> [UInt8] {
        let words = ["price", "minimum", "leader", "\":", ",\"", "null", "auction", "12", "7"]
        var text: [UInt8] = []
        while text.count < count {
            text += (words.randomElement(using: &random) ?? "").utf8
        }
        return Array(text.prefix(count))
    }
}
