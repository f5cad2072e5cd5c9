import Foundation
import NIOCore

/// Finds the addresses that a receiver's URL stands for, and keeps those that it may stand for.
struct AddressBook: Sendable {
    /// Whether the operator has named a network that the address is in.
    let isNamed: @Sendable (SocketAddress) -> Bool
    /// Asks the system; blocks as long as that takes.
    var resolve: @Sendable (_ host: String, _ port: Int) -> [SocketAddress] = Self.ask

    /// More than that are not tried in one attempt.
    private static let addressesMax = 4

    /// - Returns: what may be connected to. An address in the URL is one that the operator has named.
    func addresses(
        of url: WebhookURL, on loop: any EventLoop
    ) -> EventLoopFuture<Result<[SocketAddress], AttemptFault>> {
        if let address = url.address { return loop.makeSucceededFuture(.success([address])) }
        let promise = loop.makePromise(of: Result<[SocketAddress], AttemptFault>.self)
        // On a thread of its own: the system may take its time, and nobody else is to wait for that. The
        // attempt goes on until it is back, so that there are never more threads than attempts.
        let thread = Thread { promise.succeed(choose(of: resolve(url.host, url.port), for: url)) }
        thread.name = "gavel-resolve"
        thread.start()
        return promise.futureResult
    }

    private func choose(
        of all: [SocketAddress], for url: WebhookURL
    ) -> Result<[SocketAddress], AttemptFault> {
        guard !all.isEmpty else {
            return .failure(AttemptFault(.address, "the name has no address"))
        }
        let isLocalhost = url.host.lowercased() == "localhost"
        let allowed = all.filter { address in
            let reach = Reach(address)
            return isLocalhost ? reach == .thisMachine : reach == .internet || isNamed(address)
        }
        guard !allowed.isEmpty else {
            return .failure(
                AttemptFault(
                    .address,
                    "the name leads into a network that is not the internet: name it in "
                        + "webhook-networks"))
        }
        return .success(Array(allowed.prefix(Self.addressesMax)))
    }

    @Sendable
    private static func ask(host: String, port: Int) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            // The family says which structure lies there.
            switch (entry.ai_family, entry.ai_addr) {
            case (AF_INET, let address?):
                address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    addresses.append(SocketAddress($0.pointee))
                }
            case (AF_INET6, let address?):
                address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    addresses.append(SocketAddress($0.pointee))
                }
            default: break
            }
        }
        return addresses
    }
}
