import AuctionRules
import BidService
import NIOCore
import StrictJSON
import WireProtocol

/// The server's messages as whole WebSocket frames, ready to be written to any number of channels.
enum Frames {
    static let ping = WebSocketFrame.encode(.ping, [])

    static func encode(_ message: ServerMessage, ref: String? = nil) -> ByteBuffer {
        WebSocketFrame.encode(.text, ServerFrame(message, ref: ref).encoded())
    }

    static func change(_ change: PublicChange) -> ByteBuffer {
        WebSocketFrame.encode(.text, WireProtocol.Broadcast.encode(change))
    }

    static func snapshot(_ state: PublicState, log: String, now: Instant) -> ByteBuffer {
        encode(.snapshot(.init(state, log: log, serverTime: now)))
    }

    static func announcement(_ auction: AuctionID, text: String, at: Instant) -> ByteBuffer {
        encode(.notice(.init(.auction(auction), text: text, at: at)))
    }

    static func notice(_ notice: PrivateNotice) -> ByteBuffer {
        encode(ServerMessage(notice))
    }

    static func bye(
        _ code: CloseCode, waitMilliseconds: Int64, jitterMilliseconds: Int64
    ) -> ByteBuffer {
        encode(.bye(.init(code, wait: waitMilliseconds, jitter: jitterMilliseconds)))
    }

    static func error(
        _ code: ErrorCode, _ message: String, to question: Question
    ) -> ByteBuffer {
        let failure = ServerMessage.Failure(
            code, message: message, auction: question.auction, id: question.id)
        return encode(.error(failure), ref: question.ref)
    }

    /// What the bid service answered to a connection's question.
    static func answer(_ answer: Answer, to question: Question) -> ByteBuffer {
        switch answer {
        case .reply(let reply):
            encode(ServerMessage(reply, on: question.auction), ref: question.ref)
        case .refused(.unavailable) where question.kind == .status:
            error(.unavailable, "The server can't look that up now; ask again.", to: question)
        case .refused(let refusal):
            encode(
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
