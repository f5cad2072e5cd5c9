import NIOHTTP1
import SchemaCheck
import StrictJSON
import Testing

@testable import Gateway

/// Holds what was asked and answered in a test against the OpenAPI document.
enum OpenAPICheck {
    private static let document = OpenAPIDocument.json.asObject ?? JSONObject()
    private static let components = document["components"]?.asObject ?? JSONObject()
    private static let check = SchemaCheck(
        components: components["schemas"]?.asObject ?? JSONObject())

    /// Records an issue for whatever the document does not say.
    ///
    /// - Parameter body: what was sent; held against the document when it was taken.
    static func look(at method: HTTPMethod, _ uri: String, body: String?, _ reply: Reply) throws {
        // The documents themselves are held against the code.
        guard !DocumentTests.documents.contains(uri), let operation = operation(method, uri)
        else { return }
        let status = "\(reply.status)"
        guard var response = operation["responses"]?.asObject?[status]?.asObject else {
            Issue.record("\(method) \(uri): the document knows no \(status): \(reply.text)")
            return
        }
        if case .string(let pointer)? = response["$ref"] {
            let name = pointer.replacing("#/components/responses/", with: "")
            response = try #require(components["responses"]?.asObject?[name]?.asObject)
        }
        if reply.status == 200, let body, !body.isEmpty {
            let schema = try #require(
                operation["requestBody"]?.asObject?["content"]?.asObject?["application/json"]?
                    .asObject?["schema"]?.asObject, "\(method) \(uri) takes a body")
            let faults = check.faults(in: try JSONValue(parsing: body.utf8), against: schema)
            // A bid may hold what the server passes over.
            for fault in faults where !fault.hasSuffix("does not name it") {
                Issue.record("\(method) \(uri), what was sent: \(fault): \(body)")
            }
        }
        let type = reply.header("Content-Type")?.split(separator: ";").first.map(String.init)
        guard let content = response["content"]?.asObject else {
            if !reply.text.isEmpty { Issue.record("\(method) \(uri): \(status) has no body") }
            return
        }
        guard let schema = content[type ?? ""]?.asObject?["schema"]?.asObject else {
            Issue.record("\(method) \(uri): the document knows no \(type ?? "body") for \(status)")
            return
        }
        guard type == "application/json" else { return }
        for fault in check.faults(in: .object(try reply.json), against: schema) {
            Issue.record("\(method) \(uri), \(status): \(fault): \(reply.text)")
        }
    }

    /// What the document says of a request; nil for an address that it does not have.
    private static func operation(_ method: HTTPMethod, _ uri: String) -> JSONObject? {
        let path = uri.split(separator: "?", omittingEmptySubsequences: false)[0]
            .split(separator: "/", omittingEmptySubsequences: false)
        let paths = document["paths"]?.asObject?.members ?? []
        let fitting = paths.first { member in
            let pattern = member.key.split(separator: "/", omittingEmptySubsequences: false)
            return pattern.count == path.count
                && zip(pattern, path).allSatisfy {
                    $0 == $1 || $0.hasPrefix("{") && !$1.isEmpty
                }
        }
        let name = method == .HEAD ? "get" : method.rawValue.lowercased()
        return fitting?.value.asObject?[name]?.asObject
    }
}
