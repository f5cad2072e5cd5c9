/// The bytes are not one JSON text that we accept.
public struct JSONSyntaxError: Error, Sendable, Equatable {
    /// What is wrong, one case per rule.
    public enum Reason: Sendable, Equatable {
        case unexpectedEnd
        case unexpectedByte(UInt8)
        case trailingBytes
        case tooDeep(limit: Int)
        case duplicateKey
        case leadingZero
        case numberTooLong(limit: Int)
        case controlCharacter
        case invalidUTF8
        case invalidEscape
        case loneSurrogate
    }

    public var reason: Reason
    /// Zero-based offset of the offending byte from the start of the input.
    public var offset: Int

    public init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// One sentence without the input's own text, so that it can be sent back and logged.
    public var message: String { "\(self.reason.words) (at byte \(self.offset))" }
}

extension JSONSyntaxError: CustomStringConvertible {
    public var description: String { self.message }
}

extension JSONSyntaxError.Reason {
    fileprivate var words: String {
        switch self {
        case .unexpectedEnd: "the JSON ends too early"
        case .unexpectedByte(let byte):
            "byte 0x\(String(byte, radix: 16)) can't stand here in JSON"
        case .trailingBytes: "there is more after the JSON value; send exactly one value"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .duplicateKey: "a key occurs twice in the same object"
        case .leadingZero: "a number must not start with a superfluous zero"
        case .numberTooLong(let limit): "a number must not be longer than \(limit) characters"
        case .controlCharacter: "a control character in a string must be escaped"
        case .invalidUTF8: "a string must be valid UTF-8"
        case .invalidEscape: "a backslash must be followed by one of \"\\/bfnrt or uXXXX"
        case .loneSurrogate: "a \\u surrogate must come as a pair, high then low"
        }
    }
}

/// Bounds on what the parser accepts. It does not bound the length of the input: whoever reads
/// the bytes has already done so.
public struct JSONLimits: Sendable, Equatable {
    /// Deepest nesting of arrays and objects; a scalar at the top has depth 0. At most 256,
    /// which bounds the recursion whatever is configured.
    public var depthMax: Int
    /// Longest number in characters, sign included.
    public var numberLengthMax: Int

    public init(depthMax: Int = 16, numberLengthMax: Int = 64) {
        self.depthMax = min(depthMax, 256)
        self.numberLengthMax = numberLengthMax
    }

    public static let `default` = JSONLimits()
}
