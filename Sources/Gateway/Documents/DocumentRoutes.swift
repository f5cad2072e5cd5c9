import StrictJSON

/// The two documents for developers of clients. They are made from the code that they describe,
/// once.
enum DocumentRoutes {
    static let routes = [
        route("/v1/openapi.json", OpenAPIDocument.json),
        route("/v1/asyncapi.json", AsyncAPIDocument.json),
    ]

    private static func route(_ path: String, _ document: JSONValue) -> Route {
        var writer = JSONWriter(reservingCapacity: 1 << 17)
        writer.value(document)
        return .file(path, "application/json", writer.bytes)
    }
}
