import CZlib
import NIOCore

/// Compresses messages for permessage-deflate, RFC 7692 section 7.2.1, each by itself.
///
/// Keeps up to 256 KB for each window that is in use, which is why there is one for each event loop
/// and not one for each connection. Not thread-safe, and not sendable: whoever has made it owns it.
final class Deflater {
    /// By window; each at a fixed address, as zlib wants it.
    private var streams: [Int: UnsafeMutablePointer<z_stream>] = [:]

    private let bytesMin: Int

    /// - Parameter bytesMin: smaller messages are not worth it.
    init(bytesMin: Int) { self.bytesMin = bytesMin }

    private static let tail: [UInt8] = [0x00, 0x00, 0xff, 0xff]

    deinit {
        for stream in streams.values {
            deflateEnd(stream)
            stream.deallocate()
        }
    }

    /// The payload of a compressed frame; nil when the message is not worth it, or would not become
    /// smaller, or there is no memory: then it goes as it is.
    ///
    /// - Parameter windowBits: one of ``DeflateAgreement/windowBits``.
    func deflate(_ message: UnsafeRawBufferPointer, windowBits: Int) -> ByteBuffer? {
        guard message.count >= bytesMin,
            let first = message.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let given = UInt32(exactly: message.count),
            let room = UInt32(exactly: message.count + Self.tail.count),
            let stream = readyStream(windowBits: windowBits)
        else { return nil }
        var payload = ByteBuffer()
        var isWhole = false
        payload.writeWithUnsafeMutableBytes(minimumWritableBytes: Int(room)) { space in
            // zlib does not write there, it only lacks the word const.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: first)
            stream.pointee.avail_in = given
            stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = room
            // When the space is used up there may be more to come: it is no smaller, then.
            isWhole =
                CZlib.deflate(stream, Z_SYNC_FLUSH) == Z_OK && stream.pointee.avail_out > 0
            return Int(room - stream.pointee.avail_out)
        }
        guard isWhole, payload.readableBytesView.suffix(4).elementsEqual(Self.tail) else {
            return nil
        }
        payload.moveWriterIndex(to: payload.writerIndex - Self.tail.count)
        return payload.readableBytes < message.count ? payload : nil
    }

    /// As above, for any bytes.
    func deflate(_ message: some Collection<UInt8>, windowBits: Int) -> ByteBuffer? {
        guard message.count >= bytesMin else { return nil }
        return message.withContiguousStorageIfAvailable {
            deflate(UnsafeRawBufferPointer($0), windowBits: windowBits)
        } ?? Array(message).withUnsafeBytes { deflate($0, windowBits: windowBits) }
    }

    private func readyStream(windowBits: Int) -> UnsafeMutablePointer<z_stream>? {
        if let stream = streams[windowBits] { return deflateReset(stream) == Z_OK ? stream : nil }
        let fresh = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        fresh.initialize(to: z_stream())
        // Negative: no header and no checksum. 8: zlib's usual memory.
        let status = deflateInit2_(
            fresh, Z_DEFAULT_COMPRESSION, Z_DEFLATED, CInt(-windowBits), 8, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            fresh.deallocate()
            return nil
        }
        streams[windowBits] = fresh
        return fresh
    }
}

@available(*, unavailable)
extension Deflater: Sendable {}
