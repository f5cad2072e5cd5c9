import Crypto
import FoundationEssentials
import NIOHTTP1
import Synchronization
import WireProtocol

/// What this server offers and demands of a request that wants to become a WebSocket.
struct WebSocketUpgradePolicy: Sendable {
    /// What is spoken. The client's order decides among them; the first is meant when it offers
    /// none.
    var encodings: [WireEncoding]
    /// Origins that browsers may come from.
    let allowedOrigins: AllowedOrigins
    /// Whether permessage-deflate is agreed to.
    var compresses: Bool

    /// - Parameter encodings: one at least.
    init(
        encodings: [WireEncoding] = WireEncoding.allCases, allowedOrigins: [String] = [],
        compresses: Bool = false
    ) {
        precondition(!encodings.isEmpty, "something must be spoken")
        self.encodings = encodings
        self.allowedOrigins = AllowedOrigins(allowedOrigins)
        self.compresses = compresses
    }

    /// Whether a browser may send this from the page that it runs: exactly one `Origin`, which is on
    /// the list to the letter. Whoever sends none is no browser.
    func allowsOrigin(of headers: HTTPHeaders) -> Bool {
        let origins = headers["Origin"]
        guard let origin = origins.first else { return true }
        guard origins.count == 1 else { return false }
        return allowedOrigins.contains(origin)
    }
}

/// Origins that browsers may come from, as `scheme://host[:port]`; `*` allows any.
final class AllowedOrigins: Sendable {
    private let origins: Mutex<[String]>

    init(_ origins: [String]) { self.origins = Mutex(origins) }

    /// From now on these.
    func replace(with origins: [String]) { self.origins.withLock { $0 = origins } }

    /// Whether it is on the list to the letter.
    func contains(_ origin: String) -> Bool {
        origins.withLock { origins in
            origins.contains("*") || origins.contains { $0.utf8.elementsEqual(origin.utf8) }
        }
    }
}

/// The opening handshake, RFC 6455 section 4.2, without its input and output: looks at a request
/// head and answers what to send back. It does not know paths or tokens.
enum WebSocketUpgrade {
    enum Outcome: Equatable {
        /// Answer 101 with ``Acceptance/headers``; from then on it is a WebSocket.
        case accepted(Acceptance)
        /// Answer with this; the request stays HTTP.
        case refused(Refusal)
    }

    struct Acceptance: Equatable {
        var acceptKey: String
        var form: WireForm
        /// Whether the client offered subprotocols, so that the chosen one must be named.
        var namesSubprotocol: Bool
        /// How the form's compression is told to the client.
        var compression: DeflateAgreement?

        /// All headers of the 101 answer.
        var headers: HTTPHeaders {
            var headers = HTTPHeaders([
                ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                ("Sec-WebSocket-Accept", acceptKey),
            ])
            if namesSubprotocol {
                headers.add(name: "Sec-WebSocket-Protocol", value: form.encoding.subprotocol)
            }
            if let compression {
                headers.add(name: "Sec-WebSocket-Extensions", value: compression.header)
            }
            return headers
        }
    }

    struct Refusal: Equatable {
        var status: HTTPResponseStatus
        var headers: HTTPHeaders = [:]
        /// One sentence that says what to send instead.
        var message: String
        var reason = HandshakeFailure.badRequest
    }

    static func evaluate(_ head: HTTPRequestHead, policy: WebSocketUpgradePolicy) -> Outcome {
        if let refusal = checkProtocol(head) { return .refused(refusal) }
        guard let key = key(in: head.headers) else {
            return .refused(
                Refusal(
                    status: .badRequest,
                    message: "Sec-WebSocket-Key must be sent once: 16 bytes in base64"))
        }
        guard policy.allowsOrigin(of: head.headers) else {
            return .refused(
                Refusal(
                    status: .forbidden, message: "this Origin is not on the server's list",
                    reason: .origin))
        }
        let offered = tokens("Sec-WebSocket-Protocol", in: head.headers)
        guard
            let encoding = offered.isEmpty
                ? policy.encodings.first
                : offered.lazy.compactMap({ name in
                    policy.encodings.first { $0.subprotocol == name }
                }).first
        else {
            let known = policy.encodings.map(\.subprotocol).joined(separator: ", ")
            return .refused(
                Refusal(
                    status: .badRequest,
                    message: "no subprotocol that was offered is known here; offer \(known)",
                    reason: .subprotocol))
        }
        // Read in any case: what breaks the grammar is refused, agreed to or not.
        guard let extensions = ExtensionOffer.parse(head.headers["Sec-WebSocket-Extensions"])
        else {
            return .refused(
                Refusal(
                    status: .badRequest,
                    message: "Sec-WebSocket-Extensions can't be read: send name; parameter=value"))
        }
        let agreement = policy.compresses ? DeflateAgreement.accept(extensions) : nil
        return .accepted(
            Acceptance(
                acceptKey: acceptKey(for: key),
                form: WireForm(encoding, compression: agreement?.compression ?? .none),
                namesSubprotocol: !offered.isEmpty, compression: agreement))
    }

    /// The answer to a key: proof that the server speaks WebSocket, not a secret, which is why
    /// SHA-1 is good enough.
    static func acceptKey(for key: String) -> String {
        let digest = Insecure.SHA1.hash(
            data: Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return Data(digest).base64EncodedString()
    }

    /// Everything up to the version; nil when the request is in order.
    private static func checkProtocol(_ head: HTTPRequestHead) -> Refusal? {
        guard head.method == .GET else {
            return Refusal(
                status: .methodNotAllowed, headers: ["Allow": "GET"],
                message: "a WebSocket is opened by GET")
        }
        guard head.version == .http1_1 else {
            return Refusal(status: .badRequest, message: "a WebSocket is opened over HTTP/1.1")
        }
        guard
            contains("websocket", in: "Upgrade", of: head.headers),
            contains("upgrade", in: "Connection", of: head.headers)
        else {
            return upgradeRequired(
                "this address speaks WebSocket; send Upgrade: websocket and Connection: Upgrade")
        }
        guard head.headers["Sec-WebSocket-Version"] == ["13"] else {
            return upgradeRequired("Sec-WebSocket-Version must be 13")
        }
        // A body would be read as frames by us and as HTTP by a proxy, or the other way round.
        guard
            !head.headers.contains(name: "Transfer-Encoding"),
            head.headers["Content-Length"].allSatisfy({ $0 == "0" })
        else {
            return Refusal(status: .badRequest, message: "a WebSocket is opened without a body")
        }
        return nil
    }

    private static func upgradeRequired(_ message: String) -> Refusal {
        Refusal(
            status: .upgradeRequired,
            headers: [
                "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            ],
            message: message, reason: .version)
    }

    /// The key, if there is exactly one and it is 16 bytes in base64: 22 characters and two pads.
    private static func key(in headers: HTTPHeaders) -> String? {
        let keys = headers["Sec-WebSocket-Key"]
        guard keys.count == 1, let key = keys.first, key.utf8.count == 24, key.hasSuffix("==")
        else { return nil }
        let isBase64 = key.utf8.dropLast(2).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isBase64 ? key : nil
    }

    private static func contains(
        _ token: String, in name: String, of headers: HTTPHeaders
    ) -> Bool {
        tokens(name, in: headers).contains { $0.lowercased() == token }
    }

    /// The elements of a list header, over all of its lines, without white space around them.
    private static func tokens(_ name: String, in headers: HTTPHeaders) -> [Substring] {
        headers[canonicalForm: name]
    }
}
