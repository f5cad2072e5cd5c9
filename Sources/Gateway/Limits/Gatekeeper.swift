import AuctionRules
import Synchronization

/// The limits that hold for the node as a whole, at work: what all connections and requests share.
/// Any thread may ask.
final class Gatekeeper: Sendable {
    /// Whether a connection may come in.
    enum Entry: Sendable {
        /// - key: for ``leave(_:)`` when the connection ends; nil: nothing to give back.
        case enter(AddressKey?)
        /// - isTold: whether there is time to say so.
        case refuse(RateRefusal, isTold: Bool)
    }

    let limits: GatewayLimits
    let addresses: AddressPolicy
    let clock: MonotonicClock
    let statistics: GatewayStatistics
    let outbound: OutboundBudget
    private let bids: BidRates
    let hurriedBids = HurriedBids()
    private let bidders: ConnectionCounts<BidderID>
    private let book: Mutex<AdmissionBook>
    private let requestsOfClients: Mutex<KeyedBuckets<AddressKey>>

    init(
        limits: GatewayLimits = GatewayLimits(), addresses: AddressPolicy = AddressPolicy(),
        clock: MonotonicClock = .system, statistics: GatewayStatistics
    ) {
        self.limits = limits
        self.addresses = addresses
        self.clock = clock
        self.statistics = statistics
        outbound = OutboundBudget(
            bytesMax: limits.outboundTotalBytesMax, gauge: statistics.outboundBytes)
        bids = BidRates(limits: limits)
        bidders = ConnectionCounts(max: limits.connectionsPerBidderMax)
        book = Mutex(AdmissionBook(limits: limits, exempt: addresses.exemptNetworks))
        requestsOfClients = Mutex(KeyedBuckets(limits.messages))
    }

    // MARK: - Connections

    /// A connection comes.
    ///
    /// - Parameters:
    ///   - address: nil for one that has none, or whose clients are counted by themselves.
    ///   - countsForNode: whether it is new to this process, rather than known by an address only
    ///     now.
    func admit(_ address: IPAddress?, countsForNode: Bool = true) -> Entry {
        let now = clock.now()
        let verdict = book.withLock {
            $0.enter(address, countsForNode: countsForNode, at: now)
        }
        switch verdict {
        case .enter(let key): return .enter(key)
        case .refuse(let limit, let wait, let isTold):
            statistics.reached(limit)
            let isOurs = limit == .newConnectionsOfNode
            return .refuse(
                RateRefusal(
                    nanoseconds: wait,
                    what: isOurs ? "connections to this server" : "connections from your address",
                    isOurs: isOurs),
                isTold: isTold)
        }
    }

    /// A connection that was counted has ended.
    func leave(_ key: AddressKey) { book.withLock { $0.leave(key) } }

    /// Counts one more connection that speaks for the bidder; false when there are enough.
    func admit(speakerFor bidder: BidderID) -> Bool {
        if bidders.enter(bidder) { return true }
        statistics.reached(.connectionsOfBidder)
        return false
    }

    /// A connection that was counted speaks for the bidder no more.
    func leave(speakerFor bidder: BidderID) { bidders.leave(bidder) }

    // MARK: - Requests and bids

    /// A request of a client whose connection others use, too.
    func admitRequest(from client: IPAddress) -> RateRefusal? {
        guard !addresses.exemptNetworks.contains(client) else { return nil }
        let now = clock.now()
        let key = AddressKey(client)
        let wait = requestsOfClients.withLock { requests in
            let wait = requests.wait(for: key, at: now)
            if wait == nil { requests.spend(for: key, at: now) }
            return wait
        }
        return wait.map { RateRefusal(nanoseconds: $0, what: "requests") }
    }

    /// Lets a bid, a buy or a retraction pass to the rules, or says how long its bidder has to
    /// wait. It can't tell whether the server knows the bid's id already: repeats count, too.
    ///
    /// - Parameter now: by the ``clock``.
    func admitBid(
        by bidder: BidderID, on auction: AuctionID, at now: Int64
    ) -> RateRefusal? {
        guard let wait = bids.admit(bidder, on: auction, at: now) else { return nil }
        statistics.reached(.bids)
        hurriedBids.note(bidder, on: auction)
        return RateRefusal(nanoseconds: wait, what: "bids")
    }
}
