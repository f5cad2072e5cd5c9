/// Appends compact JSON to bytes that it owns; the same calls give the same bytes, always.
///
/// Guarantees: commas in the right places and strings escaped (minimally: quote, backslash and
/// control characters; everything else is UTF-8 as it is). Does not guarantee that keys are
/// distinct or that exactly one value was written: the caller's code says so at a glance.
///
///     var writer = JSONWriter()
///     writer.object {
///         $0.field("type", "price")
///         $0.field("seq", 17)
///         $0.array("heads") { $0.value(1) }
///     }
public struct JSONWriter: Sendable {
    /// What has been written so far.
    public internal(set) var bytes: [UInt8] = []
    /// A value was written at this level, so a comma stands before the next one.
    private var needsComma = false

    public init(reservingCapacity capacity: Int = 256) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Forgets what was written and starts anew, on the same storage if asked.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        self.bytes.removeAll(keepingCapacity: keepingCapacity)
        self.needsComma = false
    }

    /// What has been written so far, as text.
    public var text: String { String(decoding: self.bytes, as: UTF8.self) }

    // MARK: Containers

    /// An object as the top value or as an array's element.
    public mutating func object<E: Error>(
        _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.open(UInt8(ascii: "{"))
        try body(&self)
        self.close(UInt8(ascii: "}"))
    }

    /// An array as the top value or as an array's element.
    public mutating func array<E: Error>(
        _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.open(UInt8(ascii: "["))
        try body(&self)
        self.close(UInt8(ascii: "]"))
    }

    /// An object as a member.
    public mutating func object<E: Error>(
        _ key: StaticString, _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.key(key)
        try self.object(body)
    }

    /// An array as a member.
    public mutating func array<E: Error>(
        _ key: StaticString, _ body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.key(key)
        try self.array(body)
    }

    // MARK: Keys

    /// The next value's key. It is written as it stands and must need no escaping.
    public mutating func key(_ name: StaticString) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { characters in
            assert(!characters.contains(where: JSONWriter.needsEscape), "escape-free keys only")
            self.bytes.append(contentsOf: characters)
        }
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(UInt8(ascii: ":"))
    }

    /// The next value's key, made at run time and escaped where it must be.
    public mutating func key(dynamic name: String) {
        self.separate()
        self.appendQuoted(name)
        self.bytes.append(UInt8(ascii: ":"))
    }

    // MARK: State

    /// Writes the comma that the next key or value needs. A key leaves none pending.
    mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
        self.needsComma = false
    }

    /// Call after every complete value.
    mutating func completeValue() {
        self.needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        self.separate()
        self.bytes.append(bracket)
    }

    private mutating func close(_ bracket: UInt8) {
        self.bytes.append(bracket)
        self.completeValue()
    }
}
