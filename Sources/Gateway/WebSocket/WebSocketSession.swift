import NIOCore
import WireProtocol

/// Reads one peer's frames, RFC 6455 sections 5 to 7, and says what to do about them.
///
/// Pure: it has no channel, loop or clock. Put bytes in with ``receive(_:)``, then call
/// ``nextAction(at:)`` until it answers `.needMoreData`; and once more at the ``deadline``, if
/// nothing comes until then.
///
/// Guarantees
/// - every rule of the RFC is checked at the first byte that breaks it, and the outcome does not
///   depend on how the bytes were cut on their way; a compressed message is judged when it is
///   whole, as one inflater serves many sessions;
/// - nothing is delivered after a close, sent or received, or after a failure;
/// - at most one incomplete message and one read's bytes are held, nothing when all is read;
/// - a compressed message is unpacked no further than its bounds;
/// - a message in one frame is a slice of what was received: bytes are copied once, out of the
///   channel's read buffer, and unmasked where they lie.
///
/// Does not limit how many messages come in a second, and does not know how long a peer has been
/// silent: its owner does. Not copyable, as unmasking in place needs one owner of the bytes. Not
/// sendable, as its inflater belongs to one event loop.
struct WebSocketSession: ~Copyable {
    /// Whose end this is. A client's end is for tests: it masks its own close frames with 0.
    enum Role: Sendable {
        case server, client
    }

    enum Phase: Sendable, Equatable {
        case open
        /// Our close is out; we wait for the peer's and deliver nothing else.
        case closing
        case finished
    }

    /// A message of which some frames are still to come.
    private struct Partial: Sendable {
        var isText: Bool
        var isCompressed: Bool
        var bytes: ByteBuffer
        var fragments: Int
    }

    /// A frame whose header has been read and removed.
    private struct Arriving: Sendable {
        var header: WebSocketFrameHeader
        /// Payload bytes that have been unmasked and checked.
        var processed: Int
    }

    let role: Role
    let limits: WebSocketLimits
    private(set) var phase: Phase = .open

    private var input = ByteBuffer()
    private var arriving: Arriving?
    private var partial: Partial?
    private var utf8 = UTF8Validator()
    private var pings: TokenBucket
    private let inflater: Inflater?
    /// When the first byte came of what has not come whole.
    private var begunAt: Int64?

    /// - Parameter inflater: when permessage-deflate was agreed on; nothing of this session is left
    ///   in it between two calls.
    init(
        role: Role = .server, limits: WebSocketLimits = WebSocketLimits(),
        inflater: Inflater? = nil
    ) {
        self.role = role
        self.limits = limits
        self.inflater = inflater
        pings = TokenBucket(limits.pings)
    }

    /// Takes all readable bytes; `bytes` has none afterwards.
    mutating func receive(_ bytes: inout ByteBuffer) {
        guard phase != .finished else { return bytes.moveReaderIndex(to: bytes.writerIndex) }
        // Copied, so that `input` owns its storage (see `processPayload`) and the channel can
        // use its read buffer again.
        if input.readableBytes == 0 {
            input = ByteBuffer()
        } else {
            input.discardReadBytes()
        }
        input.writeBytes(bytes.readableBytesView)
        bytes.moveReaderIndex(to: bytes.writerIndex)
    }

    /// What to do next. `now` is in nanoseconds of any monotonic clock.
    mutating func nextAction(at now: Int64) -> WebSocketAction {
        guard phase != .finished else { return .needMoreData }
        do throws(WebSocketFailure) {
            while let (start, payload) = try nextFrame() {
                let action = try handle(start, payload, at: now)
                if partial == nil { begunAt = nil }
                if let action { return action }
            }
            try checkTime(at: now)
        } catch {
            return fail(error)
        }
        if input.readableBytes == 0 { input = ByteBuffer() }
        return .needMoreData
    }

    /// When what has begun must have come whole; nil when nothing has begun.
    var deadline: Int64? {
        guard let begunAt else { return nil }
        let (deadline, overflow) = begunAt.addingReportingOverflow(limits.messageNanosecondsMax)
        return overflow ? .max : deadline
    }

    /// Starts the time of a message, and ends the session when the time is over. Called when all
    /// that has come is read: a message that is whole by then is in time, however late we read it.
    private mutating func checkTime(at now: Int64) throws(WebSocketFailure) {
        guard partial != nil || arriving != nil || input.readableBytes > 0 else { return }
        if begunAt == nil { begunAt = now }
        guard let deadline, deadline <= now else { return }
        throw WebSocketFailure(code: .nothingSaid, why: "the message did not come whole in time")
    }

