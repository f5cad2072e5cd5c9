import NIOCore
import NIOHTTP1

/// The bounds of HTTP itself, with their reasons; those of the gateway's own things are in
/// ``GatewayLimits``.
struct HTTPLimits: Sendable {
    /// The path and the query: our longest are 300 bytes.
    var targetBytesMax = 2048
    /// From a connection's opening, or its last answer, until a whole request has come. Bounds idle
    /// connections and those that send a byte at a time.
    var requestTimeMax = TimeAmount.seconds(30)
    /// How long a connection that was answered with an error may go on sending before it is cut.
    var lingerTimeMax = TimeAmount.seconds(1)

    /// For NIO's decoder, which is far more generous by itself: 2 MiB of header for nobody.
    static var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        // A JWT takes 4 KiB, cookies of other services on the same host as much again.
        limits.maxHeaderFieldSize = 8192
        limits.maxHeaderListSize = 32_768
        limits.maxHeaderFieldCount = 64
        return limits
    }
}
