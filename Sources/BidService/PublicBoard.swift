public import AuctionRules
public import Ledger
import Synchronization

/// What has been published: every lot as the last commit left it, the latest changes for those who
/// resume, and who a token belongs to.
///
/// Written by whoever lets a commit out, once it is durable and before anything of it goes out; read from any
/// thread. So a snapshot is never ahead of the disk, and never behind a change already sent.
public final class PublicBoard: Sendable {
    /// A lot as one reader may see it.
    public struct Snapshot: Sendable {
        public let state: PublicState
        /// For an authenticated bidder on a lot whose format tells: whether he leads.
        public let isLeading: Bool?
        /// The reader's own standing max or sealed bid.
        public let ownAmount: Amount?
    }

    fileprivate struct Lot {
        private(set) var latest: LotUpdate
        private(set) var ownAmounts: [BidderID: Amount]

        var state: PublicState { latest.state }
        var leader: BidderID? { latest.leader }
        var recent: ChangeBook { latest.recent }

        init(_ latest: LotUpdate, ownAmounts: [BidderID: Amount] = [:]) {
            self.latest = latest
            self.ownAmounts = ownAmounts
        }

        mutating func take(_ update: LotUpdate) {
            latest = update
            update.forEachOwnAmount { ownAmounts[$0.bidder] = $0.amount }
        }
    }

    fileprivate struct State {
        var logID = ""
        var version: Int64 = 0
        /// By their numbers in the house, in the order of their creation: a commit names them so, and none
        /// has to be looked for by its id.
        var lots: [Lot] = []
        var numbers: [AuctionID: Int] = [:]
        /// The ids in order, for pages.
        var order: [AuctionID] = []
        var sales: [SaleID: [AuctionID]] = [:]
        var saleTitles: [SaleID: String] = [:]
        var tokens: [TokenHash: Token] = [:]
        var head = LogHead.empty
        /// That entry's time.
        var headAt = Instant(milliseconds: 0)
        var signingKeys: [PublishedKey] = []
    }

    private let state = Mutex(State())
    private let recentChangesMax: Int

    init(recentChangesMax: Int) { self.recentChangesMax = recentChangesMax }

    /// The id of the log that the board shows; another one after a restore.
    public var logID: String { state.withLock { $0.logID } }

    /// How many updates the board has had. Whoever reads something at a version has all that was
    /// published up to it, and nothing after.
    public var version: Int64 { state.withLock { $0.version } }

    // MARK: - Reading

    /// - Parameter bidder: who asks, if known.
    public func snapshot(of auction: AuctionID, for bidder: BidderID?) -> Snapshot? {
        state.withLock { state in state.lot(auction).map { Self.snapshot($0, for: bidder) } }
    }

    /// What somebody needs who begins to watch a lot, and the board's version of it: everything
    /// published later is still to come.
    public struct Entrance: Sendable {
        public let version: Int64
        public let snapshot: Snapshot
        /// The changes after the position asked for, oldest first; nil when they are no longer all
        /// at hand, or the position is another log's.
        public let missed: [PublicChange]?
    }

    /// - Parameter position: the log and the seq up to which the reader has seen the lot.
    public func enter(
        _ auction: AuctionID, after position: (log: String, seq: Int64)?, for bidder: BidderID?
    ) -> Entrance? {
        state.withLock { state -> Entrance? in
            guard let lot = state.lot(auction) else { return nil }
            let missed = position.flatMap {
                $0.log == state.logID
                    ? lot.changes(after: $0.seq, max: recentChangesMax) : nil
            }
            return Entrance(
                version: state.version, snapshot: Self.snapshot(lot, for: bidder), missed: missed)
        }
    }

    /// The lots of a sale in the order of their creation; nil when there is no such sale.
    public func auctions(in sale: SaleID) -> [AuctionID]? {
        state.withLock { $0.sales[sale] }
    }

    /// A sale as everybody may see it.
    public struct SaleSummary: Hashable, Sendable {
        public let id: SaleID
        public let title: String
        public let auctionCount: Int
    }

    /// Every sale, in the order of their ids.
    public func sales() -> [SaleSummary] {
        state.withLock { state in
            state.saleTitles.map { id, title in
                SaleSummary(id: id, title: title, auctionCount: state.sales[id]?.count ?? 0)
            }
        }.sorted { $0.id < $1.id }
    }

    /// A page of lots in the order of their ids.
    ///
    /// - Parameters:
    ///   - cursor: the last id of the page before.
    ///   - limit: how many at most.
    public func page(
        after cursor: AuctionID?, limit: Int, sale: SaleID?, status: AuctionStatus?,
        for bidder: BidderID?
    ) -> [Snapshot] {
        state.withLock { state in
            let start = cursor.map { state.order.firstIndexAfter($0) } ?? 0
            var page: [Snapshot] = []
            for id in state.order[start...] {
                guard page.count < limit else { break }
                guard let lot = state.lot(id), sale == nil || lot.state.sale == sale,
                    status == nil || lot.state.status == status
                else { continue }
                page.append(Self.snapshot(lot, for: bidder))
            }
            return page
        }
    }

    /// The token with this hash, expired or not.
    public func token(_ hash: TokenHash) -> Token? {
        state.withLock { $0.tokens[hash] }
    }

    /// The log's id, and its newest entry that has been published.
    public var logAndHead: (log: String, head: LogHead) {
        state.withLock { ($0.logID, $0.head) }
    }

    /// The log's id, its newest entry that has been published with that one's time, and the newest key
    /// up to there.
    var placeToSign: (log: String, head: LogHead, at: Instant, key: PublicKey?) {
        state.withLock { ($0.logID, $0.head, $0.headAt, $0.signingKeys.last?.key) }
    }