    /// Begins to close from our side. Returns the frame to send; nil when a close was sent
    /// or received before. The peer's answer comes as `.peerClosed` without a reply.
    /// The code must be one that may be sent (``CloseCode/isValidOnWire``).
    mutating func close(_ code: CloseCode, reason: String = "") -> ByteBuffer? {
        guard phase == .open else { return nil }
        phase = .closing
        return WebSocketFrame.close(code, reason: reason, mask: ownMask)
    }

    private var ownMask: WebSocketMask? {
        role == .client ? WebSocketMask(0) : nil
    }

    private mutating func fail(_ failure: WebSocketFailure) -> WebSocketAction {
        let frame = close(failure.code, reason: failure.why)
        finish()
        return .fail(failure, closeFrame: frame)
    }

    private mutating func finish() {
        phase = .finished
        input = ByteBuffer()
        arriving = nil
        partial = nil
        begunAt = nil
    }
}

// MARK: - Frames

extension WebSocketSession {
    /// The next complete frame with its payload unmasked, or nil when more bytes are needed.
    private mutating func nextFrame() throws(WebSocketFailure) -> (
        WebSocketFrameHeader.Start, ByteBuffer
    )? {
        if arriving == nil {
            guard let header = try readHeader() else { return nil }
            input.moveReaderIndex(forwardBy: header.headerBytes)
            arriving = Arriving(header: header, processed: 0)
            if header.start.opcode == .text { utf8 = UTF8Validator() }
        }
        guard let header = arriving?.header else { return nil }
        try processPayload()
        guard let payload = input.readSlice(length: header.payloadBytes) else { return nil }
        arriving = nil
        return (header.start, payload)
    }

    private func readHeader() throws(WebSocketFailure) -> WebSocketFrameHeader? {
        try input.withUnsafeReadableBytes {
            bytes throws(WebSocketFailure) -> WebSocketFrameHeader? in
            guard let first = bytes.first else { return nil }
            let start = try WebSocketFrameHeader.readStart(
                first, mayBeCompressed: inflater != nil)
            try checkOrder(start)
            let isCompressed = partial?.isCompressed ?? start.isCompressed
            let bytesMax = isCompressed ? limits.compressedBytesMax : limits.messageBytesMax
            return try WebSocketFrameHeader.readRest(
                bytes, start: start, isMasked: role == .server,
                payloadBytesMax: bytesMax - (partial?.bytes.readableBytes ?? 0))
        }
    }

    /// Whether a frame may come now, as far as its first byte tells.
    private func checkOrder(_ start: WebSocketFrameHeader.Start) throws(WebSocketFailure) {
        if start.opcode.isControl { return }
        guard (start.opcode == .continuation) == (partial != nil) else {
            throw partial == nil
                ? .protocolError("a continuation without a message to continue")
                : .protocolError("a new message before the last one was complete")
        }
        if start.opcode == .text && !limits.acceptsText {
            throw WebSocketFailure(code: .unacceptableData, why: "this subprotocol is binary")
        }
        if start.opcode == .binary && !limits.acceptsBinary {
            throw WebSocketFailure(code: .unacceptableData, why: "this subprotocol is text")
        }
        if let partial, partial.fragments >= limits.fragmentsMax {
            throw WebSocketFailure(code: .tooBig, why: "the message is in too many pieces")
        }
    }

    /// Unmasks what has newly arrived of the payload, and checks it if it is text.
    private mutating func processPayload() throws(WebSocketFailure) {
        guard let arriving else { return }
        let header = arriving.header
        let available = min(input.readableBytes, header.payloadBytes)
        guard available > arriving.processed else { return }

        let isText =
            switch header.start.opcode {
            case .text: !header.start.isCompressed
            case .continuation: partial.map { $0.isText && !$0.isCompressed } ?? false
            default: false
            }
        var utf8 = utf8
        let invalidAt = input.withUnsafeReadableBytes { bytes -> Int? in
            // Written through a read-only view, as asking for a mutable one would copy everything
            // that is left whenever a message delivered before is still alive. Sound, because
            // `receive` copied these bytes into storage that only `input` and slices of it refer
            // to, no slice yet covers this region, and a session can't be copied.
            let region = UnsafeMutableRawBufferPointer(
                mutating: UnsafeRawBufferPointer(rebasing: bytes[arriving.processed..<available]))
            header.mask?.apply(to: region, startingAt: arriving.processed)
            return isText ? utf8.consume(UnsafeRawBufferPointer(region)) : nil
        }
        self.utf8 = utf8
        self.arriving?.processed = available
        guard invalidAt == nil else { throw .invalidUTF8 }
    }
}

