import AuctionRules
import BidService
import Logging
import NIOHTTP1
import NIOPosix
import StrictJSON
import WireProtocol

/// Reading lots: what everybody may see, and to a bidder who says who it is, its own part.
struct AuctionRoutes: Sendable {
    private let lots: LotReader
    private let archive: any Archive
    private let pageMax: Int
    private let threadPool: NIOThreadPool
    private let logger: Logger
    private let histories = BidHistories()
    private let explanations = Explanations()

    init(_ parts: HTTPParts) {
        lots = LotReader(parts)
        archive = parts.archive
        pageMax = parts.limits.pageMax
        threadPool = parts.threadPool
        logger = parts.logger
    }

    /// `GET /v1/auctions?status=&sale=&cursor=&limit=`
    func list(
        _ request: HTTPRequest, _: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        let bidder = try lots.authentication.identity(of: request)?.bidder
        let limit = try request.count("limit", in: 1...pageMax) ?? pageMax
        // One more than fits, to know whether there is another page.
        var page = lots.board.page(
            after: try request.identifier("cursor"), limit: limit + 1,
            sale: try request.identifier("sale"), status: try request.status("status"),
            for: bidder)
        let hasMore = page.count > limit
        if hasMore { page.removeLast() }
        var writer = JSONWriter(reservingCapacity: 512 * page.count + 64)
        writer.object { writer in
            writer.array("auctions") { writer in
                for lot in page {
                    ServerFrame(lots.message(lot, for: bidder)).encode(into: &writer)
                }
            }
            writer.field("cursor", hasMore ? page.last?.state.auction.text : nil)
        }
        return .json(writer.bytes)
    }

    /// `GET /v1/auctions/ID/bids?cursor=&limit=`: the lot's public bids, oldest first.
    func bids(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard let id = try? AuctionID(parameters["auction"]),
            let seq = lots.board.snapshot(of: id, for: nil)?.state.seq
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

    /// `GET /v1/auctions/ID/explain?seq=`: how a public change came about, step by step.
    func explain(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard let id = try? AuctionID(parameters["auction"]),
            let newest = lots.board.snapshot(of: id, for: nil)?.state.seq
        else { throw .unknownAuction }
        guard newest > 0 else { throw .badRequest("the lot has had no public change yet") }
        guard let seq = try request.count("seq", in: 1...Int(newest)) else {
            throw .badRequest("seq says which public change: a whole number from 1 to \(newest)")
        }
        let explanation: Explanation?
        do {
            explanation = try await threadPool.runIfActive { [archive, explanations] in
                try explanations.explanation(of: Int64(seq), on: id) { () throws(ArchiveError) in
                    try archive.change(Int64(seq), of: id)
                }
            }
        } catch {
            logger.warning("A change can't be explained", metadata: ["error": "\(error)"])
            throw .unavailable("The log can't be read now; try again later.")
        }
        guard let explanation else {
            throw .unavailable("The log can't be read now; try again later.")
        }
        return .json(explanation.encoded())
    }
}

extension HTTPFailure {
    static let unknownAuction = HTTPFailure(
        status: .notFound, code: .unknownAuction, message: "There is no such lot: check its id.")
}
