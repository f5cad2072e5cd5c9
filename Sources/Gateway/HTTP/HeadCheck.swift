import NIOHTTP1

/// What a request's head must have beyond what NIO's decoder sees to.
enum HeadCheck {
    /// Why the head can't be taken; nil when it is in order.
    static func failure(in head: HTTPRequestHead) -> HTTPFailure? {
        guard head.version.major == 1 else {
            return .malformed("This server speaks HTTP/1.1.", status: .httpVersionNotSupported)
        }
        let hosts = head.headers["Host"]
        guard hosts.count == 1 || hosts.isEmpty && head.version == .http1_0 else {
            return .malformed("A request names its Host once.")
        }
        let encodings = head.headers["Transfer-Encoding"]
        guard encodings.isEmpty || encodings.count == 1 && encodings[0].lowercased() == "chunked"
        else {
            return .malformed(
                "A body is sent plain or chunked, nothing else.", status: .notImplemented)
        }
        // Two lengths for one body: what one reads as a body another reads as the next request.
        guard head.headers["Content-Length"].count + encodings.count <= 1 else {
            return .malformed("A body's length is told once, and in one way.")
        }
        let expectations = head.headers["Expect"]
        guard expectations.isEmpty || expectations.map({ $0.lowercased() }) == ["100-continue"]
        else {
            return .malformed(
                "The only thing to expect is 100-continue.", status: .expectationFailed)
        }
        return nil
    }

    /// What to answer to bytes that are no HTTP.
    static func failure(of error: HTTPParserError) -> HTTPFailure {
        switch error {
        case .headerOverflow:
            .malformed(
                "The request's headers are too many or too long.",
                status: .requestHeaderFieldsTooLarge)
        case .invalidVersion:
            .malformed("This server speaks HTTP/1.1.", status: .httpVersionNotSupported)
        case .invalidMethod: .malformed("The request's method is unknown.")
        default: .malformed("This is no HTTP request.")
        }
    }
}
