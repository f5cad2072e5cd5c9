import Crypto
import NIOCore
import NIOHTTP1
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
        let bytes = writer.bytes
        let digest = SHA256.hash(data: bytes).prefix(8).map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0" + hex : hex
        }
        let tag = "\"\(digest.joined())\""
        // Asked for again each time, and sent again only by another version of the server.
        let headers: HTTPHeaders = ["Cache-Control": "no-cache", "ETag": tag]
        let whole = HTTPResponse(
            type: "application/json", headers: headers, body: ByteBuffer(bytes: bytes))
        let unchanged = HTTPResponse(
            .notModified, type: "application/json", headers: headers, body: ByteBuffer())
        return Route(.GET, path) { (request, _) throws(HTTPFailure) in
            let known = request.headers[canonicalForm: "If-None-Match"]
            return known.contains { $0 == "*" || $0.trimmingWeakness == tag } ? unchanged : whole
        }
    }
}

extension Substring {
    /// An entity tag without the mark that it is a weak one: for reading they are the same.
    fileprivate var trimmingWeakness: Substring { hasPrefix("W/") ? dropFirst(2) : self }
}
