import Testing

@testable import Gateway

@Suite("The PROXY protocol")
struct ProxyHeaderTests {
    private static func read(_ bytes: some Collection<UInt8>) -> ProxyHeader.Outcome {
        Array(bytes).withUnsafeBytes { ProxyHeader.read($0) }
    }

    static func binary(
        command: UInt8 = 0x21, family: UInt8 = 0x11, length: UInt16? = nil, _ body: [UInt8]
    ) -> [UInt8] {
        let length = length ?? UInt16(body.count)
        return [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
            + [command, family, UInt8(length >> 8), UInt8(length & 0xff)] + body
    }

    private static let v4: [UInt8] = [192, 0, 2, 7, 10, 0, 0, 1, 0x1f, 0x90, 0, 80]
    private static let v6: [UInt8] =
        [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7]
        + [UInt8](repeating: 0, count: 16) + [0x1f, 0x90, 0, 80]

    /// Nil: the peer speaks for itself.
    static let headers: [(what: String, bytes: [UInt8], address: String?)] = [
        ("TCP4", Array("PROXY TCP4 192.0.2.7 10.0.0.1 8080 80\r\n".utf8), "192.0.2.7"),
        ("TCP6", Array("PROXY TCP6 2001:db8::7 ::1 8080 80\r\n".utf8), "2001:db8::7"),
        ("UNKNOWN", Array("PROXY UNKNOWN\r\n".utf8), nil),
        ("UNKNOWN with more", Array("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".utf8), nil),
        ("IPv4", binary(v4), "192.0.2.7"),
        ("IPv6", binary(family: 0x21, v6), "2001:db8::7"),
        ("IPv4 with more behind", binary(v4 + [4, 0, 1, 0]), "192.0.2.7"),
        ("the proxy itself", binary(command: 0x20, v4), nil),
        ("the proxy itself, without addresses", binary(command: 0x20, family: 0, []), nil),
        ("an unknown family", binary(family: 0x00, []), nil),
        ("a Unix socket", binary(family: 0x31, [UInt8](repeating: 0, count: 216)), nil),
    ]

    @Test("A header names the client, and ends where it says", arguments: headers)
    func isRead(what: String, bytes: [UInt8], address: String?) {
        let expected = ProxyHeader.Outcome.header(
            address: address.flatMap { IPAddress($0) }, bytes: bytes.count)
        #expect(Self.read(bytes) == expected)
        #expect(Self.read(bytes + Array("GET / HTTP/1.1\r\n".utf8)) == expected)
        // However it is cut.
        for count in 0..<bytes.count { #expect(Self.read(bytes[..<count]) == .needsMore) }
    }

    static let malformed: [(what: String, bytes: [UInt8])] = [
        ("a request", Array("GET / HTTP/1.1\r\n".utf8)), ("a P", Array("POST /".utf8)),
        ("TLS", [0x16, 0x03, 0x01]), ("a zero", [0]),
        ("another word", Array("PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n".utf8)),
        ("no word", Array("PROXY \r\n".utf8)), ("nothing", Array("PROXY TCP4\r\n".utf8)),
        ("an address that is none", Array("PROXY TCP4 192.0.2 10.0.0.1 1 2\r\n".utf8)),
        ("IPv6 called TCP4", Array("PROXY TCP4 ::1 ::2 1 2\r\n".utf8)),
        ("IPv4 called TCP6", Array("PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n".utf8)),
        ("a port too high", Array("PROXY TCP4 192.0.2.7 10.0.0.1 65536 2\r\n".utf8)),
        ("a port too few", Array("PROXY TCP4 192.0.2.7 10.0.0.1 1\r\n".utf8)),
        ("two blanks", Array("PROXY TCP4  192.0.2.7 10.0.0.1 1 2\r\n".utf8)),
        ("only LF", Array("PROXY TCP4 192.0.2.7 10.0.0.1 1 2\n".utf8)),
        ("no ASCII", Array("PROXY UNKNOWN ä\r\n".utf8)),
        ("a line without end", Array("PROXY UNKNOWN ".utf8) + [UInt8](repeating: 0x20, count: 200)),
        ("version 1 in binary", binary(command: 0x11, v4)),
        ("version 3", binary(command: 0x31, v4)),
        ("an unknown command", binary(command: 0x22, v4)),
        ("too short for its addresses", binary([1, 2, 3])),
        ("too short for IPv6", binary(family: 0x21, v4)),
        ("too long", binary(length: 60_000, v4)), ("an unknown family", binary(family: 0x41, v4)),
        ("an unknown transport", binary(family: 0x13, v4)),
    ]

    @Test("Anything else is none, at once", arguments: malformed)
    func isRefused(what: String, bytes: [UInt8]) { #expect(Self.read(bytes) == .malformed) }

    @Test("Whatever comes, it is decided within a bound, and nothing traps")
    func bounded() {
        var random = SplitMix(seed: 7)
        for (_, header, _) in Self.headers {
            for _ in 0..<2000 {
                var bytes = header + [UInt8](repeating: 0x20, count: 2100)
                for _ in 0..<Int(random.next() % 4) {
                    bytes[Int(random.next() % UInt64(header.count))] = UInt8(random.next() & 0xff)
                }
                #expect(Self.read(bytes) != .needsMore)
                _ = Self.read(bytes.prefix(Int(random.next() % 40)))
            }
        }
    }

    private struct SplitMix {
        var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
