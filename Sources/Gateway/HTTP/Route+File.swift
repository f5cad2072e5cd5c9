import NIOCore
import NIOHTTP1
import Proof

extension Route {
    /// Serves bytes that are the same for as long as this server runs: asked for again each time, as
    /// another version of the server may have others, and sent again only then.
    ///
    /// - Parameter headers: beside those that say so.
    static func file(
        _ path: String, _ type: String, _ bytes: [UInt8], headers: HTTPHeaders = [:]
    ) -> Route {
        let tag = "\"\(Digest.sha256(bytes).hex.prefix(16))\""
        var headers = headers
        headers.add(name: "Cache-Control", value: "no-cache")
        headers.add(name: "ETag", value: tag)
        let whole = HTTPResponse(type: type, headers: headers, body: ByteBuffer(bytes: bytes))
        let unchanged = HTTPResponse(
            .notModified, type: type, headers: headers, body: ByteBuffer())
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
