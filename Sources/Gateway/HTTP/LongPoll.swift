import AuctionRules
import BidService
import NIOCore
import NIOHTTP1
import WireProtocol

/// `GET /v1/auctions/ID?after=SEQ&log=LOG&wait=SECONDS`: the lot, as soon as it is another than its
/// reader has seen.
struct LongPollRequest: LateAnswer {
    let auction: AuctionID
    /// What the reader has seen.
    let seen: EventPoint
    let seconds: Int
    /// Whom a server that stops sends away comes back within so many seconds.
    let absenceSecondsMax: Int
    let request: HTTPRequest
    let lots: LotReader
    /// The station of an event loop of the server's; called on that loop.
    let station: @Sendable (any EventLoop) -> Station

    func begin(
        on loop: any EventLoop, _ answer: @escaping (HTTPResponse) -> Void
    ) -> LateBeginning {
        let hub = station(loop).hub
        let polls = hub.polls
        // Only from here on a revocation finds it: the request's token is looked at here.
        let identity: Identity?
        do throws(HTTPFailure) {
            identity = try lots.authentication.identity(of: request)
        } catch {
            return .over(error.response)
        }
        hub.expect(.auction(auction))
        guard let lot = lots.board.snapshot(of: auction, for: identity?.bidder) else {
            return .over(HTTPFailure.unknownAuction.response)
        }
        guard !lots.isNews(lot, to: seen) else {
            return .over(lots.response(lot, for: identity?.bidder))
        }
        guard seconds > 0 else { return .over(.notModified) }
        guard !polls.isClosed else { return .over(stopping) }
        let poll = LongPoll(self, identity: identity, among: polls, answer)
        polls.add(poll)
        poll.wait(on: loop)
        return .waiting(poll)
    }

    /// What is said to those who wait when the server stops; their connections end with it. They
    /// come back within some seconds, and not all at once: they would find nobody.
    var stopping: HTTPResponse {
        var failure = HTTPFailure.unavailable("The server is about to stop; ask again in a moment.")
        let seconds = Int.random(in: 1...max(1, absenceSecondsMax))
        failure.headers.replaceOrAdd(name: "Retry-After", value: "\(seconds)")
        failure.closesConnection = true
        return failure.response
    }
}

/// A request that waits for a lot's next change. Belongs to the event loop of its connection.
final class LongPoll: PendingAnswer {
    /// A lot as everybody sees it, and the answer that says so: made once for all who wait.
    struct News {
        let lot: PublicBoard.Snapshot
        let response: HTTPResponse
    }

    private let request: LongPollRequest
    private let identity: Identity?
    private let polls: LongPolls
    private var answer: ((HTTPResponse) -> Void)?
    private var end: Scheduled<Void>?

    init(
        _ request: LongPollRequest, identity: Identity?, among polls: LongPolls,
        _ answer: @escaping (HTTPResponse) -> Void
    ) {
        self.request = request
        self.identity = identity
        self.polls = polls
        self.answer = answer
    }

    var auction: AuctionID { request.auction }

    /// Begins to count the time.
    func wait(on loop: any EventLoop) {
        let time = TimeAmount.seconds(Int64(request.seconds))
        end = loop.assumeIsolated().scheduleTask(in: time) { self.finish(.notModified) }
    }

    func cancel() {
        answer = nil
        end?.cancel()
        polls.remove(self)
    }

    /// Answers if there is news.
    ///
    /// - Parameter common: what everybody may see, once somebody has looked.
    func look(sharing common: inout News?) {
        let lots = request.lots
        guard let bidder = identity?.bidder else {
            if common == nil {
                common = lots.board.snapshot(of: auction, for: nil).map {
                    News(lot: $0, response: lots.response($0, for: nil))
                }
            }
            guard let common, lots.isNews(common.lot, to: request.seen) else { return }
            return finish(common.response)
        }
        guard let lot = lots.board.snapshot(of: auction, for: bidder),
            lots.isNews(lot, to: request.seen)
        else { return }
        finish(lots.response(lot, for: bidder))
    }

    func hasExpired(at now: Instant) -> Bool {
        identity?.expiresAt.map { $0 <= now } ?? false
    }

    /// Ends the wait of somebody whose credential is no longer good.
    func checkIdentity() {
        // A look-up; what follows may verify a signature, and many may wait.
        let authenticator = request.lots.authentication.authenticator
        guard let identity, authenticator.ending(of: identity) != nil else { return }
        do throws(HTTPFailure) {
            _ = try request.lots.authentication.identity(of: request.request)
        } catch {
            finish(error.response)
        }
    }

    func sendAway() { finish(request.stopping) }

    private func finish(_ response: HTTPResponse) {
        guard let answer else { return }
        cancel()
        answer(response)
    }
}

extension HTTPResponse {
    /// Nothing new.
    static var notModified: HTTPResponse {
        HTTPResponse(.notModified, type: "application/json", body: ByteBuffer())
    }
}
