/// How messages become bytes; client and server agree on it when a WebSocket is opened.
public enum WireEncoding: String, Hashable, Sendable, CaseIterable {
    /// Text frames of one JSON object each.
    case json = "gavel.v1.json"
    /// Binary frames of one message of `gavel.v1.proto` each.
    case protobuf = "gavel.v1.proto"

    /// The WebSocket subprotocol that stands for it.
    public var subprotocol: String { rawValue }
}
