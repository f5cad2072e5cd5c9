extension JSONParser {
    /// At the opening quote. A string without escapes, which is nearly every one, becomes a
    /// `String` in one step; only one with escapes is put together in a buffer.
    mutating func parseString() throws(JSONSyntaxError) -> String {
        self.position += 1
        let start = self.position
        try self.skipPlain()
        if self.bytes[self.position] == UInt8(ascii: "\"") {
            defer { self.position += 1 }
            return String(decoding: self.slice(from: start), as: UTF8.self)
        }

        var unescaped = Array(self.slice(from: start))
        while self.bytes[self.position] != UInt8(ascii: "\"") {
            try self.parseEscape(into: &unescaped)
            let run = self.position
            try self.skipPlain()
            unescaped.append(contentsOf: self.slice(from: run))
        }
        self.position += 1
        return String(decoding: unescaped, as: UTF8.self)
    }

    private func slice(from start: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.position])
    }

    /// Stops at a quote or a backslash, which then is there; throws at anything that can't be
    /// in a string.
    private mutating func skipPlain() throws(JSONSyntaxError) {
        while true {
            let byte = try self.peek()
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            case 0x00..<0x20: throw self.failure(.controlCharacter)
            case 0x20..<0x80: self.position += 1
            default: try self.skipMultibyte(lead: byte)
            }
        }
    }

    /// One UTF-8 sequence of two to four bytes, after Table 3-7 of the Unicode standard: the
    /// second byte's range depends on the first, which refuses overlong forms, surrogates and
    /// everything above U+10FFFF.
    private mutating func skipMultibyte(lead: UInt8) throws(JSONSyntaxError) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch lead {
        case 0xc2...0xdf: length = 2
        case 0xe0:
            length = 3
            second = 0xa0...0xbf
        case 0xe1...0xec, 0xee...0xef: length = 3
        case 0xed:
            length = 3
            second = 0x80...0x9f
        case 0xf0:
            length = 4
            second = 0x90...0xbf
        case 0xf1...0xf3: length = 4
        case 0xf4:
            length = 4
            second = 0x80...0x8f
        default: throw self.failure(.invalidUTF8)
        }
        for index in 1..<length {
            guard self.position + index < self.bytes.count else {
                throw JSONSyntaxError(.unexpectedEnd, offset: self.bytes.count)
            }
            let allowed = index == 1 ? second : 0x80...0xbf
            guard allowed.contains(self.bytes[self.position + index]) else {
                throw self.failure(.invalidUTF8)
            }
        }
        self.position += length
    }

    /// At a backslash.
    private mutating func parseEscape(into target: inout [UInt8]) throws(JSONSyntaxError) {
        let start = self.position
        self.position += 1
        let kind = try self.peek()
        self.position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): target.append(kind)
        case UInt8(ascii: "b"): target.append(0x08)
        case UInt8(ascii: "f"): target.append(0x0c)
        case UInt8(ascii: "n"): target.append(0x0a)
        case UInt8(ascii: "r"): target.append(0x0d)
        case UInt8(ascii: "t"): target.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try self.parseUnicodeEscape(start: start)
            target.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw JSONSyntaxError(.invalidEscape, offset: start)
        }
    }

    /// After `\u`: one scalar, which takes a second escape when the first is a high surrogate.
    private mutating func parseUnicodeEscape(
        start: Int
    ) throws(JSONSyntaxError) -> Unicode.Scalar {
        let unit = try self.parseFourHexDigits(start: start)
        // The only 16-bit units that are not scalars are surrogates.
        if let scalar = Unicode.Scalar(unit) { return scalar }

        let pairStart = self.position
        guard UTF16.isLeadSurrogate(unit), try self.skipUnicodeEscapeMark() else {
            throw JSONSyntaxError(.loneSurrogate, offset: start)
        }
        let low = try self.parseFourHexDigits(start: pairStart)
        guard UTF16.isTrailSurrogate(low) else {
            throw JSONSyntaxError(.loneSurrogate, offset: start)
        }
        return UTF16.decode(UTF16.EncodedScalar([unit, low]))
    }

    private mutating func skipUnicodeEscapeMark() throws(JSONSyntaxError) -> Bool {
        guard try self.peek() == UInt8(ascii: "\\") else { return false }
        self.position += 1
        guard try self.peek() == UInt8(ascii: "u") else { return false }
        self.position += 1
        return true
    }

    private mutating func parseFourHexDigits(start: Int) throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch try self.peek() {
            case let byte where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"):
                digit = byte - UInt8(ascii: "0")
            case let byte where byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f"):
                digit = byte - UInt8(ascii: "a") + 10
            case let byte where byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "F"):
                digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONSyntaxError(.invalidEscape, offset: start)
            }
            unit = unit << 4 | UInt16(digit)
            self.position += 1
        }
        return unit
    }
}
