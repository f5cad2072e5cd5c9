import AuctionRules
import BidService
import NIOCore
import NIOHTTP1
import WireProtocol

/// Following a lot by HTTP, for clients that can't hold a WebSocket: by asking again and again, or
/// by a stream of events.
struct LiveRoutes: Sendable {
    private let lots: LotReader
    private let limits: GatewayLimits
    private let station: @Sendable (any EventLoop) -> Station

    init(_ parts: HTTPParts) {
        lots = LotReader(parts)
        limits = parts.limits
        station = parts.station
    }

    /// `GET /v1/auctions/ID?after=SEQ&log=LOG&wait=SECONDS`: the lot; with `after` only if it is
    /// another than its reader has seen, or once it is.
    func show(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPAnswer {
        let seconds = try request.count("wait", in: 0...limits.pollSecondsMax) ?? 0
        let seen = try request.pointSeen()
        guard let id = try? AuctionID(parameters["auction"]) else { throw .unknownAuction }
        guard let seen else {
            let bidder = try lots.authentication.identity(of: request)?.bidder
            guard let lot = lots.board.snapshot(of: id, for: bidder) else {
                throw .unknownAuction
            }
            return .response(lots.response(lot, for: bidder))
        }
        return .later(
            LongPollRequest(
                auction: id, seen: seen, seconds: seconds,
                absenceSecondsMax: Int(limits.drainJitterMilliseconds / 1000), request: request,
                lots: lots, station: station))
    }

    /// `GET /v1/auctions/ID/events?feed=&after=&log=`
    func events(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPAnswer {
        _ = try lots.authentication.identity(of: request)
        let feed = try request.feed("feed") ?? .latest
        var point = try request.pointSeen()
        guard let id = try? AuctionID(parameters["auction"]),
            lots.board.snapshot(of: id, for: nil) != nil
        else { throw .unknownAuction }
        // A client that comes back asks with the address of its beginning: the header is newer. One
        // that makes no sense is better off with a snapshot than with an error, which a browser's
        // EventSource never recovers from.
        if let last = request.headers.first(name: "Last-Event-ID"), !last.isEmpty {
            point = EventPoint(last)
        }
        return .stream(
            EventStream(
                auction: id, feed: feed, point: point, token: request.headers.bearerToken,
                station: station))
    }
}

extension HTTPRequest {
    /// How far the reader has seen the lot, as `after` and `log` tell.
    fileprivate func pointSeen() throws(HTTPFailure) -> EventPoint? {
        let log = try parameter("log")
        guard log.map({ $0.unicodeScalars.count <= 64 }) ?? true else {
            throw .badRequest("log is at most 64 characters")
        }
        guard let after = try count("after", in: 0...Int.max) else { return nil }
        return EventPoint(seq: Int64(after), log: log)
    }
}
