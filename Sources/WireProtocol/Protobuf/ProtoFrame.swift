import StrictJSON
import SwiftProtobuf

/// How a message of the schema stands to ours.
///
/// What is read goes through the fields that JSON has, under their names, and from there through
/// the same checks: one form can't allow what the other refuses. What is written is made from our
/// own types directly.
extension SwiftProtobuf.Message {
    /// Frames hold messages and those hold fields: whatever is nested deeper is none of ours.
    private static var depthMax: Int { 4 }

    /// Nil when the bytes are no such message.
    init?(reading bytes: UnsafeRawBufferPointer) {
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = Self.depthMax
        guard let message = try? Self(serializedBytes: bytes.bytes, options: options) else {
            return nil
        }
        self = message
    }

    func encoded() -> [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            // Thrown only for missing required fields and `Any`, of which the schema has none, and
            // for messages of 2 GiB and more, which no text of ours comes near.
            preconditionFailure("A message of the schema can always be encoded: \(error)")
        }
    }
}

extension JSONObject {
    /// Absent stays absent.
    mutating func put(_ key: String, _ text: String?) {
        if let text { self[key] = .string(text) }
    }

    mutating func put(_ key: String, _ number: Int64?) {
        if let number { self[key] = .integer(number) }
    }

    mutating func put(_ key: String, _ flag: Bool?) {
        if let flag { self[key] = .bool(flag) }
    }

    /// A word of an enumeration. The schema's zero stands for an absent field; a number that it
    /// does not know becomes a word that nobody knows.
    mutating func put<Word: ProtoWord>(_ key: String, _ word: Word) {
        guard word.rawValue != 0 else { return }
        self[key] = .string(word.word?.rawValue ?? String(word.rawValue))
    }

    /// A number as a client wrote it.
    mutating func put(numberText key: String, _ text: String) {
        // The parser would allow white space around it.
        guard !text.utf8.contains(where: { $0 <= 0x20 }),
            let value = try? JSONValue(parsing: text)
        else { return self[key] = .null }
        self[key] = value
    }

    /// The signed part of a receipt, beside a bid's acceptance. Read as the member that it is in
    /// JSON, so that it may be nested as deeply as there.
    mutating func put(receipt key: String, _ text: String) {
        let wrapped = try? JSONValue(parsing: "{\"\(key)\":\(text)}").asObject
        // What is no value becomes one that no receipt is.
        self[key] = wrapped?.count == 1 ? wrapped?[key] : .string(text)
    }
}

/// An enumeration of the schema that stands for one of ours.
protocol ProtoWord: SwiftProtobuf.Enum {
    associatedtype Word: RawRepresentable<String>

    /// Nil for a number that the schema does not know.
    var word: Word? { get }
}
