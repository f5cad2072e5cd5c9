import AuctionRules
import BidService
import Logging
import NIOHTTP1
import NIOPosix
import StrictJSON
import WireProtocol

/// Reading lots: what everybody may see, and to a bidder who says who it is, its own part.
struct AuctionRoutes: Sendable {
    private let board: PublicBoard
    private let archive: any Archive
    private let authentication: RequestAuthentication
    private let clock: any ServiceClock
    private let pageMax: Int
    private let threadPool: NIOThreadPool
    private let logger: Logger
    private let histories = BidHistories()

    init(_ parts: HTTPParts) {
        board = parts.service.board
        archive = parts.archive
        authentication = RequestAuthentication(authenticator: parts.authenticator)
        clock = parts.clock
        pageMax = parts.limits.pageMax
        threadPool = parts.threadPool
        logger = parts.logger
    }

    /// `GET /v1/auctions?status=&sale=&cursor=&limit=`
    func list(
        _ request: HTTPRequest, _: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        let bidder = try authentication.identity(of: request)?.bidder
        let limit = try request.count("limit", in: 1...pageMax) ?? pageMax
        // One more than fits, to know whether there is another page.
        var page = board.page(
            after: try request.identifier("cursor"), limit: limit + 1,
            sale: try request.identifier("sale"), status: try request.status("status"),
            for: bidder)
        let hasMore = page.count > limit
        if hasMore { page.removeLast() }
        let log = board.logID
        let now = clock.now()
        var writer = JSONWriter(reservingCapacity: 512 * page.count + 64)
        writer.object { writer in
            writer.array("auctions") { writer in
                for lot in page {
                    ServerFrame(message(lot, log: log, for: bidder, now: now))
                        .encode(into: &writer)
                }
            }
            writer.field("cursor", hasMore ? page.last?.state.auction.text : nil)
        }
        return .json(writer.bytes)
    }

    /// `GET /v1/auctions/ID`
    func show(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        let bidder = try authentication.identity(of: request)?.bidder
        guard let id = try? AuctionID(parameters["auction"]),
            let lot = board.snapshot(of: id, for: bidder)
        else { throw .unknownAuction }
        return .message(message(lot, log: board.logID, for: bidder, now: clock.now()))
    }

    /// `GET /v1/auctions/ID/bids?cursor=&limit=`: the lot's public bids, oldest first.
    func bids(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard let id = try? AuctionID(parameters["auction"]),
            let seq = board.snapshot(of: id, for: nil)?.state.seq
        else { throw .unknownAuction }
        let limit = try request.count("limit", in: 1...pageMax) ?? pageMax
        let start = try request.count("cursor", in: 0...Int(Int32.max)) ?? 0
        let bids: [PublicBid]
        do {
            bids = try await threadPool.runIfActive { [archive, histories] in
                try histories.bids(on: id, seq: seq) { () throws(ArchiveError) in
                    try archive.auction(id, atSeq: nil)
                }
            }
        } catch {
            // Only the log is told why: the words may name files of this machine.
            logger.warning("A lot's history can't be read", metadata: ["error": "\(error)"])
            throw .unavailable("The history can't be read now; try again later.")
        }
        let page = bids.dropFirst(start).prefix(limit)
        var writer = JSONWriter(reservingCapacity: 128 * page.count + 64)
        writer.object { writer in
            writer.field("auction", id.text)
            writer.array("bids") { writer in
                for bid in page { writer.object { bid.encodeFields(into: &$0) } }
            }
            writer.field("cursor", page.endIndex < bids.endIndex ? page.endIndex : nil)
        }
        return .json(writer.bytes)
    }

    private func message(
        _ lot: PublicBoard.Snapshot, log: String, for bidder: BidderID?, now: Instant
    ) -> ServerMessage {
        let viewer = bidder.map { _ in
            ServerMessage.Snapshot.Viewer(isLeading: lot.isLeading, ownMax: lot.ownAmount)
        }
        return .snapshot(.init(lot.state, log: log, viewer: viewer, serverTime: now))
    }
}

extension HTTPFailure {
    static let unknownAuction = HTTPFailure(
        status: .notFound, code: .unknownAuction, message: "There is no such lot: check its id.")
}

extension HTTPRequest {
    fileprivate func count(
        _ name: String, in range: ClosedRange<Int>
    ) throws(HTTPFailure) -> Int? {
        guard let text = try parameter(name) else { return nil }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
            range.contains(number)
        else {
            throw .badRequest(
                "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    fileprivate func identifier<Subject>(
        _ name: String
    ) throws(HTTPFailure) -> Identifier<Subject>? {
        guard let text = try parameter(name) else { return nil }
        guard let id = try? Identifier<Subject>(text) else {
            throw .badRequest("\(name) is 1 to 64 of the characters A-Z a-z 0-9 . _ : -")
        }
        return id
    }

    fileprivate func status(_ name: String) throws(HTTPFailure) -> AuctionStatus? {
        guard let text = try parameter(name) else { return nil }
        guard let status = AuctionStatus(rawValue: text) else {
            let words = AuctionStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badRequest("\(name) is one of \(words)")
        }
        return status
    }
}
