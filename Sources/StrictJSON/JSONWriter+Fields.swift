/// Members of an object: key and value in one call. An optional that is nil is written as
/// `null`; `fieldIfPresent` leaves the whole member out.
extension JSONWriter {
    public mutating func field(_ key: StaticString, _ integer: Int64) {
        self.key(key)
        self.value(integer)
    }

    public mutating func field(_ key: StaticString, _ integer: Int) {
        self.key(key)
        self.value(integer)
    }

    public mutating func field(_ key: StaticString, _ string: String) {
        self.key(key)
        self.value(string)
    }

    /// A string that is a few words and a number: written without making it first. The words must need
    /// no escaping.
    public mutating func field(_ key: StaticString, _ words: StaticString, number: Int) {
        self.key(key)
        self.value(words, number: number)
    }

    public mutating func field(_ key: StaticString, _ bool: Bool) {
        self.key(key)
        self.value(bool)
    }

    public mutating func field(_ key: StaticString, _ value: JSONValue) {
        self.key(key)
        self.value(value)
    }

    public mutating func field(_ key: StaticString, numberText text: String) {
        self.key(key)
        self.value(numberText: text)
    }

    public mutating func field(_ key: StaticString, _ strings: [String]) {
        self.array(key) { writer in
            for string in strings { writer.value(string) }
        }
    }

    public mutating func null(_ key: StaticString) {
        self.key(key)
        self.null()
    }

    public mutating func field(_ key: StaticString, _ integer: Int64?) {
        if let integer { self.field(key, integer) } else { self.null(key) }
    }

    public mutating func field(_ key: StaticString, _ integer: Int?) {
        if let integer { self.field(key, integer) } else { self.null(key) }
    }

    public mutating func field(_ key: StaticString, _ string: String?) {
        if let string { self.field(key, string) } else { self.null(key) }
    }

    public mutating func field(_ key: StaticString, _ bool: Bool?) {
        if let bool { self.field(key, bool) } else { self.null(key) }
    }

    public mutating func fieldIfPresent(_ key: StaticString, _ integer: Int64?) {
        if let integer { self.field(key, integer) }
    }

    public mutating func fieldIfPresent(_ key: StaticString, _ integer: Int?) {
        if let integer { self.field(key, integer) }
    }

    public mutating func fieldIfPresent(_ key: StaticString, _ string: String?) {
        if let string { self.field(key, string) }
    }

    public mutating func fieldIfPresent(_ key: StaticString, _ bool: Bool?) {
        if let bool { self.field(key, bool) }
    }
}
