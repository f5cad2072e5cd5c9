import WireProtocol

/// In which form a connection gets its messages, as agreed on at its upgrade. Connections of the
/// same form get the same bytes.
struct WireForm: Hashable, Sendable {
    /// How a message's payload is compressed.
    enum Compression: Hashable, Sendable {
        case none
        /// By permessage-deflate, for a client that has a window of 2 to that power.
        case deflate(windowBits: Int)
    }

    /// How messages travel.
    enum Carrier: Hashable, Sendable {
        /// Each is a frame.
        case webSocket
        /// Each is an event of an endless HTTP answer, see ``EventChunk``. Events name the log that
        /// their seq counts in.
        case events(log: String)
    }

    let encoding: WireEncoding
    let compression: Compression
    let carrier: Carrier

    init(_ encoding: WireEncoding = .json, compression: Compression = .none) {
        self.encoding = encoding
        self.compression = compression
        carrier = .webSocket
    }

    private init(carrier: Carrier) {
        encoding = .json
        compression = .none
        self.carrier = carrier
    }

    /// Whether each message is a frame with its JSON as it is.
    var isPlainText: Bool { encoding == .json && compression == .none && !isOfEvents }

    var isOfEvents: Bool {
        if case .events = carrier { true } else { false }
    }

    /// Server-Sent Events.
    static func events(log: String) -> WireForm { WireForm(carrier: .events(log: log)) }
}
