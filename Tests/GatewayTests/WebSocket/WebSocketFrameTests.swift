import NIOCore
import Testing
import WireProtocol

@testable import Gateway

@Suite struct WebSocketFrameTests {
    static func bytes(_ body: (inout ByteBuffer) -> Void) -> [UInt8] {
        var buffer = ByteBuffer()
        body(&buffer)
        return Array(buffer.readableBytesView)
    }

    /// RFC 6455 section 5.7, word for word.
    @Test func examplesOfTheRFC() {
        #expect(
            Self.bytes { WebSocketFrame.write(.text, Array("Hello".utf8), into: &$0) }
                == [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
        #expect(
            Wire.text("Hello")
                == [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
        #expect(
            Self.bytes {
                WebSocketFrame.write(.text, Array("Hel".utf8), isFinal: false, into: &$0)
                WebSocketFrame.write(.continuation, Array("lo".utf8), into: &$0)
            } == [0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f])
        #expect(
            Self.bytes { WebSocketFrame.write(.ping, ByteBuffer(string: "Hello"), into: &$0) }
                == [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
        #expect(Wire.frame(.pong, Array("Hello".utf8)).prefix(2) == [0x8a, 0x85])
    }

    @Test(
        arguments: [
            (0, [0x82, 0]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]),
            (256, [0x82, 126, 1, 0]), (65_535, [0x82, 126, 0xff, 0xff]),
            (65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func lengthIsInItsShortestForm(length: Int, header: [UInt8]) {
        let payload = [UInt8](repeating: 7, count: length)
        let frame = WebSocketFrame.encode(.binary, payload)
        #expect(Array(frame.readableBytesView) == header + payload)
        let masked = Wire.frame(.binary, payload)
        #expect(masked.count == header.count + 4 + length)
        #expect(masked[1] == header[1] | 0x80)
    }

    @Test func closeCarriesCodeAndReason() {
        #expect(Array(WebSocketFrame.close(nil).readableBytesView) == [0x88, 0])
        #expect(
            Array(WebSocketFrame.close(.goingAway, reason: "bye").readableBytesView)
                == [0x88, 5, 0x03, 0xe9, 0x62, 0x79, 0x65])
        let masked = WebSocketFrame.close(.normal, mask: WebSocketMask(0x0102_0304))
        #expect(Array(masked.readableBytesView) == [0x88, 0x82, 1, 2, 3, 4, 0x02, 0xea])
    }

    @Test(arguments: [
        (String(repeating: "a", count: 123), 123),
        (String(repeating: "a", count: 124), 123),
        (String(repeating: "é", count: 62), 122),
        (String(repeating: "€", count: 50), 123),
        ("a" + String(repeating: "€", count: 50), 121),
        ("ab" + String(repeating: "\u{1f600}", count: 50), 122),
        (String(repeating: "e\u{301}", count: 60), 123),
        ("", 0),
    ])
    func reasonIsCutAtACharactersBorder(reason: String, bytes: Int) {
        let trimmed = Array(WebSocketFrame.trimmed(reason))
        #expect(trimmed.count == bytes)
        #expect(String(validating: trimmed, as: UTF8.self) != nil)
        #expect(Array(reason.utf8).starts(with: trimmed))
        let frame = WebSocketFrame.close(.internalError, reason: reason)
        #expect(frame.getInteger(at: 1, as: UInt8.self) == UInt8(bytes + 2))
    }

    @Test(arguments: 0..<20)
    func maskGoesOnWhereItStopped(cut: Int) {
        let plain = (0..<20).map { UInt8($0) }
        let mask = WebSocketMask(0xa1b2_c3d4)
        let key: [UInt8] = [0xa1, 0xb2, 0xc3, 0xd4]
        var masked = plain
        masked.withUnsafeMutableBytes { bytes in
            mask.apply(to: UnsafeMutableRawBufferPointer(rebasing: bytes[..<cut]), startingAt: 0)
            mask.apply(to: UnsafeMutableRawBufferPointer(rebasing: bytes[cut...]), startingAt: cut)
        }
        #expect(masked == plain.enumerated().map { $1 ^ key[$0 % 4] })
    }

    @Test(
        "A text that is written in place is the same frame",
        arguments: [0, 1, 125, 126, 127, 255, 256, 640])
    func inPlace(count: Int) {
        let text = (0..<count).map { UInt8($0 % 90 + 32) }
        let found = Self.bytes { buffer in
            buffer.writeString("before")
            let isWritten = WebSocketFrame.writeText(upTo: 640, into: &buffer) { start in
                for (index, byte) in text.enumerated() { start[index] = byte }
                return count
            }
            #expect(isWritten)
            #expect(!WebSocketFrame.writeText(upTo: 640, into: &buffer) { _ in nil })
            buffer.writeString("after")
        }
        let frame = Self.bytes { WebSocketFrame.write(.text, text, into: &$0) }
        #expect(found == Array("before".utf8) + frame + Array("after".utf8))
    }
}
