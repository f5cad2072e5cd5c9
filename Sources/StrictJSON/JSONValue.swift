/// One JSON value as RFC 8259 knows it, kept so that nothing of what was written is lost.
///
/// Guarantees: an integer that fits `Int64` is exact; every other number is kept as its text, so
/// nobody meets a rounded `Double` by accident. Strings hold valid Unicode only.
/// Does not guarantee equality in the sense of other JSON libraries: two objects whose members
/// stand in another order differ, and so do the numbers `1.0` and `1`.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits 64 bits; `-0` is 0.
    case integer(Int64)
    /// Any other valid number, as it was written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue: Equatable {
    /// Strings are equal when their bytes are: Swift's own `==` also equates texts that merely
    /// look the same (canonical equivalence), which RFC 8259 section 8.3 does not.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): sameBytes(a, b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }
}

extension JSONValue {
    /// The words in which a message names this kind of value.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The object, or nil when this is another kind of value.
    public var asObject: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }
}

/// Equal bytes, not canonical equivalence. Equal bytes imply `==`, which is fast and settles most.
@inline(__always)
func sameBytes(_ left: String, _ right: String) -> Bool {
    left == right && left.utf8.elementsEqual(right.utf8)
}
