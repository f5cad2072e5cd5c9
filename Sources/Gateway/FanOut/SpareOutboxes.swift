import NIOCore

/// Outboxes of an event loop's connections that are empty again: each is wanted for a moment only, and to have
/// its memory and to give it back every time costs more than what is written there.
final class SpareOutboxes {
    /// What an outbox has room for at first: a bidder with many bids under way gets answers to several
    /// of them at once.
    static let bytes = 4096
    /// As many connections may be written to in one turn without others' memory; half a megabyte at most.
    private static let countMax = 64

    private var spare: [ByteBuffer] = []

    func take() -> ByteBuffer? { spare.popLast() }

    /// Takes one back, unless it has another size: then it is a message that others hold, too, or has grown.
    func keep(_ outbox: consuming ByteBuffer) {
        guard spare.count < Self.countMax, (Self.bytes...2 * Self.bytes).contains(outbox.capacity)
        else { return }
        outbox.clear()
        spare.append(outbox)
    }
}

@available(*, unavailable)
extension SpareOutboxes: Sendable {}
