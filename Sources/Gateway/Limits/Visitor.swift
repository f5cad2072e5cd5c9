import NIOCore
import NIOHTTP1

/// Who is at the other end of a connection, as far as the limits care. Belongs to the connection's
/// event loop.
///
/// A trusted proxy's connection is many clients', one request each: there every request is counted
/// by the address that the proxy names for it.
final class Visitor {
    private let gatekeeper: Gatekeeper
    /// Who opened the connection; nil for a Unix domain socket, which knows no limits.
    private let peer: IPAddress?
    private let isProxy: Bool
    private var rate: MessageRate
    /// Why the connection may not become a WebSocket.
    private var upgradeRefusal: RateRefusal?
    /// Whose it is, when it has become a WebSocket through a proxy.
    private var key: AddressKey?

    init(_ peer: IPAddress?, gatekeeper: Gatekeeper) {
        self.peer = peer
        self.gatekeeper = gatekeeper
        isProxy = peer.map { gatekeeper.addresses.trustedProxies.contains($0) } ?? false
        rate = MessageRate(of: "requests", limits: gatekeeper.limits)
    }

    /// Whether its address, or the one that a proxy's header names for it, is this machine's own.
    var isFromHere: Bool { peer.map { Network.loopback.contains($0) } ?? false }

    /// The answer to a request that is one too many; nil when it is to be answered as usual.
    func refusal(of head: HTTPRequestHead) -> HTTPResponse? {
        if let refusal = upgradeRefusal {
            upgradeRefusal = nil
            return response(to: refusal, closing: true)
        }
        guard let peer else { return nil }
        if isProxy {
            guard let refusal = gatekeeper.admitRequest(from: client(of: peer, head)) else {
                return nil
            }
            gatekeeper.statistics.reached(.requests)
            return response(to: refusal, closing: false)
        }
        let now = gatekeeper.clock.now()
        guard case .refuse(let refusal) = rate.receive(at: now) else { return nil }
        gatekeeper.statistics.reached(.requests)
        let keepsOn = rate.noteRefusal(at: now)
        if keepsOn { gatekeeper.statistics.reached(.refusals) }
        return response(to: refusal, closing: keepsOn)
    }

    /// The connection is about to become a WebSocket, in which its client stays alone.
    ///
    /// - Returns: false when the client has too many; the request is to be answered with
    ///   ``refusal(of:)``.
    func mayUpgrade(_ head: HTTPRequestHead) -> Bool {
        guard isProxy, let peer else { return true }
        switch gatekeeper.admit(client(of: peer, head), countsForNode: false) {
        case .enter(let key):
            self.key = key
            return true
        case .refuse(let refusal, _):
            upgradeRefusal = refusal
            return false
        }
    }

    /// Whether ``leave()`` is to be called when the connection ends.
    var isCounted: Bool { key != nil }

    /// The connection has ended.
    func leave() {
        if let key { gatekeeper.leave(key) }
        key = nil
    }

    private func client(of peer: IPAddress, _ head: HTTPRequestHead) -> IPAddress {
        do {
            return try ForwardedFor.client(
                of: peer, values: head.headers["X-Forwarded-For"],
                trusted: gatekeeper.addresses.trustedProxies)
        } catch {
            gatekeeper.statistics.reached(.forwardedFor)
            return peer
        }
    }

    private func response(to refusal: RateRefusal, closing: Bool) -> HTTPResponse {
        var response = refusal.response()
        response.closesConnection = closing
        return response
    }
}

@available(*, unavailable)
extension Visitor: Sendable {}
