import NIOCore
import NIOHTTP1

/// How a connection stops to write answers, and becomes a stream.
enum HTTPStreaming {
    /// Takes NIO's handlers out that what is written would go through: from then on plain bytes are
    /// written. The decoder stays: what still comes is read as HTTP, within its bounds, and whoever
    /// gets it then need not care.
    ///
    /// All of them go at once. The one that put requests in order lets go of those that wait behind
    /// the one that was answered, and of the news that the server stops.
    static func freeOutbound(of pipeline: ChannelPipeline.SynchronousOperations) throws {
        for context in [
            try pipeline.context(handlerType: HTTPServerPipelineHandler.self),
            try pipeline.context(handlerType: NIOHTTPResponseHeadersValidator.self),
            try pipeline.context(handlerType: HTTPResponseEncoder.self),
        ] {
            pipeline.removeHandler(context: context, promise: nil)
        }
    }
}
