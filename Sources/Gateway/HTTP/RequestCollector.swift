import NIOCore
import NIOHTTP1

/// Puts a connection's requests together, one at a time: a head, a bounded body, its end, and then
/// nothing until it has been answered.
///
/// Pure: says what to do, and does nothing. What can't be a request is refused as soon as that is
/// known, without waiting for its body.
struct RequestCollector {
    enum Action {
        case none
        /// Tell the client, who waits for that, to send the body.
        case sendContinue
        case answer(HTTPRequest)
        /// Answer with this, and end the connection.
        case refuse(HTTPFailure, isAdministration: Bool)
    }

    private enum State {
        case idle
        case collecting(HTTPRequestHead, RequestTarget, body: ByteBuffer, bytesMax: Int)
        case answering(keepsAlive: Bool)
        /// Nothing that still comes counts.
        case finished
    }

    private let limits: GatewayLimits
    private let isLocal: Bool
    private var state = State.idle
    private var requests = 0
    /// Of the request that is being answered.
    private(set) var isHead = false
    private(set) var version = HTTPVersion.http1_1

    init(limits: GatewayLimits, isLocal: Bool) {
        self.limits = limits
        self.isLocal = isLocal
    }

    /// Whether nothing of a request has come since the last answer.
    var isIdle: Bool {
        if case .idle = state { true } else { false }
    }

    /// Whether a request has begun to come and has not come whole.
    var isCollecting: Bool {
        if case .collecting = state { true } else { false }
    }

    /// Whether a request waits for its answer.
    var isAnswering: Bool {
        if case .answering = state { true } else { false }
    }

    /// - Parameter bodyBytesMax: what this request's body may have.
    mutating func receive(
        head: HTTPRequestHead, bodyBytesMax: (RequestTarget) -> Int
    ) -> Action {
        guard case .idle = state else { return disorder() }
        isHead = head.method == .HEAD
        version = head.version
        guard head.uri.utf8.count <= limits.targetBytesMax else {
            return refuse(
                .malformed(
                    "The address may be at most \(limits.targetBytesMax) bytes.",
                    status: .uriTooLong))
        }
        guard let target = RequestTarget(head.uri) else {
            return refuse(.malformed("The address is not a path with an optional query."))
        }
        if let failure = HeadCheck.failure(in: head) { return refuse(failure, for: target) }
        let bytesMax = bodyBytesMax(target)
        if let announced = head.headers.first(name: "Content-Length") {
            guard let bytes = Int(announced), bytes >= 0 else {
                return refuse(.malformed("Content-Length is no number of bytes."), for: target)
            }
            guard bytes <= bytesMax else {
                return refuse(.tooLarge(bytesMax: bytesMax), for: target)
            }
        }
        state = .collecting(head, target, body: ByteBuffer(), bytesMax: bytesMax)
        return head.headers.contains(name: "Expect") ? .sendContinue : .none
    }

    mutating func receive(body part: ByteBuffer) -> Action {
        guard case .collecting(let head, let target, var body, let bytesMax) = state else {
            return disorder()
        }
        guard part.readableBytes <= bytesMax - body.readableBytes else {
            return refuse(.tooLarge(bytesMax: bytesMax), for: target)
        }
        // Only one reference to the bytes may be left when they are appended to.
        state = .finished
        if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
        state = .collecting(head, target, body: body, bytesMax: bytesMax)
        return .none
    }

    mutating func receiveEnd() -> Action {
        guard case .collecting(let head, let target, let body, _) = state else {
            return disorder()
        }
        requests += 1
        // NIO's decoder stops after a request that asks for another protocol, got or not.
        let keepsAlive = head.isKeepAlive && !head.headers.contains(name: "Upgrade")
        state = .answering(keepsAlive: keepsAlive)
        return .answer(
            HTTPRequest(
                head, target: target, body: body, isLocal: isLocal, isFirst: requests == 1))
    }

    /// What has come is no HTTP.
    mutating func receive(error: HTTPParserError) -> Action {
        switch state {
        case .idle:
            isHead = false
            version = .http1_1
            return refuse(HeadCheck.failure(of: error))
        case .collecting(_, let target, _, _):
            return refuse(HeadCheck.failure(of: error), for: target)
        case .answering:
            state = .answering(keepsAlive: false)
            return .none
        case .finished: return .none
        }
    }

    /// The answer is about to be written.
    ///
    /// - Returns: whether the connection goes on after it.
    mutating func answered(closing: Bool) -> Bool {
        guard case .answering(let keepsAlive) = state, keepsAlive, !closing else {
            state = .finished
            return false
        }
        state = .idle
        return true
    }

    /// The client will send nothing more.
    ///
    /// - Returns: whether an answer is still to be written.
    mutating func lastRequestCame() -> Bool {
        guard case .answering = state else {
            state = .finished
            return false
        }
        state = .answering(keepsAlive: false)
        return true
    }

    /// Nothing more is answered.
    mutating func finish() { state = .finished }

    /// The parts of a request come out of order, or before the last one was answered: not a
    /// client's doing, the pipeline sees to that.
    private mutating func disorder() -> Action {
        switch state {
        case .finished: return .none
        case .answering:
            state = .answering(keepsAlive: false)
            return .none
        case .idle, .collecting:
            return refuse(.malformed("The request's parts came out of order."))
        }
    }

    private mutating func refuse(
        _ failure: HTTPFailure, for target: RequestTarget? = nil
    ) -> Action {
        state = .finished
        return .refuse(failure, isAdministration: target?.isAdministration ?? false)
    }
}

extension RequestTarget {
    /// An administrator's command, whose errors have their own form.
    var isAdministration: Bool { path.starts(with: ["v1", "admin"]) }
}
