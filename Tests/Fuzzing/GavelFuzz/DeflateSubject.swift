import NIOCore

@testable import Gateway

/// The first byte chooses the window, the rest is a message, and then a payload.
enum DeflateSubject {
    // Used by libFuzzer's one thread only; kept, as messages must not depend on those before.
    nonisolated(unsafe) private static let deflater = Deflater(bytesMin: 0)
    nonisolated(unsafe) private static let inflater = Inflater()

    static func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        let windowBits = 9 + Int(reader.byte()) % 7
        let bytes = Array(reader.rest)
        // Twice over, so that there is something to compress.
        for message in [bytes, bytes + bytes + bytes] {
            guard let payload = deflater.deflate(message, windowBits: windowBits) else { continue }
            demand(payload.readableBytes < message.count, "it has grown")
            demand(
                inflate(payload, bytesMax: message.count) == message,
                "what was compressed does not come back")
            demand(
                inflate(payload, bytesMax: message.count - 1) == nil,
                "more is unpacked than may be")
        }
        for bytesMax in [0, 1, 1000, 100_000] {
            let message = inflate(ByteBuffer(bytes: bytes), bytesMax: bytesMax)
            demand(message?.count ?? 0 <= bytesMax, "more is unpacked than may be")
        }
    }

    private static func inflate(_ payload: ByteBuffer, bytesMax: Int) -> [UInt8]? {
        do {
            let message = try inflater.inflate(payload, bytesMax: bytesMax)
            return Array(message.readableBytesView)
        } catch {
            return nil
        }
    }
}
