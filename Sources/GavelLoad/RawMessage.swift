import Glibc

/// A server's message where it lies in memory, looked at without decoding all of it: a load must not
/// cost more than what it loads. Relies on how the server writes: no blanks, `type` first.
///
/// Good only as long as the bytes are: within the call that hands it out.
public struct RawMessage {
    public let bytes: UnsafeRawBufferPointer

    public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether its `type` is this.
    public func isA(_ type: StaticString) -> Bool {
        let start = 9  // {"type":"
        guard let base = bytes.baseAddress, bytes.count > start + type.utf8CodeUnitCount
        else { return false }
        return memcmp(base + start, type.utf8Start, type.utf8CodeUnitCount) == 0
            && bytes[start + type.utf8CodeUnitCount] == UInt8(ascii: "\"")
    }

    /// The whole number of 0 and more at the first such key; nil when there is none, or something
    /// else.
    public func integer(_ key: StaticString) -> Int64? {
        guard let start = position(of: key) else { return nil }
        return integer(at: start)
    }

    /// The whole number of 0 and more that begins there.
    public func integer(at start: Int) -> Int64? {
        guard start < bytes.count, (0x30...0x39).contains(bytes[start]) else { return nil }
        var value: Int64 = 0
        for digit in bytes[start...] {
            guard (0x30...0x39).contains(digit) else { break }
            value = value &* 10 &+ Int64(digit - 0x30)
        }
        return value
    }

    /// The text at the first such key, between its quotes; of plain characters only.
    public func text(_ key: StaticString) -> UnsafeRawBufferPointer? {
        guard let start = position(of: key), let base = bytes.baseAddress, start < bytes.count,
            bytes[start] == UInt8(ascii: "\"")
        else { return nil }
        let rest = bytes.count - start - 1
        guard let end = memchr(base + start + 1, Int32(UInt8(ascii: "\"")), rest) else {
            return nil
        }
        let count = (base + start + 1).distance(to: UnsafeRawPointer(end))
        return UnsafeRawBufferPointer(start: base + start + 1, count: count)
    }

    /// Whether the text at the first such key is this; of plain characters only.
    public func has(_ key: StaticString, _ wanted: String) -> Bool {
        text(key)?.elementsEqual(wanted.utf8) ?? false
    }

    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Where the value at the first such key begins; nil when there is none.
    public func position(of key: StaticString) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let length = key.utf8CodeUnitCount
        var start = 0
        // "key": is three bytes longer than the key.
        while start + length + 3 <= bytes.count,
            let quote = memchr(base + start, Int32(UInt8(ascii: "\"")), bytes.count - start)
        {
            start = base.distance(to: UnsafeRawPointer(quote)) + 1
            guard start + length + 2 <= bytes.count else { return nil }
            if memcmp(base + start, key.utf8Start, length) == 0,
                bytes[start + length] == UInt8(ascii: "\""),
                bytes[start + length + 1] == UInt8(ascii: ":")
            {
                return start + length + 2
            }
        }
        return nil
    }
}
