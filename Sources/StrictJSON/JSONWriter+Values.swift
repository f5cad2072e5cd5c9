/// Values: an array's elements, the top value, or what follows ``JSONWriter/key(dynamic:)``.
extension JSONWriter {
    public mutating func value(_ integer: Int64) {
        self.separate()
        self.appendInteger(integer)
        self.completeValue()
    }

    public mutating func value(_ integer: Int) {
        self.value(Int64(integer))
    }

    public mutating func value(_ string: String) {
        self.separate()
        self.appendQuoted(string)
        self.completeValue()
    }

    /// As ``field(_:_:number:)``.
    public mutating func value(_ words: StaticString, number: Int) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        self.append(words)
        self.appendInteger(Int64(number))
        self.bytes.append(UInt8(ascii: "\""))
        self.completeValue()
    }

    public mutating func value(_ bool: Bool) {
        self.separate()
        self.append(bool ? "true" : "false")
        self.completeValue()
    }

    public mutating func null() {
        self.separate()
        self.append("null")
        self.completeValue()
    }

    /// A number as it is to stand in the text, for what `Int64` can't hold.
    /// Must be a JSON number of at most 64 characters, as everything in ``JSONValue/number(_:)``
    /// that was parsed is.
    public mutating func value(numberText text: String) {
        precondition(JSONWriter.isNumber(text), "\"\(text)\" is not a JSON number")
        self.separate()
        self.bytes.append(contentsOf: text.utf8)
        self.completeValue()
    }

    /// One complete JSON value that was encoded before; it is not checked.
    public mutating func value(encoded json: some Collection<UInt8>) {
        self.separate()
        self.bytes.append(contentsOf: json)
        self.completeValue()
    }

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: self.null()
        case .bool(let bool): self.value(bool)
        case .integer(let integer): self.value(integer)
        case .number(let text): self.value(numberText: text)
        case .string(let string): self.value(string)
        case .array(let elements):
            self.array { writer in
                for element in elements { writer.value(element) }
            }
        case .object(let object):
            self.object { writer in
                for member in object.members {
                    writer.key(dynamic: member.key)
                    writer.value(member.value)
                }
            }
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        // The parser would allow white space around it.
        guard !text.utf8.contains(where: { $0 <= 0x20 }) else { return false }
        switch try? JSONValue(parsing: text) {
        case .integer, .number: return true
        default: return false
        }
    }
}

extension JSONWriter {
    mutating func append(_ word: StaticString) {
        word.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
    }

    private mutating func appendInteger(_ integer: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalDigits.bytesMax) { space in
            guard let start = space.baseAddress else {
                preconditionFailure("There is room on the stack")
            }
            let count = DecimalDigits.write(integer, to: start)
            self.bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
        }
    }

    mutating func appendQuoted(_ string: String) {
        self.bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { characters in
            var run = 0
            for index in 0..<characters.count where Self.needsEscape(characters[index]) {
                self.bytes.append(contentsOf: characters[run..<index])
                self.appendEscape(characters[index])
                run = index + 1
            }
            self.bytes.append(contentsOf: characters[run...])
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    @inline(__always)
    static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscape(_ byte: UInt8) {
        self.bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: self.bytes.append(UInt8(ascii: "b"))
        case 0x09: self.bytes.append(UInt8(ascii: "t"))
        case 0x0a: self.bytes.append(UInt8(ascii: "n"))
        case 0x0c: self.bytes.append(UInt8(ascii: "f"))
        case 0x0d: self.bytes.append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            self.append("u00")
            self.bytes.append(UInt8(ascii: "0") + byte >> 4)
            let low = byte & 0x0f
            self.bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        default: self.bytes.append(byte)
        }
    }
}
