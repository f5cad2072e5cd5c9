import AuctionRules
import NIOCore
import WireProtocol

/// Encodes one second's heartbeats: most connections watch the same lots and get the same bytes.
struct HeartbeatEncoder {
    private let now: Instant
    private var frames: [[AuctionID: Int64]: ByteBuffer] = [:]

    init(now: Instant) { self.now = now }

    mutating func frame(for heads: [AuctionID: Int64]) -> ByteBuffer {
        if let frame = frames[heads] { return frame }
        let list = heads.sorted { $0.key < $1.key }.map {
            ServerMessage.Heartbeat.Head(auction: $0.key, seq: $0.value)
        }
        let frame = Frames.encode(.heartbeat(.init(serverTime: now, heads: list)))
        frames[heads] = frame
        return frame
    }
}
