import AuctionRules
import NIOCore
import WireProtocol

/// Messages as whole Server-Sent Events, each in a chunk of an HTTP/1.1 body, so that the same bytes
/// can be written to every connection.
enum EventChunk {
    /// The last chunk: the body ends in order.
    static let last = ByteBuffer(string: "0\r\n\r\n")

    /// The event is named by the message's type, and its data is the very object that a WebSocket
    /// would carry.
    ///
    /// - Parameter log: the log that the seqs of changes count in.
    static func encode(_ frame: ServerFrame, log: String) -> ByteBuffer {
        var event = "event: \(frame.message.type)\n"
        if let point = frame.message.eventPoint(log: log) { event += "id: \(point)\n" }
        if let wait = frame.message.reconnectionWait { event += "retry: \(wait)\n" }
        return chunk(event, data: frame.encoded())
    }

    /// What only administrators are told. It has no id: such a stream begins anew.
    static func encode(_ message: ConsoleMessage) -> ByteBuffer {
        chunk("event: \(message.type)\n", data: message.encoded())
    }

    /// - Parameters:
    ///   - fields: the event's lines before its data.
    ///   - data: a JSON text of ours: it has no line break, as those in strings are escaped.
    private static func chunk(_ fields: String, data: [UInt8]) -> ByteBuffer {
        let event = fields + "data: "
        let size = event.utf8.count + data.count + 2
        var chunk = ByteBuffer()
        chunk.reserveCapacity(size + 12)
        chunk.writeString(String(size, radix: 16))
        chunk.writeString("\r\n")
        chunk.writeString(event)
        chunk.writeBytes(data)
        chunk.writeString("\n\n\r\n")
        return chunk
    }

    /// What is in a chunk, for a body that is not in chunks.
    static func content(of chunk: ByteBuffer) -> ByteBuffer {
        guard let head = chunk.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            return ByteBuffer()
        }
        let start = head + 1
        return chunk.getSlice(at: start, length: chunk.writerIndex - 2 - start) ?? ByteBuffer()
    }
}

/// Where a stream of events can be taken up again: as `SEQ-LOG`, because a seq alone says nothing in
/// another log, as a restored database has one.
struct EventPoint: Hashable, Sendable, CustomStringConvertible {
    let seq: Int64
    /// Nil: whichever is the server's.
    let log: String?

    init(seq: Int64, log: String?) {
        self.seq = seq
        self.log = log
    }

    /// Reads an event's `id`; a seq alone will do. Nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0].utf8.allSatisfy({ (48...57).contains($0) }), let seq = Int64(parts[0]) else {
            return nil
        }
        guard parts.count == 2 else {
            self.init(seq: seq, log: nil)
            return
        }
        guard !parts[1].isEmpty else { return nil }
        self.init(seq: seq, log: String(parts[1]))
    }

    var description: String { log.map { "\(seq)-\($0)" } ?? "\(seq)" }
}

extension ServerMessage {
    /// The point that the stream has come to with this message; nil when it has not moved. What is
    /// private, and mere words, have no seq of their own.
    fileprivate func eventPoint(log: String) -> EventPoint? {
        switch self {
        case .snapshot(let snapshot): EventPoint(seq: snapshot.lot.seq, log: snapshot.log)
        case .price(let price): EventPoint(seq: price.seq, log: log)
        case .status(let status): EventPoint(seq: status.seq, log: log)
        case .watching(let watched): watched.seq.map { EventPoint(seq: $0, log: log) }
        default: nil
        }
    }

    /// In how many milliseconds the client shall come back, so that not all come at once; nil: as
    /// it would anyway.
    fileprivate var reconnectionWait: Int64? {
        guard case .bye(let bye) = self, bye.reconnects, bye.wait > 0 || bye.jitter > 0 else {
            return nil
        }
        return bye.wait + Int64.random(in: 0...max(0, bye.jitter))
    }
}
