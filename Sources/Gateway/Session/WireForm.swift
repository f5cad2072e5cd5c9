import WireProtocol

/// In which form a connection gets its messages, as agreed on at its upgrade. Connections of the
/// same form get the same bytes.
struct WireForm: Hashable, Sendable {
    /// How a message's payload is compressed.
    enum Compression: Hashable, Sendable {
        case none
    }

    let encoding: WireEncoding
    let compression: Compression

    init(_ encoding: WireEncoding = .json, compression: Compression = .none) {
        self.encoding = encoding
        self.compression = compression
    }
}
