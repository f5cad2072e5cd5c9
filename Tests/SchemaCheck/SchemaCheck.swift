import Foundation
public import StrictJSON

/// Holds JSON against the schemas of the AsyncAPI and the OpenAPI document: as much of JSON Schema
/// as those use, and no more. A keyword that it does not know is a fault, so that none is passed over.
///
/// Stricter than the documents in one thing: a member that the schema does not name is a fault, too.
/// Clients pass over what they don't know; a test must not.
public struct SchemaCheck: Sendable {
    /// The schemas that may be referred to, by name.
    private let components: JSONObject

    public init(components: JSONObject = JSONObject()) { self.components = components }

    /// What is wrong with a value; empty when nothing is.
    ///
    /// - Parameter path: where the value stands, for the words.
    public func faults(
        in value: JSONValue, against schema: JSONObject, at path: String = "$"
    ) -> [String] {
        schema.members.flatMap { keyword in
            faults(in: value, against: keyword, of: schema, at: path)
        }
    }

    private func faults(
        in value: JSONValue, against keyword: JSONObject.Member, of schema: JSONObject,
        at path: String
    ) -> [String] {
        let isRight: Bool
        switch (keyword.key, keyword.value) {
        case ("$ref", .string(let pointer)):
            let name = pointer.replacing("#/components/schemas/", with: "")
            guard let named = components[name]?.asObject else {
                return ["\(path): nothing is at \(pointer)"]
            }
            return faults(in: value, against: named, at: path)
        case ("type", .string(let type)): isRight = value.isOf(type)
        case ("type", .array(let types)):
            isRight = types.contains {
                if case .string(let type) = $0 { value.isOf(type) } else { false }
            }
        case ("const", let constant): isRight = value == constant
        case ("enum", .array(let words)): isRight = words.contains(value)
        case ("minimum", .integer(let least)): isRight = value.integer.map { $0 >= least } ?? true
        case ("maximum", .integer(let most)): isRight = value.integer.map { $0 <= most } ?? true
        case ("minLength", .integer(let least)): isRight = value.length.map { $0 >= least } ?? true
        case ("maxLength", .integer(let most)): isRight = value.length.map { $0 <= most } ?? true
        case ("pattern", .string(let pattern)):
            guard case .string(let text) = value else { return [] }
            guard let regex = try? Regex(pattern) else {
                return ["\(path): no pattern: \(pattern)"]
            }
            isRight = text.firstMatch(of: regex) != nil
        case ("minItems", .integer(let least)):
            isRight = value.elements.map { $0.count >= least } ?? true
        case ("maxItems", .integer(let most)):
            isRight = value.elements.map { $0.count <= most } ?? true
        case ("items", .object(let element)):
            return (value.elements ?? []).enumerated().flatMap { index, item in
                faults(in: item, against: element, at: "\(path)[\(index)]")
            }
        case ("properties", .object(let properties)):
            return (value.asObject?.members ?? []).flatMap { member -> [String] in
                let place = "\(path).\(member.key)"
                guard let property = properties[member.key]?.asObject else {
                    return ["\(place): the schema does not name it"]
                }
                return faults(in: member.value, against: property, at: place)
            }
        case ("additionalProperties", .object(let each)):
            return (value.asObject?.members ?? []).flatMap { member in
                faults(in: member.value, against: each, at: "\(path).\(member.key)")
            }
        case ("required", .array(let names)):
            guard let object = value.asObject else { return [] }
            return names.compactMap { name in
                guard case .string(let key) = name, object[key] == nil else { return nil }
                return "\(path).\(key): it is missing"
            }
        case ("oneOf", .array(let schemas)):
            let fits = schemas.filter { one in
                one.asObject.map { faults(in: value, against: $0, at: path).isEmpty } ?? false
            }
            isRight = fits.count == 1
        case ("additionalProperties", .bool), ("description", _), ("default", _), ("format", _):
            return []
        default: return ["\(path): a keyword that is not known here: \(keyword.key)"]
        }
        return isRight ? [] : ["\(path): \(keyword.key) is not kept: \(keyword.value)"]
    }
}

extension JSONValue {
    fileprivate func isOf(_ type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer),
            ("number", .number), ("string", .string), ("array", .array), ("object", .object):
            true
        default: false
        }
    }

    fileprivate var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    fileprivate var length: Int? {
        if case .string(let text) = self { text.unicodeScalars.count } else { nil }
    }

    fileprivate var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}
