import Glibc
public import NIOCore

/// A server's message, looked at without decoding all of it: a load must not cost more than what it
/// loads. Relies on how the server writes: no blanks, `type` first.
public struct LoadMessage {
    private let text: ByteBuffer

    public init(_ text: ByteBuffer) { self.text = text }

    public func isA(_ type: StaticString) -> Bool {
        let start = 9  // {"type":"
        return text.withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count > start + type.utf8CodeUnitCount
            else { return false }
            return memcmp(base + start, type.utf8Start, type.utf8CodeUnitCount) == 0
                && bytes[start + type.utf8CodeUnitCount] == UInt8(ascii: "\"")
        }
    }

    /// The number at the first such key; nil when there is none, or something else.
    public func integer(_ key: String) -> Int64? {
        value(key) { digits in
            guard let first = digits.first, (0x30...0x39).contains(first) else { return nil }
            var value: Int64 = 0
            for digit in digits {
                guard (0x30...0x39).contains(digit) else { break }
                value = value &* 10 &+ Int64(digit - 0x30)
            }
            return value
        }
    }

    /// Whether the text at the first such key is this; of plain characters only.
    public func has(_ key: String, _ wanted: String) -> Bool {
        value(key) { $0.starts(with: "\"\(wanted)\"".utf8) ? true : nil } ?? false
    }

    public var description: String { String(buffer: text) }

    private func value<Value>(
        _ key: String, _ read: (Slice<UnsafeRawBufferPointer>) -> Value?
    ) -> Value? {
        let pattern = Array("\"\(key)\":".utf8)
        return text.withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var start = 0
            while start + pattern.count <= bytes.count,
                let quote = memchr(base + start, Int32(UInt8(ascii: "\"")), bytes.count - start)
            {
                start = base.distance(to: UnsafeRawPointer(quote))
                guard start + pattern.count <= bytes.count else { break }
                if memcmp(base + start, pattern, pattern.count) == 0 {
                    return read(bytes[(start + pattern.count)...])
                }
                start += 1
            }
            return nil
        }
    }
}
