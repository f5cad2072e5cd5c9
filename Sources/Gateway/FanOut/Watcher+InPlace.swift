import AuctionRules
import BidService
import NIOCore
import WireProtocol

/// What every bid leads to, written where it goes out from: the bidder's acknowledgement, and the news to
/// whom it displaced.
///
/// The plain way makes a message, its bytes, a frame of them, and copies that behind what waits for the
/// same connection; for each of them memory is had and given back. A client gets the same bytes either way
/// (`DirectSendTests`). Here are only text frames without compression, and only while nothing waits in the
/// channel; all else goes the plain way.
extension Watcher {
    /// Says what the bid service answered.
    func send(_ answer: Answer, to question: Question) {
        if case .reply(let reply) = answer, question.kind != .receipt,
            writeInPlace(
                bytesMax: AcceptanceScribe.bytesMax,
                {
                    AcceptanceScribe.write(reply, on: question.auction, ref: question.ref, to: $0)
                })
        {
            return
        }
        send(.answer(answer, to: question))
    }

    /// Tells the bidder whose connection it is.
    func send(_ notice: PrivateNotice) {
        if writeInPlace(bytesMax: OutbidScribe.bytesMax, { OutbidScribe.write(notice, to: $0) }) {
            return
        }
        send(ServerFrame(ServerMessage(notice)))
    }

    /// - Parameters:
    ///   - bytesMax: how long the text is at most.
    ///   - write: writes the text, and says how long it is; nil when it is not written here.
    /// - Returns: false when nothing was written.
    private func writeInPlace(
        bytesMax: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Int?
    ) -> Bool {
        guard form.isPlainText, !isClosed, mayUseOutbox() else { return false }
        return withOutbox { WebSocketFrame.writeText(upTo: bytesMax, into: &$0, write) }
    }
}
