import AuctionRules
import BidService
import Logging
import NIOPosix
import StrictJSON

/// What the house sells and on which conditions: the part that stays as it is while lots are bid on.
struct CatalogueRoutes: Sendable {
    private let board: PublicBoard
    private let archive: any Archive
    private let threadPool: NIOThreadPool
    private let logger: Logger
    private let cache = PublicTermsCache()

    init(_ parts: HTTPParts) {
        board = parts.service.board
        archive = parts.archive
        threadPool = parts.threadPool
        logger = parts.logger
    }

    /// `GET /v1/sales`: every sale with its title and how many lots it has, by id.
    func sales(_: HTTPRequest, _: PathParameters) async throws(HTTPFailure) -> HTTPResponse {
        let sales = board.sales()
        var writer = JSONWriter(reservingCapacity: 96 * sales.count + 32)
        writer.object { writer in
            writer.array("sales") { writer in
                for sale in sales {
                    writer.object { writer in
                        writer.field("sale", sale.id.text)
                        writer.field("title", sale.title)
                        writer.field("auctions", sale.auctionCount)
                    }
                }
            }
        }
        return .json(writer.bytes)
    }

    /// `GET /v1/auctions/ID/terms`: how the lot is sold, without what is secret.
    func terms(
        _: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard let id = try? AuctionID(parameters["auction"]),
            board.snapshot(of: id, for: nil) != nil
        else { throw .unknownAuction }
        let terms: PublicTerms?
        do {
            terms = try await threadPool.runIfActive { [archive, cache] in
                // The lot before its first public change: no need to walk through its bids.
                try cache.terms(of: id) { () throws(ArchiveError) in
                    try archive.auction(id, atSeq: 0)
                }
            }
        } catch {
            logger.warning("A lot's terms can't be read", metadata: ["error": "\(error)"])
            throw .unavailable("The terms can't be read now; try again later.")
        }
        guard let terms else { throw .unknownAuction }
        var writer = JSONWriter(reservingCapacity: 512)
        writer.object { writer in
            writer.field("auction", id.text)
            terms.encodeFields(into: &writer)
        }
        return .json(writer.bytes)
    }
}
