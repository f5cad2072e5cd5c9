public import NIOCore

/// A server's message in a buffer, looked at as ``RawMessage`` does.
public struct LoadMessage {
    private let text: ByteBuffer

    public init(_ text: ByteBuffer) { self.text = text }

    public func isA(_ type: StaticString) -> Bool {
        text.withUnsafeReadableBytes { RawMessage($0).isA(type) }
    }

    /// The number at the first such key; nil when there is none, or something else.
    public func integer(_ key: StaticString) -> Int64? {
        text.withUnsafeReadableBytes { RawMessage($0).integer(key) }
    }

    /// Whether the text at the first such key is this; of plain characters only.
    public func has(_ key: StaticString, _ wanted: String) -> Bool {
        text.withUnsafeReadableBytes { RawMessage($0).has(key, wanted) }
    }

    public var description: String { String(buffer: text) }
}
