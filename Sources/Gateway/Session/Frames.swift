import AuctionRules
import BidService
import NIOCore
import Proof
import WireProtocol

/// Messages as whole WebSocket frames, or as whole events, ready to be written.
enum Frames {
    static let ping = WebSocketFrame.encode(.ping, [])

    /// - Parameter deflater: of the event loop that this is called on.
    static func encode(
        _ frame: ServerFrame, in form: WireForm, with deflater: Deflater
    ) -> ByteBuffer {
        if case .events(let log) = form.carrier { return EventChunk.encode(frame, log: log) }
        let opcode: WebSocketOpcode =
            switch form.encoding {
            case .json: .text
            case .protobuf: .binary
            }
        return WebSocketFrame.encode(
            opcode, frame.encoded(as: form.encoding), compression: form.compression,
            with: deflater)
    }
}

extension ServerFrame {
    /// The last word before a close.
    static func bye(
        _ code: CloseCode, waitMilliseconds: Int64 = 0, jitterMilliseconds: Int64 = 0
    ) -> ServerFrame {
        ServerFrame(.bye(.init(code, wait: waitMilliseconds, jitter: jitterMilliseconds)))
    }

    static func error(
        _ code: ErrorCode, _ message: String, to question: Question
    ) -> ServerFrame {
        let failure = ServerMessage.Failure(
            code, message: message, auction: question.auction, id: question.id)
        return ServerFrame(.error(failure), ref: question.ref)
    }

    /// What the bid service answered to a connection's question.
    static func answer(_ answer: Answer, to question: Question) -> ServerFrame {
        switch answer {
        case .reply(let reply):
            question.kind == .receipt
                ? error(.unavailable, "This server signs no receipts.", to: question)
                : ServerFrame(ServerMessage(reply, on: question.auction), ref: question.ref)
        case .receipted(let reply, let receipt):
            ServerFrame(
                question.kind == .receipt
                    ? .receipt(
                        .init(auction: question.auction, id: question.id, content: receipt.json))
                    : ServerMessage(reply, on: question.auction, receipt: receipt.json),
                ref: question.ref)
        case .refused(.unavailable) where question.kind != .request:
            error(.unavailable, "The server can't look that up now; ask again.", to: question)
        case .refused(let refusal):
            ServerFrame(
                .bidRejected(.init(auction: question.auction, id: question.id, refusal)),
                ref: question.ref)
        case .notSeen:
            error(.notSeen, "No bid with that id has been decided on this lot.", to: question)
        case .unknownOutcome, .done, .declined, .declinedAll:
            error(
                .unknownOutcome,
                "What became of it can't be told: repeat the same id, or ask bid_status.",
                to: question)
        }
    }
}
