import Foundation

/// Where a load's connections go, looked up once.
public struct PollAddress: Sendable {
    /// How many addresses of this machine connections to itself come from: each has its own 28,000
    /// ports.
    static let sources: UInt32 = 20

    let storage: sockaddr_storage
    let length: socklen_t
    public let host: String
    public let port: UInt16

    /// - Parameter host: a name or an address.
    public init(host: String, port: UInt16) throws(BenchError) {
        self.host = host
        self.port = port
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let fault = getaddrinfo(host, "\(port)", &hints, &found)
        guard fault == 0, let first = found else {
            throw .unreachable("\(host): \(String(cString: gai_strerror(fault))).")
        }
        defer { freeaddrinfo(found) }
        var storage = sockaddr_storage()
        let length = first.pointee.ai_addrlen
        withUnsafeMutableBytes(of: &storage) { bytes in
            bytes.copyMemory(
                from: UnsafeRawBufferPointer(start: first.pointee.ai_addr, count: Int(length)))
        }
        self.storage = storage
        self.length = length
    }

    var family: Int32 { Int32(storage.ss_family) }

    /// Whether it is 127.0.0.0/8.
    public var isLoopback: Bool {
        guard family == AF_INET else { return false }
        return withUnsafeBytes(of: storage) { bytes in
            UInt32(bigEndian: bytes.load(as: sockaddr_in.self).sin_addr.s_addr) >> 24 == 127
        }
    }

    /// Calls the body with the address as the system wants it.
    func withPointer<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Binds a socket to one of 127.0.0.1 … 127.0.0.20, and leaves the port to `connect`.
    static func bind(_ descriptor: Int32, toSource number: UInt32) -> Bool {
        var on: Int32 = 1
        // IP_BIND_ADDRESS_NO_PORT: the port has to be free for this destination only.
        setsockopt(descriptor, Int32(IPPROTO_IP), 24, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = (0x7f00_0001 + number % sources).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
