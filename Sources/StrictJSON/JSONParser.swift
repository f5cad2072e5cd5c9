extension JSONValue {
    /// Reads exactly one JSON text, surrounded by white space at most.
    ///
    /// Strict RFC 8259: no comments, no trailing commas, no byte order mark, no duplicate keys,
    /// valid UTF-8 and no lone surrogates. Never traps, and never recurses deeper than the limit.
    public static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .default
    ) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, limits: limits)
        return try parser.parseText()
    }

    /// As above, for an array, a slice, a `ByteBufferView`, a `String.UTF8View` …; without a
    /// copy where the bytes are contiguous.
    public init(
        parsing bytes: some Collection<UInt8>, limits: JSONLimits = .default
    ) throws(JSONSyntaxError) {
        typealias Outcome = Result<JSONValue, JSONSyntaxError>
        let outcome = bytes.withContiguousStorageIfAvailable { contiguous in
            Outcome { () throws(JSONSyntaxError) in
                try JSONValue.parse(UnsafeRawBufferPointer(contiguous), limits: limits)
            }
        }
        if let outcome {
            self = try outcome.get()
            return
        }
        let copy = Array(bytes)
        self = try copy.withUnsafeBytes { raw in
            Outcome { () throws(JSONSyntaxError) in try JSONValue.parse(raw, limits: limits) }
        }.get()
    }

    public init(
        parsing text: String, limits: JSONLimits = .default
    ) throws(JSONSyntaxError) {
        try self.init(parsing: text.utf8, limits: limits)
    }
}

/// Recursive descent over one contiguous input. Every read is preceded by a bounds check of our
/// own, as raw buffers check theirs in debug builds only.
struct JSONParser {
    let bytes: UnsafeRawBufferPointer
    let limits: JSONLimits
    var position = 0

    init(bytes: UnsafeRawBufferPointer, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseText() throws(JSONSyntaxError) -> JSONValue {
        self.skipWhitespace()
        let value = try self.parseValue(depth: 0)
        self.skipWhitespace()
        guard self.position == self.bytes.count else { throw self.failure(.trailingBytes) }
        return value
    }

    private mutating func parseValue(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        switch try self.peek() {
        case UInt8(ascii: "\""): return .string(try self.parseString())
        case UInt8(ascii: "{"): return .object(try self.parseObject(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try self.parseArray(depth: depth + 1))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try self.parseNumber()
        case UInt8(ascii: "t"):
            try self.expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try self.expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try self.expect("null")
            return .null
        case let other: throw self.failure(.unexpectedByte(other))
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
        try self.enter(depth)
        var elements: [JSONValue] = []
        if try self.closes(UInt8(ascii: "]")) { return elements }
        repeat {
            self.skipWhitespace()
            elements.append(try self.parseValue(depth: depth))
        } while try self.continues(until: UInt8(ascii: "]"))
        return elements
    }

    private mutating func parseObject(depth: Int) throws(JSONSyntaxError) -> JSONObject {
        try self.enter(depth)
        var members: [JSONObject.Member] = []
        var seen = SeenKeys()
        if try self.closes(UInt8(ascii: "}")) { return JSONObject() }
        repeat {
            self.skipWhitespace()
            let start = self.position
            let first = try self.peek()
            guard first == UInt8(ascii: "\"") else { throw self.failure(.unexpectedByte(first)) }
            let key = try self.parseString()
            guard seen.insert(key, after: members) else {
                throw JSONSyntaxError(.duplicateKey, offset: start)
            }
            self.skipWhitespace()
            try self.expect(":")
            self.skipWhitespace()
            members.append(.init(key: key, value: try self.parseValue(depth: depth)))
        } while try self.continues(until: UInt8(ascii: "}"))
        return JSONObject(distinct: members)
    }

    /// Consumes the opening bracket and checks how deep we are.
    private mutating func enter(_ depth: Int) throws(JSONSyntaxError) {
        guard depth <= self.limits.depthMax else {
            throw self.failure(.tooDeep(limit: self.limits.depthMax))
        }
        self.position += 1
    }

    /// Right after an opening bracket: is the container empty?
    private mutating func closes(_ bracket: UInt8) throws(JSONSyntaxError) -> Bool {
        self.skipWhitespace()
        guard try self.peek() == bracket else { return false }
        self.position += 1
        return true
    }

    /// After an element: consumes a comma (true) or the closing bracket (false).
    private mutating func continues(until bracket: UInt8) throws(JSONSyntaxError) -> Bool {
        self.skipWhitespace()
        let byte = try self.peek()
        guard byte == UInt8(ascii: ",") || byte == bracket else {
            throw self.failure(.unexpectedByte(byte))
        }
        self.position += 1
        return byte != bracket
    }

    private mutating func expect(_ word: StaticString) throws(JSONSyntaxError) {
        for index in 0..<word.utf8CodeUnitCount {
            let byte = try self.peek()
            guard byte == word.utf8Start[index] else { throw self.failure(.unexpectedByte(byte)) }
            self.position += 1
        }
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case 0x20, 0x09, 0x0a, 0x0d: self.position += 1
            default: return
            }
        }
    }

    @inline(__always)
    func peek() throws(JSONSyntaxError) -> UInt8 {
        guard self.position < self.bytes.count else { throw self.failure(.unexpectedEnd) }
        return self.bytes[self.position]
    }

    func failure(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
        JSONSyntaxError(reason, offset: self.position)
    }
}

/// Finds repeated keys: by walking while an object is small, by hashing once it is not, so that
/// thousands of keys in one message can't cost quadratic time.
struct SeenKeys {
    private static let walkMax = 16
    private var hashed: Set<[UInt8]> = []

    mutating func insert(
        _ key: String, after members: some Collection<JSONObject.Member>
    ) -> Bool {
        guard members.count >= SeenKeys.walkMax else {
            return !members.contains { sameBytes($0.key, key) }
        }
        if self.hashed.isEmpty {
            self.hashed = Set(members.map { Array($0.key.utf8) })
        }
        return self.hashed.insert(Array(key.utf8)).inserted
    }
}
