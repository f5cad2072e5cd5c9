import AuctionRules
import NIOCore
import WireProtocol

/// Encodes the heartbeats of one moment: most connections watch the same and get the same bytes.
struct HeartbeatEncoder {
    private struct Key: Hashable {
        let topics: Set<ObjectIdentifier>
        let since: Int
    }

    private let now: Instant
    private let deflater: Deflater
    private var beats: [Key: SharedMessage] = [:]

    init(now: Instant, deflater: Deflater) {
        self.now = now
        self.deflater = deflater
    }

    /// - Parameter tick: of the connection's last heartbeat: what has changed since is in this one.
    mutating func frame(for topics: [Topic], since tick: Int, in form: WireForm) -> ByteBuffer {
        let key = Key(topics: Set(topics.map { ObjectIdentifier($0) }), since: tick)
        if let beat = beats[key] { return beat.frame(in: form, with: deflater) }
        var heads: [AuctionID: Int64] = [:]
        for topic in topics { topic.collect(since: tick, into: &heads) }
        let list = heads.sorted { $0.key < $1.key }.map {
            ServerMessage.Heartbeat.Head(auction: $0.key, seq: $0.value)
        }
        let beat = SharedMessage(.heartbeat(.init(serverTime: now, heads: list)))
        beats[key] = beat
        return beat.frame(in: form, with: deflater)
    }
}
