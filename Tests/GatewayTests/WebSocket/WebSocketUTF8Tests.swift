import NIOCore
import Testing

@testable import Gateway

/// Text is checked as its bytes arrive (RFC 6455 section 8.1; Autobahn's cases 6.x, strictly).
@Suite struct WebSocketUTF8Tests {
    static let valid: [[UInt8]] = [
        [],
        [0x00],
        [0x7f],
        Array("Hello-µ@ßöäüàá-UTF-8!!".utf8),
        Array("κόσμε".utf8),
        [0xc2, 0x80], [0xdf, 0xbf],
        [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80], [0xef, 0xbf, 0xbd],
        [0xef, 0xbf, 0xbe], [0xef, 0xbf, 0xbf],
        [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf], [0xf0, 0x9f, 0xbf, 0xbe],
        Array("12345678é12345678€123456781\u{1f600}".utf8),
    ]

    /// Text and the offset of the first byte that makes it invalid; an offset at its end means
    /// that it is merely incomplete.
    static let invalid: [([UInt8], Int)] = [
        ([0x80], 0), ([0xbf], 0), ([0x80, 0xbf, 0x80], 0), ([0xc0], 0), ([0xc1, 0xbf], 0),
        ([0xfe], 0), ([0xff], 0), ([0xf5, 0x80, 0x80, 0x80], 0),
        ([0xf8, 0x88, 0x80, 0x80, 0x80], 0),
        ([0xfc, 0x84, 0x80, 0x80, 0x80, 0x80], 0),
        ([0xc0, 0xaf], 0), ([0xe0, 0x80, 0xaf], 1), ([0xf0, 0x80, 0x80, 0xaf], 1),
        ([0xe0, 0x9f, 0xbf], 1), ([0xf0, 0x8f, 0xbf, 0xbf], 1),
        ([0xed, 0xa0, 0x80], 1), ([0xed, 0xaf, 0xbf], 1), ([0xed, 0xbf, 0xbf], 1),
        ([0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80], 1),
        ([0xf4, 0x90, 0x80, 0x80], 1), ([0xf7, 0xbf, 0xbf, 0xbf], 0),
        ([0xc3, 0x28], 1), ([0xe2, 0x28, 0xa1], 1), ([0xe2, 0x82, 0x28], 2),
        ([0xf0, 0x28, 0x8c, 0xbc], 1), ([0xf0, 0x90, 0x28, 0xbc], 2),
        ([0xf0, 0x90, 0x8c, 0x28], 3),
        ([0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xce, 0xb5, 0xf4, 0x90, 0x80], 12),
        (Array("12345678".utf8) + [0xff] + Array("12345678".utf8), 8),
        ([0xc3], 1), ([0xe1, 0xbd], 2), ([0xf0, 0x9f, 0x98], 3), ([0x61, 0xf4], 2),
    ]

    @Test(arguments: valid)
    func validTextIsDelivered(bytes: [UInt8]) {
        let expected = WebSocketAction.message(.text(ByteBuffer(bytes: bytes)))
        #expect(actions(on: Wire.frame(.text, bytes)) == [expected])
        #expect(actions(on: Wire.frame(.text, bytes), sizes: [1]) == [expected])
        #expect(actions(on: Self.inFragments(bytes), limits: .init(fragmentsMax: 99)) == [expected])
    }

    @Test(arguments: invalid)
    func invalidTextIsRefusedAtItsFirstWrongByte(bytes: [UInt8], offset: Int) throws {
        // The message announces more than it holds, so that only the byte itself can give it away.
        let header = Wire.frame(.text, bytes + [UInt8](repeating: 0x20, count: 64)).prefix(6)
        let isIncomplete = offset == bytes.count
        let masked = Wire.frame(.text, bytes).dropFirst(6)
        var session = WebSocketSession()
        let found = actions(of: &session, on: Array(header) + masked, sizes: [1])
        if isIncomplete {
            #expect(found.isEmpty)
        } else {
            try #require(found.count == 1)
            #expect(found[0].action.failureCode == 1007)
            #expect(found[0].after == 6 + offset + 1)
        }
        // Complete, in one piece and in one fragment per byte.
        #expect(actions(on: Wire.frame(.text, bytes)).map(\.failureCode) == [1007])
        let limits = WebSocketLimits(fragmentsMax: 99)
        #expect(actions(on: Self.inFragments(bytes), limits: limits).map(\.failureCode) == [1007])
    }

    @Test(arguments: invalid)
    func binaryMayHoldAnything(bytes: [UInt8], _: Int) {
        #expect(actions(on: Wire.frame(.binary, bytes)) == [.binary(bytes)])
    }

    @Test func binaryFragmentsBetweenTextsAreNotChecked() {
        let bytes =
            Wire.frame(.binary, [0xff], isFinal: false) + Wire.frame(.continuation, [0xe2])
            + Wire.text("é")
        #expect(actions(on: bytes) == [.binary([0xff, 0xe2]), .text("é")])
    }

    @Test func pingBetweenTheHalvesOfACharacterDoesNoHarm() {
        let bytes =
            Wire.frame(.text, [0xe2, 0x82], isFinal: false) + Wire.frame(.ping, [0xff])
            + Wire.frame(.continuation, [0xac])
        #expect(actions(on: bytes) == [.sendPong(ByteBuffer(bytes: [0xff])), .text("€")])
    }

    /// The standard library's validation is the reference.
    @Test(arguments: [UInt64(1), .random(in: 2 ... .max)])
    func validatorAgreesWithTheStandardLibrary(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let edges: [UInt8] = [
            0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
            0xed,
            0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
        ]
        var validOnes = 0
        for round in 0..<20_000 {
            let count = Int.random(in: 0...6, using: &random)
            let bytes = (0..<count).map { _ in edges.randomElement(using: &random) ?? 0 }
            var validator = UTF8Validator()
            let invalidAt = bytes.withUnsafeBytes { validator.consume($0) }
            let isValid = invalidAt == nil && validator.isAtBoundary
            let expected = String(validating: bytes, as: UTF8.self) != nil
            try #require(isValid == expected, "seed \(seed), round \(round): \(bytes)")
            validOnes += expected ? 1 : 0
        }
        #expect(validOnes > 100)
    }

    private static func inFragments(_ bytes: [UInt8]) -> [UInt8] {
        Wire.frame(.text, isFinal: false)
            + bytes.flatMap { Wire.frame(.continuation, [$0], isFinal: false) }
            + Wire.frame(.continuation)
    }
}
