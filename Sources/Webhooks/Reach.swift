import NIOCore

/// How far an address reaches. What a name stands for is not in the operator's hand: unless it is on the
/// internet, or in a network that he has named, nothing is sent there. Otherwise whoever controls the name
/// could have this server talk to what only it can reach.
enum Reach: Hashable, Sendable {
    case thisMachine
    /// A network of the house's own, the link, many receivers at once, or nobody.
    case special
    case internet

    init(_ address: SocketAddress) {
        switch address {
        case .v4(let address):
            // The family and the port come before it.
            self.init(v4: withUnsafeBytes(of: address.address) { Array($0[4..<8]) })
        case .v6(let address):
            // The family, the port and the flow come before it.
            self.init(v6: withUnsafeBytes(of: address.address) { Array($0[8..<24]) })
        case .unixDomainSocket: self = .special
        }
    }

    private init(v4 bytes: [UInt8]) {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (127, _, _): self = .thisMachine
        case (0, _, _), (10, _, _), (100, 64...127, _), (169, 254, _), (172, 16...31, _),
            (192, 0, 0), (192, 0, 2), (192, 168, _), (198, 18...19, _), (198, 51, 100),
            (203, 0, 113), (224..., _, _):
            self = .special
        default: self = .internet
        }
    }

    private init(v6 bytes: [UInt8]) {
        let isZero = bytes.prefix(15).allSatisfy { $0 == 0 }
        switch (bytes[0], bytes[1]) {
        case _ where isZero && bytes[15] == 1: self = .thisMachine
        // An IPv4 address in other clothes: mapped, translated (64:ff9b::/96), or 6to4's.
        case (0, 0) where bytes[..<10].allSatisfy({ $0 == 0 }) && bytes[10...11] == [255, 255]:
            self.init(v4: Array(bytes[12...]))
        case (0, 0x64) where bytes[2...11] == [0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]:
            self.init(v4: Array(bytes[12...]))
        case (0x20, 0x02): self.init(v4: Array(bytes[2...5]))
        // What is in use of the internet; Teredo, tests and documentation lie in it, too.
        case (0x20, 0x01) where bytes[2] < 2 || bytes[2...3] == [0x0d, 0xb8]: self = .special
        case (0x20...0x3f, _): self = .internet
        default: self = .special
        }
    }
}
