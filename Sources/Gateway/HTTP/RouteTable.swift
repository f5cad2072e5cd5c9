import NIOHTTP1

/// One line of the table of routes.
struct Route: Sendable {
    typealias Respond =
        @Sendable (HTTPRequest, PathParameters) async throws(HTTPFailure) -> HTTPResponse
    typealias Answer =
        @Sendable (HTTPRequest, PathParameters) async throws(HTTPFailure) -> HTTPAnswer

    let method: HTTPMethod
    /// Segments; one that starts with a colon stands for any text but none, under that name.
    let pattern: [String]
    let answer: Answer

    /// A route that has a whole answer for every request.
    init(_ method: HTTPMethod, _ pattern: String, _ respond: @escaping Respond) {
        self.init(
            method, pattern,
            answering: { (request, parameters) throws(HTTPFailure) in
                .response(try await respond(request, parameters))
            })
    }

    /// A route that may have an answer of another kind.
    init(_ method: HTTPMethod, _ pattern: String, answering answer: @escaping Answer) {
        self.method = method
        self.pattern = pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map(String.init)
        self.answer = answer
    }

    /// What stands for the pattern's names, if the path fits it.
    func match(_ path: [String]) -> PathParameters? {
        guard path.count == pattern.count else { return nil }
        var parameters = PathParameters()
        for (segment, expected) in zip(path, pattern) {
            if expected.hasPrefix(":"), !segment.isEmpty {
                parameters.values[String(expected.dropFirst())] = segment
            } else if segment != expected {
                return nil
            }
        }
        return parameters
    }
}

/// What a path has in the places that its pattern names.
struct PathParameters: Sendable {
    fileprivate(set) var values: [String: String] = [:]

    subscript(_ name: String) -> String {
        guard let value = values[name] else {
            preconditionFailure("The route's pattern has no :\(name)")
        }
        return value
    }
}

/// The table of routes: the first line that fits a request answers it.
struct RouteTable: Sendable {
    let routes: [Route]

    init(_ routes: [Route]) { self.routes = routes }

    func respond(to request: HTTPRequest) async -> HTTPAnswer {
        do throws(HTTPFailure) {
            return try await answer(to: request)
        } catch {
            return .response(
                request.target.isAdministration ? error.administrationResponse : error.response)
        }
    }

    private func answer(to request: HTTPRequest) async throws(HTTPFailure) -> HTTPAnswer {
        var allowed: [String] = []
        for route in routes {
            guard let parameters = route.match(request.target.path) else { continue }
            if route.method == request.method { return try await route.answer(request, parameters) }
            allowed.append(route.method.rawValue)
            if route.method == .GET { allowed.append(HTTPMethod.HEAD.rawValue) }
        }
        guard !allowed.isEmpty else { throw .notFound }
        throw HTTPFailure(
            status: .methodNotAllowed, code: .methodNotAllowed,
            message: "This address takes \(allowed.joined(separator: ", ")) only.",
            headers: ["Allow": allowed.joined(separator: ", ")])
    }
}
