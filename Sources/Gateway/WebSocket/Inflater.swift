import CZlib
import NIOCore

/// Why a compressed message was not taken.
enum InflateFailure: Error, Sendable, Equatable {
    /// It is no deflated data, or breaks off.
    case corrupt
    /// It holds more than may be.
    case tooLarge
    case outOfMemory
}

/// Decompresses the messages of permessage-deflate, RFC 7692 section 7.2.2, each by itself.
///
/// Keeps about 40 KB for its window, which is why there is one for each event loop and not one for
/// each connection. Nothing of a message is left in it for the next one. Not thread-safe, and not
/// sendable: whoever has made it owns it.
final class Inflater {
    /// At a fixed address, as zlib wants it; nil until the first message.
    private var stream: UnsafeMutablePointer<z_stream>?

    /// What the sender has cut off the end of each message.
    private static let tail: [UInt8] = [0x00, 0x00, 0xff, 0xff]

    deinit {
        guard let stream else { return }
        inflateEnd(stream)
        stream.deallocate()
    }

    /// The whole of a message, which has at most `bytesMax` bytes: never more than one byte beyond
    /// is unpacked, whatever the payload promises.
    func inflate(_ payload: ByteBuffer, bytesMax: Int) throws(InflateFailure) -> ByteBuffer {
        guard let stream = readyStream() else { throw .outOfMemory }
        var message = ByteBuffer()
        message.reserveCapacity(min(bytesMax, 4 * payload.readableBytes))
        let end = payload.withUnsafeReadableBytes {
            Self.run(stream, on: $0, into: &message, bytesMax: bytesMax)
        }
        switch end {
        case .failed(let failure): throw failure
        case .blockEnded: return message
        case .inputEnded: break
        }
        let tailEnd = Self.tail.withUnsafeBytes {
            Self.run(stream, on: $0, into: &message, bytesMax: bytesMax)
        }
        if case .failed(let failure) = tailEnd { throw failure }
        guard case .inputEnded = tailEnd, stream.pointee.data_type == Self.betweenBlocks else {
            throw .corrupt
        }
        return message
    }

    /// What zlib says when it waits for a block's first bit at the beginning of a byte.
    private static let betweenBlocks: CInt = 128

    private enum End {
        /// All has been read, and more could follow.
        case inputEnded
        /// The input ends with a block that says it is the last one.
        case blockEnded
        case failed(InflateFailure)
    }

    private func readyStream() -> UnsafeMutablePointer<z_stream>? {
        if let stream { return inflateReset(stream) == Z_OK ? stream : nil }
        let fresh = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        fresh.initialize(to: z_stream())
        // Negative: no header and no checksum. The largest window takes data made with any.
        let size = CInt(MemoryLayout<z_stream>.size)
        guard inflateInit2_(fresh, -15, ZLIB_VERSION, size) == Z_OK else {
            fresh.deallocate()
            return nil
        }
        stream = fresh
        return fresh
    }

    private static func run(
        _ stream: UnsafeMutablePointer<z_stream>, on input: UnsafeRawBufferPointer,
        into message: inout ByteBuffer, bytesMax: Int
    ) -> End {
        guard let first = input.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            return .inputEnded
        }
        var offset = 0
        while true {
            let left = bytesMax - message.readableBytes
            // When nothing is left, room for one byte shows whether there would be more.
            let room = UInt32(clamping: max(1, min(left, max(message.writableBytes, 256))))
            let given = UInt32(clamping: input.count - offset)
            var status = Z_OK
            let made = message.writeWithUnsafeMutableBytes(minimumWritableBytes: Int(room)) {
                space in
                // zlib does not write there, it only lacks the word const.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: first + offset)
                stream.pointee.avail_in = given
                stream.pointee.next_out = space.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = room
                status = CZlib.inflate(stream, Z_SYNC_FLUSH)
                return Int(room - stream.pointee.avail_out)
            }
            let taken = Int(given - stream.pointee.avail_in)
            offset += taken
            guard made <= left else { return .failed(.tooLarge) }
            switch status {
            case Z_OK, Z_BUF_ERROR:
                if offset == input.count, made < Int(room) { return .inputEnded }
                guard taken > 0 || made > 0 else { return .failed(.corrupt) }
            case Z_STREAM_END:
                if offset == input.count { return .blockEnded }
                // Blocks may follow a last one: some senders flush in no other way.
                guard inflateReset(stream) == Z_OK else { return .failed(.outOfMemory) }
            case Z_MEM_ERROR: return .failed(.outOfMemory)
            default: return .failed(.corrupt)
            }
        }
    }
}

@available(*, unavailable)
extension Inflater: Sendable {}
