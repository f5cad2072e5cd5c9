import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind the client's TLS handler until the handshake is done or has failed.
final class ClientHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let patience: TimeAmount
    /// Nil once it has been completed.
    private var done: EventLoopPromise<Void>?
    private var deadline: Scheduled<Void>?

    init(patience: TimeAmount, _ done: EventLoopPromise<Void>) {
        self.patience = patience
        self.done = done
    }

    func channelActive(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
            self.complete(.failure(ChannelError.connectTimeout(self.patience)))
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            complete(.success(()))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        complete(.failure(error))
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        complete(.failure(ChannelError.eof))
    }

    private func complete(_ result: Result<Void, any Error>) {
        guard let done else { return }
        self.done = nil
        deadline?.cancel()
        done.completeWith(result)
    }
}

@available(*, unavailable)
extension ClientHandshake: Sendable {}

extension Endpoint {
    /// What is wrong between us and a server's TLS, in words that say what to do; nil when it is
    /// something else.
    static func words(forTLS error: any Error, host: String) -> String? {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return "its certificate is not for \"\(host)\": use the name that it was made for"
        }
        guard case NIOSSLError.handshakeFailed(let cause) = error else { return nil }
        let words = "\(cause)"
        if words.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate has expired, or is from no authority that is trusted here: "
                + "name that authority's certificate as the CA file"
        }
        if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") {
            return "it does not speak TLS there: try http:// or another port"
        }
        if words.contains("PROTOCOL") { return "it speaks no TLS that is new enough" }
        return words.contains("EOF during")
            ? "it hung up in the TLS handshake" : "the TLS handshake failed (\(words))"
    }
}
