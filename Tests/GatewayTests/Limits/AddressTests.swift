import NIOCore
import Testing

@testable import Gateway

@Suite("Addresses, networks, and what proxies say")
struct AddressTests {
    private static func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text), "\(text)")
    }

    private static func networks(_ texts: String...) throws -> [Network] {
        try texts.map { try Network($0) }
    }

    @Test("An IPv4 address is the same in its IPv6 form")
    func mapped() throws {
        let plain = try Self.address("192.0.2.1")
        #expect(try Self.address("::ffff:192.0.2.1") == plain)
        #expect(try Self.address("::ffff:c000:201") == plain)
        #expect(plain.description == "192.0.2.1")
        #expect(IPAddress(try SocketAddress(ipAddress: "::ffff:192.0.2.1", port: 80)) == plain)
        #expect(IPAddress(try SocketAddress(unixDomainSocketPath: "/x")) == nil)
        #expect(try Self.address("2001:db8::1").description == "2001:db8::1")
    }

    @Test(
        "What is no address is none",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", "1.2.3.4:80", "a.b.c.d",
            ":::", "::g", "[::1]", "fe80::1%eth0", "1.2.3.4\u{0}", "localhost",
            String(repeating: "1", count: 100),
        ])
    func noAddresses(text: String) { #expect(IPAddress(text) == nil) }

    @Test("IPv6 is counted by its network of 64 bits, IPv4 by the address")
    func keys() throws {
        func key(_ text: String) throws -> AddressKey { AddressKey(try Self.address(text)) }
        #expect(try key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(try key("2001:db8:1:2::1") != key("2001:db8:1:3::1"))
        #expect(try key("192.0.2.1") != key("192.0.2.2"))
        #expect(try key("192.0.2.1") == key("::ffff:192.0.2.1"))
    }

    static let contained: [(network: String, address: String, isIn: Bool)] = [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
        ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1/32", "192.0.2.1", true),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("::/0", "2001:db8::1", true), ("::/0", "203.0.113.9", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("::1", "::1", true), ("::1/128", "::2", false),
        ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("2001:db8::/33", "2001:db8:8000::", false),
    ]

    @Test("A network holds what has its first bits", arguments: contained)
    func contains(network: String, address: String, isIn: Bool) throws {
        #expect(try Network(network).contains(try Self.address(address)) == isIn)
    }

    @Test("Loopback is exempt by default, and nothing else")
    func loopback() throws {
        for text in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
            #expect(Network.loopback.contains(try Self.address(text)), "\(text)")
        }
        for text in ["126.0.0.1", "128.0.0.1", "::2", "10.0.0.1"] {
            #expect(!Network.loopback.contains(try Self.address(text)), "\(text)")
        }
        for network in Network.loopback { #expect(try Network(network.description) == network) }
    }

    @Test(
        "What is no network says what to write",
        arguments: [
            ("", "is no network"), ("10.0.0.0/", "from 0 to 32"), ("10.0.0.0/33", "from 0 to 32"),
            ("10.0.0.0/-1", "from 0 to 32"), ("::/129", "from 0 to 128"), ("10/8", "is no network"),
            ("10.0.0.0/8/8", "is no network"), ("10.0.0.1/8", "write 10.0.0.0/8"),
            ("2001:db8::1/32", "write 2001:db8::/32"), ("10.0.0.0/+8", "from 0 to 32"),
            ("10.0.0.0/99999999999999999999", "from 0 to 32"), ("localhost", "is no network"),
        ])
    func noNetworks(text: String, complaint: String) {
        do throws(NetworkFault) {
            let network = try Network(text)
            Issue.record("\(network)")
        } catch {
            #expect(error.description.contains(complaint), "\(error)")
        }
    }

    // MARK: - X-Forwarded-For

    /// The peer is 10.0.0.1, which is trusted, as are all of 10.0.0.0/8 and 2001:db8::/32.
    static let forwarded: [(values: [String], client: String?)] = [
        ([], "10.0.0.1"),
        (["203.0.113.9"], "203.0.113.9"),
        (["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        (["1.1.1.1,203.0.113.9 ,\t10.0.0.7, 10.0.0.8"], "203.0.113.9"),
        (["1.1.1.1", "203.0.113.9", "10.0.0.7"], "203.0.113.9"),
        (["10.0.0.9, 10.0.0.8"], "10.0.0.9"),
        (["nonsense, 203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9:5000"], "203.0.113.9"),
        (["[2001:db9::1]:5000"], "2001:db9::1"), (["[2001:db9::1]"], "2001:db9::1"),
        (["2001:db9::1, 2001:db8::7"], "2001:db9::1"),
        (["127.0.0.1"], "127.0.0.1"),
        (["203.0.113.9, nonsense"], nil), ([""], nil), ([","], nil), (["203.0.113.9,"], nil),
        (["unknown"], nil), (["_hidden"], nil), (["203.0.113.9:"], nil),
        (["203.0.113.9:123456"], nil), (["[::1"], nil), (["[::1]x"], nil), (["::1]:80"], nil),
        (["203.0.113.9;10.0.0.7"], nil),
    ]

    @Test("The rightmost address that is no trusted proxy's is the client's", arguments: forwarded)
    func forwardedFor(values: [String], client: String?) throws {
        let trusted = try Self.networks("10.0.0.0/8", "2001:db8::/32")
        let found = try? ForwardedFor.client(
            of: try Self.address("10.0.0.1"), values: values, trusted: trusted)
        #expect(found?.description == client)
    }

    @Test("Nobody who is not trusted is believed")
    func notTrusted() throws {
        let peer = try Self.address("203.0.113.1")
        for trusted in [[], try Self.networks("10.0.0.0/8")] {
            #expect(
                try ForwardedFor.client(of: peer, values: ["127.0.0.1"], trusted: trusted) == peer)
        }
    }
}
