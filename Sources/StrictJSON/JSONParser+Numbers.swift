extension JSONParser {
    /// At a minus sign or a digit. An integer that fits becomes `.integer`, the rest `.number`.
    mutating func parseNumber() throws(JSONSyntaxError) -> JSONValue {
        let start = self.position
        let isNegative = try self.peek() == UInt8(ascii: "-")
        if isNegative { self.position += 1 }

        let integer = try self.parseIntegerPart(isNegative: isNegative)
        var isInteger = true
        if self.position < self.bytes.count, self.bytes[self.position] == UInt8(ascii: ".") {
            isInteger = false
            self.position += 1
            try self.skipDigits()
        }
        if self.position < self.bytes.count, self.bytes[self.position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            self.position += 1
            let sign = try self.peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { self.position += 1 }
            try self.skipDigits()
        }

        let length = self.position - start
        guard length <= self.limits.numberLengthMax else {
            let limit = self.limits.numberLengthMax
            throw JSONSyntaxError(.numberTooLong(limit: limit), offset: start)
        }
        if isInteger, let integer { return .integer(integer) }
        let text = UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.position])
        return .number(String(decoding: text, as: UTF8.self))
    }

    /// Nil when the digits are valid but more than `Int64` holds. Counts downwards when negative,
    /// so that the smallest integer fits.
    private mutating func parseIntegerPart(
        isNegative: Bool
    ) throws(JSONSyntaxError) -> Int64? {
        let first = try self.peek()
        guard Self.isDigit(first) else { throw self.failure(.unexpectedByte(first)) }
        let start = self.position
        var value: Int64? = 0
        while self.position < self.bytes.count, Self.isDigit(self.bytes[self.position]) {
            if let sofar = value {
                let digit = Int64(self.bytes[self.position] - UInt8(ascii: "0"))
                let (shifted, overflow) = sofar.multipliedReportingOverflow(by: 10)
                let (sum, carry) =
                    isNegative
                    ? shifted.subtractingReportingOverflow(digit)
                    : shifted.addingReportingOverflow(digit)
                value = overflow || carry ? nil : sum
            }
            self.position += 1
        }
        guard first != UInt8(ascii: "0") || self.position == start + 1 else {
            throw JSONSyntaxError(.leadingZero, offset: start)
        }
        return value
    }

    /// One digit or more, as after a point or an exponent.
    private mutating func skipDigits() throws(JSONSyntaxError) {
        let first = try self.peek()
        guard Self.isDigit(first) else { throw self.failure(.unexpectedByte(first)) }
        while self.position < self.bytes.count, Self.isDigit(self.bytes[self.position]) {
            self.position += 1
        }
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
