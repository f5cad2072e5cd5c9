import AuctionRules
import Foundation
import Ledger
import NIOSSL
import TestAuthority
import Testing

@testable import Webhooks

/// Receivers that do what they should not. Each is sent an event that says nothing, and then a real one:
/// the attempt ends, and the service goes on.
struct ConductTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let conduct: Receiver.Conduct
        /// Nil: it counts as delivered.
        let kind: AttemptFault.Kind?
        var retryAfter: Milliseconds?
    }

    static let cases: [Case] = [
        Case(testDescription: "204", conduct: .say("HTTP/1.1 204 X\r\n\r\n"), kind: nil),
        Case(
            testDescription: "200 until the end of the connection",
            conduct: .say("HTTP/1.1 200 X\r\n\r\nthanks"), kind: nil),
        Case(
            testDescription: "100, and then 200",
            conduct: .say(
                "HTTP/1.1 100 X\r\n\r\nHTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok"), kind: nil),
        Case(
            testDescription: "200, and a body without end",
            conduct: .babble(
                head: "HTTP/1.1 200 X\r\n\r\n", String(repeating: "x", count: 10_000)), kind: nil),
        Case(
            testDescription: "500, and a body without end",
            conduct: .babble(
                head: "HTTP/1.1 500 X\r\n\r\n", String(repeating: "x", count: 10_000)),
            kind: .status),
        Case(
            testDescription: "200, and then cut",
            conduct: .say("HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nhalf"), kind: .cut),
        Case(
            testDescription: "chunks, and then cut",
            conduct: .say("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal"),
            kind: .cut),
        Case(testDescription: "closed without a word", conduct: .say(""), kind: .cut),
        Case(
            testDescription: "half a head", conduct: .say("HTTP/1.1 200 X\r\nContent-"), kind: .cut),
        Case(
            testDescription: "no HTTP", conduct: .say("220 mail.example ESMTP\r\n"),
            kind: .malformed),
        Case(
            testDescription: "headers without end",
            conduct: .babble(head: "HTTP/1.1 200 X\r\n", "X-Header: 0123456789\r\n"),
            kind: .malformed),
        Case(
            testDescription: "one header without end",
            conduct: .babble(
                head: "HTTP/1.1 200 X\r\nX-Header: ", String(repeating: "x", count: 1000)),
            kind: .malformed),
        Case(
            testDescription: "100 without end",
            conduct: .babble(head: "", "HTTP/1.1 100 X\r\n\r\n"), kind: .malformed),
        Case(
            testDescription: "a redirect",
            conduct: .status(302, "Location: http://127.0.0.1:1/\r\n"), kind: .status),
        Case(
            testDescription: "308 to another machine",
            conduct: .status(308, "Location: https://10.0.0.1/\r\n"), kind: .status),
        Case(testDescription: "404", conduct: .status(404), kind: .status),
        Case(testDescription: "410", conduct: .status(410), kind: .gone),
        Case(
            testDescription: "429", conduct: .status(429, "Retry-After: 120\r\n"), kind: .status,
            retryAfter: 120_000),
        Case(
            testDescription: "503 with a date",
            conduct: .status(503, "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"), kind: .status),
        Case(
            testDescription: "503 for ages",
            conduct: .status(503, "Retry-After: 99999999999999999999\r\n"), kind: .status),
        Case(
            testDescription: "600", conduct: .say("HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n"),
            kind: .status),
    ]

    @Test("Whatever a receiver says, the attempt ends and tells what it was", arguments: cases)
    func conduct(of what: Case) async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start { _, _ in what.conduct }
        let office = try await Office.open(folder, ["o": "http://127.0.0.1:\(receiver.port)/"])
        let result = try #require(try await office.sender.test("o")).result
        switch result {
        case .delivered: #expect(what.kind == nil)
        case .failed(let fault):
            #expect(fault.kind == what.kind, "\(fault)")
            #expect(fault.retryAfter == what.retryAfter)
        }
        // The others go on.
        try await office.lot("vase")
        await office.close()
        try await receiver.stop()
    }

    @Test("A receiver that hangs, or speaks byte by byte, has its time and no more")
    func timeouts() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let receiver = try await Receiver.start { _, _ in .hang }
        let office = try await Office.open(
            folder, ["o": "http://127.0.0.1:\(receiver.port)/"]
        ) { $0.limits.timeoutSeconds = 1 }
        guard case .failed(let fault)? = try await office.sender.test("o")?.result else {
            return await office.close()
        }
        #expect(fault.kind == .timeout)
        await office.close()
        try await receiver.stop()
    }

    @Test("Where nobody listens nothing is delivered")
    func nobody() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // A port that takes privileges, and not one that has just become free, which another test's
        // receiver may be given.
        let office = try await Office.open(folder, ["o": "http://127.0.0.1:1/"])
        guard case .failed(let fault)? = try await office.sender.test("o")?.result else {
            Issue.record("delivered to nobody")
            return await office.close()
        }
        #expect(fault.kind == .connection)
        await office.close()
    }

    @Test("Only a receiver for whom the right authority vouches is told anything")
    func tls() async throws {
        let folder = try Office.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let authority = try TestAuthority()
        let other = try TestAuthority("Another authority")
        func context(_ authority: TestAuthority, _ host: String) throws -> NIOSSLContext {
            let (certificate, key) = try authority.issue([host]).write(into: folder)
            return try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: try NIOSSLCertificate.fromPEMFile(certificate)
                        .map { .certificate($0) },
                    privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))))
        }
        let trusted = folder.appendingPathComponent("ca.pem")
        try authority.pem.write(to: trusted, atomically: true, encoding: .utf8)
        let cases: [(TestAuthority, String, Bool)] = [
            (authority, "127.0.0.1", true), (other, "127.0.0.1", false),
            (authority, "127.0.0.2", false),
        ]
        for (issuer, host, isTrusted) in cases {
            let receiver = try await Receiver.start(tls: try context(issuer, host))
            let office = try await Office.open(
                folder, ["o": "https://127.0.0.1:\(receiver.port)/"]
            ) { $0.authorities = trusted.path }
            switch try await office.sender.test("o")?.result {
            case .delivered: #expect(isTrusted)
            case .failed(let fault):
                #expect(!isTrusted, "\(fault)")
                #expect(fault.kind == .connection)
            case nil: Issue.record("no endpoint")
            }
            #expect(receiver.deliveries.count == (isTrusted ? 1 : 0))
            await office.close()
            try await receiver.stop()
        }
        await #expect(throws: WebhookFault.self) {
            try await Office.open(folder, ["o": "https://127.0.0.1/"]) {
                $0.authorities = folder.path
            }
        }
    }
}
