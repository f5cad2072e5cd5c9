/// A field of an object is missing or is not what it must be.
///
/// The message names the field and says what to send instead; it never repeats the value that
/// was sent, so that it can be logged.
public struct JSONFieldError: Error, Sendable, Equatable {
    /// What a field was asked to be.
    public enum Expectation: Sendable, Equatable {
        case string, integer, bool, object, array, strings

        /// The words that follow "must be".
        public var words: String {
            switch self {
            case .string: "a string"
            case .integer: "an integer, without quotes, fraction or exponent"
            case .bool: "true or false, without quotes"
            case .object: "an object"
            case .array: "an array"
            case .strings: "an array of strings"
            }
        }
    }

    public enum Problem: Sendable, Equatable {
        /// There is no such field.
        case missing
        /// There is one, of another kind; `null` counts as another kind.
        case wrongType
    }

    public var key: String
    public var problem: Problem
    public var expected: Expectation

    public init(key: String, problem: Problem, expected: Expectation) {
        self.key = key
        self.problem = problem
        self.expected = expected
    }

    /// One clause that says what to do, for an answer to whoever sent the object.
    public var message: String {
        switch self.problem {
        case .missing: "field \"\(self.key)\" is missing; it must be \(self.expected.words)"
        case .wrongType: "field \"\(self.key)\" must be \(self.expected.words)"
        }
    }
}

extension JSONFieldError: CustomStringConvertible {
    public var description: String { self.message }
}
