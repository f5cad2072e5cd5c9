import NIOCore
import NIOPosix
import Testing

@testable import Webhooks

/// Where anything may be sent.
struct ReachTests {
    @Test(
        "Addresses reach as far as the registries say",
        arguments: [
            (Reach.internet, "1.1.1.1 8.8.8.8 100.63.0.1 172.32.0.1 192.1.2.3 2606:4700::1111"),
            (.internet, "64:ff9b::101:101 2002:101:101:: ::ffff:1.1.1.1 2001:4860::8888"),
            (.thisMachine, "127.0.0.1 127.8.9.10 ::1 ::ffff:127.0.0.1"),
            (
                .special,
                "0.0.0.0 10.1.2.3 100.64.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.168.0.1"
            ),
            (.special, "192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.7 224.0.0.1"),
            (.special, "255.255.255.255 :: fe80::1 fc00::1 fd12::1 ff02::1 2001:db8::1 2001::1"),
            (.special, "::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::a00:1 2002:a00:1::"),
        ])
    func reach(reach: Reach, addresses: String) throws {
        for address in addresses.split(separator: " ") {
            let parsed = try SocketAddress(ipAddress: String(address), port: 1)
            #expect(Reach(parsed) == reach, "\(address)")
        }
    }

    private static func found(
        _ url: String, resolvingTo addresses: String, named: String? = nil
    ) async throws -> Result<[String], AttemptFault> {
        let book = AddressBook(
            isNamed: { $0.ipAddress == named },
            resolve: { _, port in
                addresses.split(separator: " ").compactMap {
                    try? SocketAddress(ipAddress: String($0), port: port)
                }
            })
        return try await book.addresses(
            of: try WebhookURL(url), on: MultiThreadedEventLoopGroup.singleton.next()
        ).get().map { $0.compactMap(\.ipAddress) }
    }

    @Test("A name leads to the internet, or to where the operator has said")
    func names() async throws {
        let office = "https://office.example/"
        #expect(try await Self.found(office, resolvingTo: "10.0.0.1 1.1.1.1").get() == ["1.1.1.1"])
        for trap in ["", "127.0.0.1", "10.0.0.1 169.254.169.254", "::1"] {
            let result = try await Self.found(office, resolvingTo: trap)
            guard case .failure(let fault) = result else {
                Issue.record("\(trap): \(result)")
                continue
            }
            #expect(fault.kind == .address)
        }
        #expect(
            try await Self.found(office, resolvingTo: "10.0.0.1 10.0.0.2", named: "10.0.0.2").get()
                == ["10.0.0.2"])
        #expect(
            try await Self.found("http://localhost:81", resolvingTo: "1.1.1.1 127.0.0.1").get()
                == ["127.0.0.1"])
        // An address in the URL is one that the operator has named.
        #expect(try await Self.found("https://10.9.8.7", resolvingTo: "").get() == ["10.9.8.7"])
        let many = (1...9).map { "1.1.1.\($0)" }.joined(separator: " ")
        #expect(try await Self.found(office, resolvingTo: many).get().count == 4)
    }

    @Test(
        "URLs are https, or this machine's",
        arguments: [
            ("https://office.example", "https://office.example", "/"),
            (
                "https://office.example:8443/a/b?key=x%2Cy", "https://office.example:8443",
                "/a/b?key=x%2Cy"
            ),
            ("http://127.0.0.1:81/x", "http://127.0.0.1:81", "/x"),
            ("http://[::1]:81/x", "http://[::1]:81", "/x"),
            ("HTTP://localhost/x", "http://localhost", "/x"),
            ("https://10.0.0.1/", "https://10.0.0.1", "/"),
        ])
    func urls(text: String, shown: String, target: String) throws {
        let url = try WebhookURL(text)
        #expect(url.description == shown)
        #expect(url.target == target)
        #expect(url.text == text)
    }

    @Test(
        "Other URLs are refused",
        arguments: [
            "", "office", "http://office.example/", "http://10.0.0.1/", "ftp://127.0.0.1/",
            "https://", "https://user:secret@office.example/", "https://office.example/#part",
            "https://office.example:0/", "https://office.example:70000/", "https://a b/",
            "http://127.0.0.1.example/", "https://office.example/ü x",
        ])
    func refused(text: String) {
        #expect(throws: WebhookFault.self) { try WebhookURL(text) }
    }

    @Test("An endpoint has a name")
    func endpoints() throws {
        #expect(try WebhookEndpoint("a=https://b.example/?x=y").name == "a")
        #expect(try WebhookEndpoint("a=https://b.example/?x=y").text == "a=https://b.example/?x=y")
        for text in ["https://b.example/", "=https://b.example", "a b=https://b.example", "a="] {
            #expect(throws: WebhookFault.self) { try WebhookEndpoint(text) }
        }
    }
}