    /// Every key that the server has signed with, oldest first; the last one is in use.
    public var signingKeys: [PublishedKey] { state.withLock { $0.signingKeys } }

    private static func snapshot(_ lot: Lot, for bidder: BidderID?) -> Snapshot {
        let isTelling =
            lot.state.outcome != nil
            || lot.state.block.map { $0.ask != nil } ?? lot.state.format.isOpenOutcry
        return Snapshot(
            state: lot.state,
            isLeading: bidder.flatMap { isTelling ? lot.leader == $0 : nil },
            ownAmount: bidder.flatMap { lot.ownAmounts[$0] })
    }

    // MARK: - Writing, by whoever lets commits out

    /// Takes over what a commit has changed.
    ///
    /// - Returns: the board's version with it.
    func update(with batch: borrowing DecidedBatch) -> Int64 {
        state.withLock { state in
            state.version += 1
            state.head = batch.log.head
            state.headAt = batch.finishedAt
            if let keys = batch.signingKeys { state.signingKeys = keys }
            // Only a look at each of a thousand outcomes, and most batches would have none of these.
            let news = batch.log.changesHouse ? batch.outcomes : []
            for case .publication(.created(let lot)) in news { state.enter(lot) }
            for update in batch.lots { state.take(update) }
            for case .publication(.house(let event)) in news { state.follow(event) }
            return state.version
        }
    }

    /// Starts over from a house that has been read from the log.
    ///
    /// - Returns: what had not been shown (a commit whose outcome was unknown may turn out to be on
    ///   disk, and another log may stand in this one's place), and the board's version with it.
    func reset(
        logID: String, head: LogHead, house: House, recent: [ChangeBook]
    ) -> (unseen: [Publication], version: Int64) {
        var fresh = State()
        fresh.logID = logID
        fresh.head = head
        fresh.headAt = house.lastInstant
        fresh.tokens = house.tokens
        fresh.signingKeys = house.signingKeys
        for catalogue in house.sales.values {
            fresh.sales[catalogue.id] = catalogue.auctions
            fresh.saleTitles[catalogue.id] = catalogue.sale.title
        }
        fresh.order = house.auctions.keys.sorted()
        for (auction, recent) in zip(house.auctions.values, recent) {
            fresh.numbers[auction.id] = fresh.lots.count
            fresh.lots.append(
                Lot(
                    LotUpdate(
                        auction.publicState, number: fresh.lots.count,
                        leader: auction.standing.leader, recent: recent),
                    ownAmounts: auction.participants.reduce(into: [:]) { amounts, own in
                        amounts[own.bidder] = own.participant.standingAmount
                    }))
        }
        return state.withLock { state in
            fresh.version = state.version + 1
            // At the first start nobody has seen anything, and nobody watches.
            let unseen = state.version == 0 ? [] : fresh.news(since: state)
            state = fresh
            return (unseen, fresh.version)
        }
    }
}

extension PublicBoard.State {
    fileprivate func lot(_ id: AuctionID) -> PublicBoard.Lot? { numbers[id].map { lots[$0] } }

    /// What somebody must be told who has seen all of `shown`.
    fileprivate func news(since shown: PublicBoard.State) -> [Publication] {
        var news: [Publication] = []
        var changes: [PublicChange] = []
        for id in order {
            guard let lot = lot(id) else { continue }
            if let old = shown.lot(id), logID == shown.logID {
                let seq = max(old.state.seq, lot.recent.firstSeq - 1)
                changes += lot.recent.after(seq, upTo: lot.state) ?? []
            } else {
                news.append(.created(lot.state))
            }
        }
        changes.sort { ($0.at, $0.state.seq) < ($1.at, $1.state.seq) }
        news += changes.map { .change($0) }
        let revoked = shown.tokens.keys.filter { tokens[$0] == nil }
        return news + revoked.map { .house(.tokenRevoked($0)) }
    }

    /// Takes a new lot in.
    fileprivate mutating func enter(_ lot: PublicState) {
        guard numbers[lot.auction] == nil else { return }
        numbers[lot.auction] = lots.count
        lots.append(PublicBoard.Lot(LotUpdate(lot, number: lots.count, recent: ChangeBook())))
        order.insert(lot.auction, at: order.firstIndexAfter(lot.auction))
        if let sale = lot.sale { sales[sale, default: []].append(lot.auction) }
    }

    fileprivate mutating func take(_ update: LotUpdate) {
        assert(numbers[update.state.auction] == update.number, "Lots come in the house's order")
        lots[update.number].take(update)
    }

    fileprivate mutating func follow(_ event: HouseEvent) {
        switch event {
        case .saleCreated(let sale):
            sales[sale.id] = sales[sale.id] ?? []
            saleTitles[sale.id] = sale.title
        case .tokenIssued(let token): tokens[token.hash] = token
        case .tokenRevoked(let hash): tokens[hash] = nil
        // The signing keys come with the time from which each is good: see `update`.
        case .bidderAdded, .bidderSuspended, .bidderReinstated, .registered, .signingKeyAdded:
            break
        }
    }
}

extension PublicBoard.Lot {
    fileprivate func changes(after seq: Int64, max: Int) -> [PublicChange]? {
        guard seq >= 0, seq <= state.seq, state.seq - seq <= Int64(max) else { return nil }
        return recent.after(seq, upTo: state)
    }
}

extension Array where Element: Comparable {
    /// Where the first element after `element` stands in this sorted array.
    fileprivate func firstIndexAfter(_ element: Element) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= element { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
