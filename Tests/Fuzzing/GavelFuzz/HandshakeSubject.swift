import NIOCore
import NIOHTTP1
import WireProtocol

@testable import Gateway

/// Lines: the first one is the request's target, each other one a header, by the number of its name
/// and its value.
enum HandshakeSubject {
    private static let names = [
        "Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version",
        "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Origin", "Content-Length",
        "Transfer-Encoding", "Expect",
    ]
    private static let policy = WebSocketUpgradePolicy(
        allowedOrigins: ["https://gavel.example"], compresses: true)

    static func run(_ input: [UInt8]) {
        let lines = String(decoding: input, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let target = String(lines.first ?? "")
        // A good request, of which the lines change something.
        var headers = HTTPHeaders([
            ("Host", "gavel.example"), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), ("Sec-WebSocket-Version", "13"),
        ])
        var changed: Set<String> = []
        for line in lines.dropFirst() {
            guard let number = line.unicodeScalars.first?.value else { continue }
            let name = names[Int(number) % names.count]
            if changed.insert(name).inserted { headers.remove(name: name) }
            headers.add(name: name, value: String(line.dropFirst()))
        }
        checkUpgrade(headers, target: target)
        checkExtensions(headers["Sec-WebSocket-Extensions"])
        checkTarget(target)
        checkCollecting(headers, target: target)
    }

    private static func checkUpgrade(_ headers: HTTPHeaders, target: String) {
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: target, headers: headers)
        let outcome = WebSocketUpgrade.evaluate(head, policy: policy)
        demand(outcome == WebSocketUpgrade.evaluate(head, policy: policy), "the verdict changes")
        switch outcome {
        case .accepted(let acceptance):
            demand(
                headers["Origin"].allSatisfy { $0 == "https://gavel.example" },
                "a page from elsewhere gets in")
            demand(headers["Sec-WebSocket-Version"] == ["13"], "another version gets in")
            demand(headers["Sec-WebSocket-Key"].count == 1, "two keys get in")
            demand(
                acceptance.headers.allSatisfy { field in
                    field.value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
                }, "the answer's headers are no headers")
        case .refused(let refusal):
            demand((400..<500).contains(refusal.status.code), "a refusal is no client's error")
        }
    }

    private static func checkExtensions(_ lines: [String]) {
        guard let offers = ExtensionOffer.parse(lines) else { return }
        let written = offers.map { offer in
            offer.parameters.reduce(into: offer.name) { text, parameter in
                text += "; \(parameter.name)" + (parameter.value.map { "=\"\($0)\"" } ?? "")
            }
        }.joined(separator: ", ")
        demand(ExtensionOffer.parse([written]) == offers, "offers are read in two ways")
        guard let agreement = DeflateAgreement.accept(offers) else { return }
        demand(DeflateAgreement.windowBits.contains(agreement.serverWindowBits), "no such window")
        demand(
            ExtensionOffer.parse([agreement.header])
                .map { DeflateAgreement.accept($0) == agreement } ?? false,
            "our own answer would not be accepted")
    }

    private static func checkTarget(_ text: String) {
        guard let target = RequestTarget(text) else { return }
        let path = target.path.map(escape).joined(separator: "/")
        let query = target.query.map { escape($0.name) + "=" + escape($0.value) }
        let written = "/" + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        demand(RequestTarget(written) == target, "a target is read in two ways")
    }

    private static func escape(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }

    private static func checkCollecting(_ headers: HTTPHeaders, target: String) {
        var collector = RequestCollector(limits: GatewayLimits(), isLocal: false)
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: target, headers: headers)
        _ = collector.receive(head: head) { _ in 100 }
        if collector.isCollecting {
            demand(HeadCheck.failure(in: head) == nil, "a bad head is collected")
            demand(RequestTarget(target) != nil, "a bad target is collected")
        }
        _ = collector.receive(body: ByteBuffer(repeating: 0, count: 60))
        _ = collector.receive(body: ByteBuffer(repeating: 0, count: 41))
        demand(!collector.isCollecting, "more is collected than may be")
        _ = collector.receiveEnd()
        demand(!collector.isAnswering, "more is answered than may be")
    }
}
