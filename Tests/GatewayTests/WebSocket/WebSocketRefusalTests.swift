import NIOCore
import Testing

@testable import Gateway

/// Frames that RFC 6455 forbids: each with its close code and the byte at which it is refused.
@Suite struct WebSocketRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var code: UInt16
        /// How many bytes must have come for the refusal.
        var after: Int
        var testDescription: String { self.name }

        init(_ name: String, _ bytes: [UInt8], _ code: UInt16, after: Int) {
            (self.name, self.bytes, self.code, self.after) = (name, bytes, code, after)
        }
    }

    static let start = Wire.text("a", isFinal: false)

    static let frames: [Row] = [
        Row("RSV1", Wire.raw(0xc1, 0x80), 1002, after: 1),
        Row("RSV2", Wire.raw(0xa1, 0x80), 1002, after: 1),
        Row("RSV3", Wire.raw(0x91, 0x80), 1002, after: 1),
        Row("RSV on a ping", Wire.raw(0xf9, 0x80), 1002, after: 1),
        Row("opcode 3", Wire.raw(0x83, 0x80), 1002, after: 1),
        Row("opcode 7", Wire.raw(0x87, 0x80), 1002, after: 1),
        Row("opcode 11", Wire.raw(0x8b, 0x80), 1002, after: 1),
        Row("opcode 15", Wire.raw(0x8f, 0x80), 1002, after: 1),
        Row("fragmented ping", Wire.raw(0x09, 0x80), 1002, after: 1),
        Row("fragmented pong", Wire.raw(0x0a, 0x80), 1002, after: 1),
        Row("fragmented close", Wire.raw(0x08, 0x80), 1002, after: 1),
        Row("continuation of nothing", Wire.raw(0x80, 0x80), 1002, after: 1),
        Row("open continuation of nothing", Wire.raw(0x00, 0x80), 1002, after: 1),
        Row("unmasked text", [0x81, 0x01, 0x61], 1002, after: 2),
        Row("unmasked ping", [0x89, 0x00], 1002, after: 2),
        Row("ping of 126 bytes", Wire.raw(0x89, 0xfe, 0, 126), 1002, after: 2),
        Row("close of 126 bytes", Wire.raw(0x88, 0xfe, 0, 126), 1002, after: 2),
        Row("ping with a 64-bit length", Wire.raw(0x89, 0xff), 1002, after: 2),
        Row("125 in 16 bits", Wire.raw(0x82, 0xfe, 0, 125), 1002, after: 4),
        Row("0 in 16 bits", Wire.raw(0x82, 0xfe, 0, 0), 1002, after: 4),
        Row("65535 in 64 bits", Wire.raw(0x82, 0xff, 0, 0, 0, 0, 0, 0, 255, 255), 1002, after: 10),
        Row("5 in 64 bits", Wire.raw(0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 5), 1002, after: 10),
        Row(
            "top bit of the length", Wire.raw(0x82, 0xff, 0x80, 0, 0, 0, 0, 1, 0, 0), 1002, after: 3
        ),
        Row(
            "greatest length", [0x82, 0xff, 0x7f] + [UInt8](repeating: 255, count: 7), 1009,
            after: 10),
        Row("16385 bytes", [0x82, 0xfe, 0x40, 0x01], 1009, after: 4),
        Row("text within a message", start + Wire.raw(0x81, 0x80), 1002, after: 8),
        Row("binary within a message", start + Wire.raw(0x82, 0x80), 1002, after: 8),
    ]

    static let closes: [Row] =
        [Row("close of one byte", Wire.frame(.close, [3]), 1002, after: 7)]
        + ([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] as [UInt16])
        .map { Row("close \($0)", Wire.close($0), 1002, after: 8) }
        + [
            Row("reason not UTF-8", Wire.close(1000, [0xff]), 1007, after: 9),
            Row("reason cut short", Wire.close(1000, [0xe2, 0x82]), 1007, after: 10),
            Row("reason with a surrogate", Wire.close(1000, [0xed, 0xa0, 0x80]), 1007, after: 11),
        ]

    @Test(arguments: frames + closes)
    func frameIsRefusedAtItsFirstWrongByte(row: Row) throws {
        for size in [1, 2, 3, Int.max] {
            var session = WebSocketSession()
            let found = actions(
                of: &session, on: Wire.text("ok") + row.bytes + Wire.text("late"), sizes: [size])
            try #require(found.count == 2, "in pieces of \(size)")
            #expect(found[0].action == .text("ok"))
            #expect(found[1].action.failureCode == row.code)
            if size == 1 { #expect(found[1].after == Wire.text("ok").count + row.after) }
        }
    }

    @Test(arguments: frames)
    func oneByteLessIsNotYetRefused(row: Row) {
        #expect(actions(on: Array(row.bytes.prefix(row.after - 1))).isEmpty)
    }
}
