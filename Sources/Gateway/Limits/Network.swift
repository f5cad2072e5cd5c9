public import NIOCore

/// A range of addresses, as `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
public struct Network: Hashable, Sendable, CustomStringConvertible {
    private let address: IPAddress
    /// Of 128: an IPv4 network's is 96 more than it is written.
    private let prefixLength: Int

    public static let loopback: [Network] = [
        Network(address: IPAddress(bits: 0xffff_7f00_0000), prefixLength: 104),
        Network(address: IPAddress(bits: 1), prefixLength: 128),
    ]

    private init(address: IPAddress, prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }

    public init(_ text: String) throws(NetworkFault) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let address = IPAddress(parts[0]) else {
            throw NetworkFault(
                "\"\(text)\" is no network: write it like 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1")
        }
        let isIPv4 = address.isIPv4 && !parts[0].contains(":")
        let lengthMax = isIPv4 ? 32 : 128
        var length = lengthMax
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count),
                parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(parts[1]),
                number <= lengthMax
            else {
                throw NetworkFault(
                    "\"\(text)\": after the slash stands a number from 0 to \(lengthMax)")
            }
            length = number
        }
        self.address = address
        prefixLength = length + 128 - lengthMax
        // Who writes it so means either the one address or another network.
        guard address.bits & ~mask == 0 else {
            let network = IPAddress(bits: address.bits & mask)
            throw NetworkFault(
                "\"\(text)\" has bits set behind the first \(length): write \(network)/\(length), "
                    + "or \(parts[0]) for the one address")
        }
    }

    private var mask: UInt128 {
        prefixLength == 0 ? 0 : UInt128.max << UInt128(128 - prefixLength)
    }

    func contains(_ address: IPAddress) -> Bool { address.bits & mask == self.address.bits }

    /// Whether the address is in it; one that is no IP address is in none.
    public func contains(_ address: SocketAddress) -> Bool {
        IPAddress(address).map { contains($0) } ?? false
    }

    public var description: String {
        let isIPv4 = address.isIPv4 && prefixLength >= 96
        return isIPv4 ? "\(address)/\(prefixLength - 96)" : "\(address)/\(prefixLength)"
    }
}

/// Why a text names no network, in words that say what to write.
public struct NetworkFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

extension [Network] {
    func contains(_ address: IPAddress) -> Bool { contains { $0.contains(address) } }
}
