import Synchronization

/// One connection's place among those of its address, given back once, whoever notices first that the
/// connection has ended.
final class AddressStay: Sendable {
    private let key: AddressKey
    private let gatekeeper: Gatekeeper
    private let isOver = Atomic(false)

    init(of key: AddressKey, gatekeeper: Gatekeeper) {
        self.key = key
        self.gatekeeper = gatekeeper
    }

    func end() {
        if !isOver.exchange(true, ordering: .relaxed) { gatekeeper.leave(key) }
    }
}
