import NIOHTTP1
import Testing
import WireProtocol

@testable import Gateway

@Suite struct UpgradeRequestTests {
    static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    static let policy = WebSocketUpgradePolicy(
        allowedOrigins: ["https://gavel.example"])

    static func head(
        method: HTTPMethod = .GET, version: HTTPVersion = .http1_1,
        changing changes: [(String, String?)] = []
    ) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("Host", "gavel.example"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", key), ("Sec-WebSocket-Version", "13"),
        ])
        for (name, value) in changes {
            if let value {
                headers.replaceOrAdd(name: name, value: value)
            } else {
                headers.remove(name: name)
            }
        }
        return HTTPRequestHead(version: version, method: method, uri: "/v1/ws", headers: headers)
    }

    static func status(_ head: HTTPRequestHead) -> HTTPResponseStatus {
        switch WebSocketUpgrade.evaluate(head, policy: policy) {
        case .accepted: .switchingProtocols
        case .refused(let refusal): refusal.status
        }
    }

    /// The key and the answer of RFC 6455 section 1.3.
    @Test func plainRequestIsAccepted() {
        let acceptance = WebSocketUpgrade.Acceptance(
            acceptKey: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", form: WireForm(.json),
            namesSubprotocol: false)
        #expect(
            WebSocketUpgrade.evaluate(Self.head(), policy: Self.policy) == .accepted(acceptance))
        #expect(
            acceptance.headers == [
                "Upgrade": "websocket", "Connection": "Upgrade",
                "Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            ])
    }

    @Test(arguments: [
        ("Upgrade", "WebSocket"), ("Upgrade", "h2c, websocket"),
        ("Connection", "keep-alive, Upgrade"),
        ("Connection", "UPGRADE"), ("Origin", "https://gavel.example"), ("Content-Length", "0"),
        ("Sec-WebSocket-Protocol", ""),
        ("Sec-WebSocket-Extensions", "permessage-deflate"),
    ])
    func harmlessVariantIsAccepted(name: String, value: String) {
        #expect(Self.status(Self.head(changing: [(name, value)])) == .switchingProtocols)
    }

    @Test(
        arguments: [
            ("Upgrade", nil, 426), ("Upgrade", "h2c", 426), ("Upgrade", "websockets", 426),
            ("Connection", nil, 426), ("Connection", "keep-alive", 426),
            ("Sec-WebSocket-Version", nil, 426), ("Sec-WebSocket-Version", "8", 426),
            ("Sec-WebSocket-Version", "13, 8", 426), ("Sec-WebSocket-Version", "013", 426),
            ("Sec-WebSocket-Key", nil, 400), ("Sec-WebSocket-Key", "", 400),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ", 400),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j*Q==", 400),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTE=", 400),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTEyMzQ1", 400),
            ("Origin", "https://evil.example", 403), ("Origin", "https://gavel.example.evil", 403),
            ("Origin", "https://Gavel.example", 403), ("Origin", "http://gavel.example", 403),
            ("Origin", "null", 403), ("Origin", "", 403),
            ("Sec-WebSocket-Protocol", "chat", 400),
            ("Sec-WebSocket-Protocol", "GAVEL.v1.json", 400),
            ("Sec-WebSocket-Extensions", "permessage-deflate; ;", 400),
            ("Sec-WebSocket-Extensions", "a; b=\"c", 400),
            ("Content-Length", "5", 400), ("Transfer-Encoding", "chunked", 400),
        ] as [(String, String?, Int)])
    func requestIsRefused(name: String, value: String?, status: Int) {
        #expect(Int(Self.status(Self.head(changing: [(name, value)])).code) == status)
    }

    @Test func methodAndVersionAreChecked() {
        #expect(Self.status(Self.head(method: .POST)) == .methodNotAllowed)
        #expect(Self.status(Self.head(version: .http1_0)) == .badRequest)
    }

    @Test(arguments: ["Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin"])
    func headerMustNotComeTwice(name: String) {
        var head = Self.head(changing: [("Origin", "https://gavel.example")])
        head.headers.add(contentsOf: head.headers.filter { $0.name == name }.map { ($0.0, $0.1) })
        #expect(Self.status(head) != .switchingProtocols)
    }

    @Test func otherVersionIsToldOurs() throws {
        let head = Self.head(changing: [("Sec-WebSocket-Version", "14")])
        guard case .refused(let refusal) = WebSocketUpgrade.evaluate(head, policy: Self.policy)
        else { throw Unexpected() }
        #expect(refusal.headers["Sec-WebSocket-Version"] == ["13"])
    }

    @Test func clientsFirstKnownSubprotocolIsChosen() throws {
        var head = Self.head(changing: [("Sec-WebSocket-Protocol", "chat, gavel.v1.proto")])
        head.headers.add(name: "Sec-WebSocket-Protocol", value: "gavel.v1.json")
        guard case .accepted(let acceptance) = WebSocketUpgrade.evaluate(head, policy: Self.policy)
        else { throw Unexpected() }
        #expect(acceptance.form.encoding == .protobuf)
        #expect(acceptance.headers["Sec-WebSocket-Protocol"] == ["gavel.v1.proto"])
    }

    @Test func starAllowsAnyOrigin() {
        let policy = WebSocketUpgradePolicy(allowedOrigins: ["*"])
        let head = Self.head(changing: [("Origin", "https://anywhere.example")])
        guard case .accepted = WebSocketUpgrade.evaluate(head, policy: policy) else {
            Issue.record("refused")
            return
        }
    }

    struct Unexpected: Error {}
}
