import StrictJSON
import WireProtocol

/// For writing a document down as it will look.
extension JSONValue {
    static func members(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        var object = JSONObject()
        for (key, value) in members { object[key] = value }
        return .object(object)
    }

    static func schema(_ schema: Schema) -> JSONValue { .object(schema.json) }

    static func reference(_ pointer: String) -> JSONValue {
        .members(["$ref": .string("#/" + pointer)])
    }

    /// - Parameter text: JSON that is known to be sound.
    static func example(_ text: String) -> JSONValue {
        do {
            return try JSONValue(parsing: Array(text.utf8))
        } catch {
            preconditionFailure("An example is no JSON: \(error): \(text)")
        }
    }
}

extension JSONObject {
    init(_ schemas: [NamedSchema]) {
        self.init()
        for named in schemas { self[named.name] = .object(named.schema.json) }
    }
}