// MARK: - Messages

extension WebSocketSession {
    /// Nil when the frame asks for nothing: a fragment, or anything but a close while we close.
    private mutating func handle(
        _ start: WebSocketFrameHeader.Start, _ payload: ByteBuffer, at now: Int64
    ) throws(WebSocketFailure) -> WebSocketAction? {
        switch start.opcode {
        case .ping, .pong:
            guard pings.spend(at: now) == nil else {
                throw WebSocketFailure(code: limits.pingFloodCode, why: "too many pings")
            }
            guard phase == .open else { return nil }
            return start.opcode == .ping ? .sendPong(payload) : .pong(payload)
        case .close:
            return try handleClose(payload)
        case .text, .binary, .continuation:
            guard let message = try assemble(start, payload) else { return nil }
            return phase == .open ? .message(message) : nil
        }
    }

    private mutating func assemble(
        _ start: WebSocketFrameHeader.Start, _ payload: ByteBuffer
    ) throws(WebSocketFailure) -> WebSocketMessage? {
        let isText: Bool
        let isCompressed: Bool
        var whole: ByteBuffer
        if var partial {
            self.partial = nil  // so that `partial` alone owns its bytes and appends in place
            partial.bytes.writeBytes(payload.readableBytesView)
            partial.fragments += 1
            guard start.isFinal else {
                self.partial = partial
                return nil
            }
            (isText, isCompressed, whole) = (partial.isText, partial.isCompressed, partial.bytes)
        } else {
            isText = start.opcode == .text
            isCompressed = start.isCompressed
            guard start.isFinal else {
                // Copied, so that later fragments don't keep this read's bytes alive.
                let bytes = ByteBuffer(bytes: payload.readableBytesView)
                self.partial = Partial(
                    isText: isText, isCompressed: isCompressed, bytes: bytes, fragments: 1)
                return nil
            }
            whole = payload
        }
        if isCompressed {
            // Nobody will read it: no work for a peer that we are done with.
            guard phase == .open else { return nil }
            whole = try inflate(whole)
            if isText {
                utf8 = UTF8Validator()
                let invalidAt = whole.withUnsafeReadableBytes { utf8.consume($0) }
                guard invalidAt == nil else { throw .invalidUTF8 }
            }
        }
        guard isText else { return .binary(whole) }
        guard utf8.isAtBoundary else { throw .invalidUTF8 }
        return .text(whole)
    }

    private func inflate(_ payload: ByteBuffer) throws(WebSocketFailure) -> ByteBuffer {
        guard let inflater else { throw .protocolError("no compression was agreed on") }
        do {
            return try inflater.inflate(
                payload,
                bytesMax: limits.messageBytesMax(inflatedFrom: payload.readableBytes))
        } catch {
            throw WebSocketFailure(error)
        }
    }

    private mutating func handleClose(
        _ payload: ByteBuffer
    ) throws(WebSocketFailure) -> WebSocketAction {
        let close = try Self.readClose(payload)
        let reply =
            phase == .open ? WebSocketFrame.close(close.code, mask: ownMask) : nil
        finish()
        return .peerClosed(close, reply: reply)
    }

    private static func readClose(
        _ payload: ByteBuffer
    ) throws(WebSocketFailure) -> WebSocketClose {
        var payload = payload
        guard payload.readableBytes > 0 else { return WebSocketClose(code: nil, reason: "") }
        guard let number = payload.readInteger(as: UInt16.self) else {
            throw .protocolError("a close body of one byte")
        }
        let code = CloseCode(rawValue: number)
        guard code.isValidOnWire else {
            throw .protocolError("a close code that must not be sent")
        }
        var utf8 = UTF8Validator()
        let invalidAt = payload.withUnsafeReadableBytes { utf8.consume($0) }
        guard invalidAt == nil, utf8.isAtBoundary else { throw .invalidUTF8 }
        return WebSocketClose(code: code, reason: String(buffer: payload))
    }
}
