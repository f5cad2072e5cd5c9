import CZlib
public import NIOCore

extension LoadFrame {
    /// A client's message of 16 MiB of blanks in one compressed frame of some 16 KiB: one byte of it
    /// stands for a thousand.
    public static let bomb: ByteBuffer = {
        let blanks = [UInt8](repeating: 0x20, count: 16 << 20)
        var stream = z_stream()
        deflateInit2_(
            &stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var packed = [UInt8](repeating: 0, count: 1 << 16)
        let count = blanks.withUnsafeBufferPointer { blanks in
            packed.withUnsafeMutableBufferPointer { packed in
                stream.next_in = UnsafeMutablePointer(mutating: blanks.baseAddress)
                stream.avail_in = UInt32(blanks.count)
                stream.next_out = packed.baseAddress
                stream.avail_out = UInt32(packed.count)
                deflate(&stream, Z_SYNC_FLUSH)
                return packed.count - Int(stream.avail_out)
            }
        }
        // Without the empty block that a sync flush ends with, RFC 7692 section 7.2.1.
        return encode(first: 0xc1, packed[..<(count - 4)])
    }()
}
