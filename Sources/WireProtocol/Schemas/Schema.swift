public import StrictJSON

/// What a JSON text may be: a JSON Schema, as the AsyncAPI and the OpenAPI document hold them.
///
/// Only keywords that the dialects of both documents understand alike (draft 7 and 2020-12).
public struct Schema: Equatable, Sendable {
    /// The schema as it stands in the documents.
    public private(set) var json: JSONObject

    public init(_ json: JSONObject) { self.json = json }

    private init(type: String) {
        json = JSONObject()
        json["type"] = .string(type)
    }

    /// One member of an object.
    public struct Field: Equatable, Sendable {
        public let name: String
        public let schema: Schema
        /// Whether the member is always there, if only as null.
        public let isRequired: Bool

        /// The same, for an object that may do without it.
        public var optional: Field { Field(name: name, schema: schema, isRequired: false) }

        /// As the reader of a request takes it: what may be absent may be null as well.
        var orNull: Field {
            guard !isRequired, !schema.allowsNull else { return self }
            return Field(name: name, schema: schema.nullable, isRequired: false)
        }

        /// A required member.
        ///
        /// - Parameter description: a sentence on what it means here.
        public static func field(
            _ name: String, _ schema: Schema, _ description: String = ""
        ) -> Field {
            Field(
                name: name,
                schema: description.isEmpty ? schema : schema.described(description),
                isRequired: true)
        }
    }

    /// See ``Field/field(_:_:_:)``.
    public static func field(
        _ name: String, _ schema: Schema, _ description: String = ""
    ) -> Field { .field(name, schema, description) }

    // MARK: - Kinds

    public static let anything = Schema(JSONObject())
    public static let boolean = Schema(type: "boolean")
    public static let number = Schema(type: "number")

    public static func integer(from least: Int64, to greatest: Int64? = nil) -> Schema {
        var schema = Schema(type: "integer").with("minimum", .integer(least))
        if let greatest { schema = schema.with("maximum", .integer(greatest)) }
        // A double has no room for it.
        return schema.with("format", .string("int64"))
    }

    /// - Parameter lengthMax: in Unicode scalars, which are the characters of JSON Schema.
    public static func text(from least: Int64 = 0, lengthMax: Int64? = nil) -> Schema {
        var schema = Schema(type: "string")
        if least > 0 { schema = schema.with("minLength", .integer(least)) }
        if let lengthMax { schema = schema.with("maxLength", .integer(lengthMax)) }
        return schema
    }

    public static func text(matching pattern: String) -> Schema {
        Schema(type: "string").with("pattern", .string(pattern))
    }

    /// This word and nothing else.
    public static func word(_ word: String) -> Schema {
        Schema(type: "string").with("const", .string(word))
    }

    public static func words(_ words: [String]) -> Schema {
        Schema(type: "string").with("enum", .array(words.map(JSONValue.string)))
    }

    public static func words<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> Schema
    where Word.RawValue == String { words(Word.allCases.map(\.rawValue)) }

    public static func array(of element: Schema, countMax: Int64? = nil) -> Schema {
        let schema = Schema(type: "array").with("items", .object(element.json))
        return countMax.map { schema.with("maxItems", .integer($0)) } ?? schema
    }

    /// A schema that stands among the documents' components.
    public static func named(_ name: String) -> Schema {
        var json = JSONObject()
        json["$ref"] = .string("#/components/schemas/\(name)")
        return Schema(json)
    }

    /// - Parameter isClosed: whether unknown members are refused. Elsewhere they are passed over,
    ///   and a client has to pass over them, too: later servers say more.
    public static func object(
        _ description: String = "", _ fields: [Field], isClosed: Bool = false
    ) -> Schema {
        var schema = Schema(type: "object")
        if !description.isEmpty { schema = schema.described(description) }
        var properties = JSONObject()
        for field in fields { properties[field.name] = .object(field.schema.json) }
        schema = schema.with("properties", .object(properties))
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema = schema.with("required", .array(required)) }
        return isClosed ? schema.with("additionalProperties", .bool(false)) : schema
    }

    /// An object whose members have names of any kind, and values of one.
    public static func map(of value: Schema) -> Schema {
        Schema(type: "object").with("additionalProperties", .object(value.json))
    }

    public static func either(_ schemas: [Schema]) -> Schema {
        var json = JSONObject()
        json["oneOf"] = .array(schemas.map { .object($0.json) })
        return Schema(json)
    }

    // MARK: - Changes

    public func with(_ keyword: String, _ value: JSONValue) -> Schema {
        var changed = self
        changed.json[keyword] = value
        return changed
    }

    public func described(_ text: String) -> Schema { with("description", .string(text)) }

    public func withDefault(_ value: JSONValue) -> Schema { with("default", value) }

    /// For an object of which exactly one of some members is there.
    public func needingOne(of names: [String]) -> Schema {
        with(
            "oneOf",
            .array(
                names.map { name in
                    var one = JSONObject()
                    one["required"] = .array([.string(name)])
                    return .object(one)
                }))
    }

    private var allowsNull: Bool {
        if case .array(let types)? = json["type"] { return types.contains(.string("null")) }
        guard case .array(let schemas)? = json["oneOf"] else { return false }
        return schemas.contains { $0.asObject.map { Schema($0).allowsNull } ?? false }
    }

    /// The same, or null.
    public var nullable: Schema {
        guard case .string(let type)? = json["type"] else {
            return .either([self, Schema(type: "null")])
        }
        var changed = with("type", .array([.string(type), .string("null")]))
        if case .array(let words)? = json["enum"] {
            changed = changed.with("enum", .array(words + [.null]))
        }
        return changed
    }
}

/// A schema under the name that it has among the documents' components.
public struct NamedSchema: Equatable, Sendable {
    public let name: String
    public let schema: Schema

    public init(_ name: String, _ schema: Schema) {
        self.name = name
        self.schema = schema
    }
}
