import NIOHTTP1

extension GatewayLimits {
    /// For NIO's decoder, which is far more generous by itself: 2 MiB of header for nobody.
    var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = headBytesMax
        limits.maxHeaderListSize = headBytesMax
        limits.maxHeaderFieldCount = headFieldsMax
        return limits
    }
}
