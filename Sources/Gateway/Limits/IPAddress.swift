import NIOCore

/// An IP address. An IPv4 address and the IPv6 address that stands for it (`::ffff:192.0.2.1`) are
/// the same: a listener on `::` sees the one as the other.
public struct IPAddress: Hashable, Sendable {
    /// All 128 bits, the first byte highest; of an IPv4 address in its IPv6 form.
    let bits: UInt128

    /// Above the 32 bits of an IPv4 address.
    private static let mappedPrefix: UInt128 = 0xffff << 32

    init(bits: UInt128) { self.bits = bits }

    /// Four bytes or sixteen; nil for any other number.
    init?(bytes: some Collection<UInt8>) {
        let number = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        switch bytes.count {
        case 4: bits = Self.mappedPrefix | number
        case 16: bits = number
        default: return nil
        }
    }

    /// As people write it: `192.0.2.1`, `2001:db8::1`. No zones, no ports, no brackets.
    init?(_ text: some StringProtocol) {
        // The longest is an IPv6 address that ends as IPv4. A zone would be read over.
        guard text.utf8.count <= 45, !text.utf8.contains(where: { $0 == 0 || $0 == 0x25 }),
            let address = try? SocketAddress(ipAddress: String(text), port: 0)
        else { return nil }
        self.init(address)
    }

    /// Nil for what is no IP address, like a Unix domain socket's.
    init?(_ address: SocketAddress?) {
        switch address {
        // The family, the port, and in IPv6 the flow come before it, on every system.
        case .v4(let address):
            self.init(bytes: withUnsafeBytes(of: address.address) { Array($0[4..<8]) })
        case .v6(let address):
            self.init(bytes: withUnsafeBytes(of: address.address) { Array($0[8..<24]) })
        case .unixDomainSocket, nil: return nil
        }
    }

    var isIPv4: Bool { bits >> 32 == Self.mappedPrefix >> 32 }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        let number = bits
        if isIPv4 {
            return (0..<4).reversed().map { "\(UInt8(truncatingIfNeeded: number >> ($0 * 8)))" }
                .joined(separator: ".")
        }
        let bytes = (0..<16).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        let address = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0)
        return address?.ipAddress ?? "::"
    }
}

/// What the limits for an address count by: an IPv4 address, or the IPv6 network of 64 bits that
/// every household gets, with more addresses than there are counters.
struct AddressKey: Hashable, Sendable {
    private let bits: UInt128

    init(_ address: IPAddress) {
        bits = address.isIPv4 ? address.bits : address.bits & ~UInt128(UInt64.max)
    }
}
