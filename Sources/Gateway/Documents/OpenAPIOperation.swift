import NIOHTTP1
import StrictJSON
import WireProtocol

/// One operation of the HTTP API, as the OpenAPI document describes it.
struct OpenAPIOperation: Sendable {
    /// Who may ask.
    enum Access: Sendable {
        case everybody
        /// Who says a name gets to see its own part, too.
        case everybodyOrBidder
        case bidder
        case bidderOrAdministrator
        case administrator

        var requirements: JSONValue {
            switch self {
            case .everybody: .array([])
            case .everybodyOrBidder:
                .array([.members([:]), Self.requiring("bidder")])
            case .bidder: .array([Self.requiring("bidder")])
            case .bidderOrAdministrator:
                .array([Self.requiring("bidder"), Self.requiring("administrator")])
            case .administrator: .array([Self.requiring("administrator")])
            }
        }

        private static func requiring(_ scheme: String) -> JSONValue {
            .members([scheme: .array([])])
        }

        var refusals: [Int] {
            switch self {
            case .everybody: []
            case .everybodyOrBidder: [401]
            case .bidder, .administrator: [401, 403]
            case .bidderOrAdministrator: [401]
            }
        }
    }

    /// What comes with a status.
    struct Answer: Sendable {
        let status: Int
        let description: String
        /// Nil: there is no body.
        let content: JSONValue?

        /// A JSON body, or one of another media type.
        init(
            _ status: Int, _ description: String, _ schema: JSONValue,
            type: String = "application/json"
        ) {
            self.status = status
            self.description = description
            content = .members([type: .members(["schema": schema])])
        }

        /// No body.
        init(_ status: Int, _ description: String) {
            self.status = status
            self.description = description
            content = nil
        }
    }

    let method: HTTPMethod
    /// As in the table of routes, but `{auction}` for `:auction`.
    let path: String
    let id: String
    let tag: String
    let summary: String
    var details = ""
    let access: Access
    var parameters: [JSONValue] = []
    /// The schema of the JSON body, and a body.
    var body: (schema: JSONValue, example: String)?
    let answers: [Answer]
    /// Further refusals, in the common form.
    var refusals: [Int] = []

    /// What any request may be refused with, whatever it asks for.
    static let refusalsOfAll = [400, 408, 413, 414, 429, 431, 500, 503]

    var isAdministration: Bool { access == .administrator }

    var json: JSONValue {
        var object = JSONObject()
        object["operationId"] = .string(id)
        object["tags"] = .array([.string(tag)])
        object["summary"] = .string(summary)
        if !details.isEmpty { object["description"] = .string(details) }
        object["security"] = access.requirements
        if !parameters.isEmpty { object["parameters"] = .array(parameters) }
        if let body {
            object["requestBody"] = .members([
                // A command without fields that it needs takes no body for an empty object.
                "required": .bool(Self.needsBody(body.schema)),
                "content": .members([
                    "application/json": .members([
                        "schema": body.schema, "example": .example(body.example),
                    ])
                ]),
            ])
        }
        object["responses"] = .object(responses)
        return .object(object)
    }

    private static func needsBody(_ schema: JSONValue) -> Bool {
        ["$ref", "required", "oneOf"].contains { schema.asObject?[$0] != nil }
    }

    private var responses: JSONObject {
        var responses: [Int: JSONValue] = [:]
        let form = isAdministration ? "Fault" : "Error"
        let common = Self.refusalsOfAll + access.refusals + refusals
        for status in common + (method == .POST ? [403] : []) {
            responses[status] = .reference("components/responses/\(form)\(status)")
        }
        for answer in answers {
            var response = JSONObject()
            response["description"] = .string(answer.description)
            if let content = answer.content { response["content"] = content }
            responses[answer.status] = .object(response)
        }
        var object = JSONObject()
        for (status, response) in responses.sorted(by: { $0.key < $1.key }) {
            object["\(status)"] = response
        }
        return object
    }

    // MARK: - Parameters

    static func query(_ name: String, _ description: String, _ schema: Schema) -> JSONValue {
        .members([
            "name": .string(name), "in": .string("query"), "description": .string(description),
            "schema": .schema(schema),
        ])
    }

    static let auction = JSONValue.reference("components/parameters/auction")
}
