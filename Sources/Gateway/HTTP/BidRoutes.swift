import AuctionRules
import BidService
import NIOCore
import NIOHTTP1
import Proof
import WireProtocol

/// Bidding by a request of its own, for clients that hold no WebSocket. The same bids, the same
/// answers; only the status is added.
struct BidRoutes: Sendable {
    private let service: BidService
    private let gatekeeper: Gatekeeper
    private let authentication: RequestAuthentication

    init(_ parts: HTTPParts) {
        service = parts.service
        gatekeeper = parts.gatekeeper
        authentication = RequestAuthentication(authenticator: parts.authenticator)
    }

    /// `POST /v1/auctions/ID/bids`, with a `bid` without `type` and `auction`.
    func place(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard let bidder = try authentication.bidder(of: request).bidder else {
            throw .unauthenticated(.missing)
        }
        guard request.announcesBody else {
            throw HTTPFailure(
                status: .lengthRequired, code: .badMessage,
                message: "The bid goes into the body: send it with a Content-Length.")
        }
        guard let auction = try? AuctionID(parameters["auction"]) else { throw .unknownAuction }
        let bid: BidMessage
        do {
            bid = try request.body.withUnsafeReadableBytes { bytes throws(WireFault) in
                try ClientFrame.decodeBid(bytes, on: auction)
            }
        } catch {
            return HTTPResponse.message(error.reply.message, status: error.httpStatus)
        }
        if let refusal = gatekeeper.admitBid(
            by: bidder, on: auction, at: gatekeeper.clock.now())
        {
            return refusal.response(on: (auction, bid.id))
        }
        let answer = await service.perform(
            .request(bid.request(by: bidder), on: auction), wantsReceipt: bid.wantsReceipt)
        return response(to: answer, auction: auction, id: bid.id)
    }

    private func response(to answer: Answer, auction: AuctionID, id: BidID) -> HTTPResponse {
        switch answer {
        case .reply(let reply):
            return .message(ServerMessage(reply, on: auction), status: reply.httpStatus)
        case .receipted(let reply, let receipt):
            return .message(
                ServerMessage(reply, on: auction, receipt: receipt.json),
                status: reply.httpStatus)
        case .refused(let refusal):
            let rejected = ServerMessage.bidRejected(.init(auction: auction, id: id, refusal))
            return .message(
                rejected, status: refusal.httpStatus,
                headers: refusal == .unavailable ? ["Retry-After": "1"] : [:])
        case .unknownOutcome, .notSeen, .done, .declined, .declinedAll:
            let failure = ServerMessage.Failure(
                .unknownOutcome,
                message: "What became of the bid can't be told: send the same one again.",
                auction: auction, id: id)
            return .message(
                .error(failure), status: .serviceUnavailable, headers: ["Retry-After": "1"])
        }
    }
}

extension Reply {
    fileprivate var httpStatus: HTTPResponseStatus {
        if case .refused(let refusal) = verdict { refusal.httpStatus } else { .ok }
    }
}

extension Refusal {
    /// 422 for what is wrong with the bid itself, 409 for what is in its way now; a lot that is not
    /// there, and a server that can't, have their own.
    var httpStatus: HTTPResponseStatus {
        switch self {
        case .malformed, .wrongCurrency, .invalidAmount, .unsupported: .unprocessableEntity
        case .unknownAuction: .notFound
        case .unavailable: .serviceUnavailable
        case .idempotencyConflict, .notOpen, .paused, .closed, .cancelled, .notRegistered,
            .notApproved, .suspended, .selfBidding, .limitExceeded, .alreadyLeading,
            .maxNotHigher, .tooLow, .offLadder, .confirmRequired, .askMoved:
            .conflict
        }
    }
}

extension WireFault {
    fileprivate var httpStatus: HTTPResponseStatus {
        switch self {
        case .error(let code, _, _): HTTPResponseStatus(statusCode: code.httpStatus)
        case .rejected(_, _, let refusal, _): refusal.httpStatus
        }
    }
}
