import AuctionRules

/// A house and its log, driven one command at a time the way the writer drives it: decide, then
/// apply. Its lot is `lot`; bidders A to E are known from the start.
struct Saleroom {
    /// One event of a command, with the lot before and after it.
    struct Step {
        let event: AuctionEvent
        let before: Auction?
        let after: Auction
        let notices: [PrivateNotice]
    }

    /// What a command came to.
    struct Outcome {
        let answer: Decision.Answer
        let steps: [Step]
        /// The stored reply to a request, if it got one.
        let reply: Reply?

        var events: [AuctionEvent] { steps.map(\.event) }
        var kinds: [String] { events.map(\.kind) }
        var notices: [PrivateNotice] { steps.flatMap(\.notices) }

        /// `accepted`, `retracted`, `done`, or the code of the refusal or the objection.
        var code: String {
            switch answer {
            case .done: Self.code(of: reply)
            case .repeated(let reply): Self.code(of: reply)
            case .refused(let refusal): refusal.code
            case .declined(let objection): objection.kind.rawValue
            default: "\(answer)"
            }
        }

        var refusal: Refusal? {
            if case .refused(let refusal) = answer { return refusal }
            guard case .refused(let refusal)? = reply?.verdict else { return nil }
            return refusal
        }

        var acceptance: Acceptance? {
            guard case .accepted(let acceptance)? = reply?.verdict else { return nil }
            return acceptance
        }

        private static func code(of reply: Reply?) -> String {
            switch reply?.verdict {
            case nil: "done"
            case .accepted: "accepted"
            case .retracted: "retracted"
            case .refused(let refusal): refusal.code
            }
        }
    }

    private(set) var house = House()
    private(set) var log: [(event: Event, at: Instant)] = []
    /// The stamp of commands that name none.
    var now: Instant = 0
    private var requestCount = 0

    init(bidders: [BidderID] = ["A", "B", "C", "D", "E"]) {
        for bidder in bidders { perform(.addBidder(Bidder(id: bidder))) }
    }

    init(_ terms: Terms) {
        self.init()
        perform(.createAuction("lot", terms))
    }

    /// The lot of the tests that need only one.
    var lot: Auction {
        guard let lot = house.auctions["lot"] else { preconditionFailure("There is no lot") }
        return lot
    }

    var state: PublicState { lot.publicState }

    /// Price, leader and minimum, as the rulebook's tables write them: `1200 A 1250`.
    var board: String {
        let price = lot.standing.price.map(\.description) ?? "-"
        let minimum = lot.minimum.map(\.description) ?? "-"
        return "\(price) \(lot.standing.leader?.text ?? "-") \(minimum)"
    }

    @discardableResult
    mutating func perform(_ command: Command, at stamp: Instant? = nil) -> Outcome {
        if let stamp { now = stamp }
        let t = house.time(of: now)
        return follow(house.decide(command, at: now), of: command, at: t)
    }

    @discardableResult
    mutating func recover(
        heartbeat: Instant, boot: Instant, reopenMin: Milliseconds
    ) -> Outcome {
        let t = house.time(of: boot)
        let decision = house.decideRecovery(
            heartbeat: heartbeat, boot: boot, reopenMin: reopenMin)
        return follow(decision, of: nil, at: t)
    }

    private mutating func follow(
        _ decision: Decision, of command: Command?, at t: Instant
    ) -> Outcome {
        var steps: [Step] = []
        for event in decision.events {
            var before: Auction?
            if case .auction(let id, _) = event { before = house.auctions[id] }
            let entry = EntryHash(words: SIMD4(UInt64(log.count + 1), 0, 0, 0))
            house.apply(event, at: t, recordedAs: entry)
            log.append((event, t))
            guard case .auction(let id, let event) = event, let after = house.auctions[id] else {
                continue
            }
            let notices = after.privateNotices(
                after: event, leaderBefore: before?.standing.leader)
            steps.append(Step(event: event, before: before, after: after, notices: notices))
        }
        var reply: Reply?
        if case .request(let request, let id) = command, case .done = decision.answer {
            reply = house.auctions[id]?.reply(to: request.key)
        }
        return Outcome(answer: decision.answer, steps: steps, reply: reply)
    }

    // MARK: - Commands in few words

    /// Bids on the lot; without `id` under a fresh one.
    @discardableResult
    mutating func bid(
        _ bidder: BidderID, _ amount: Amount, _ kind: BidKind = .max, id: BidID? = nil,
        at stamp: Instant? = nil, confirm: Bool = false, currency: String? = nil,
        on lot: AuctionID = "lot"
    ) -> Outcome {
        request(
            bidder, .bid(kind, amount: amount, currency: currency), id: id, at: stamp,
            confirm: confirm, on: lot)
    }

    @discardableResult
    mutating func request(
        _ bidder: BidderID, _ action: BidAction, id: BidID? = nil, at stamp: Instant? = nil,
        confirm: Bool = false, on lot: AuctionID = "lot"
    ) -> Outcome {
        requestCount += 1
        let id = id ?? BidID(stringLiteral: "auto-\(requestCount)")
        let request = BidRequest(bidder: bidder, id: id, action: action, isConfirmed: confirm)
        return perform(.request(request, on: lot), at: stamp)
    }

    @discardableResult
    mutating func order(_ command: AuctionCommand, at stamp: Instant? = nil) -> Outcome {
        perform(.administer("lot", command), at: stamp)
    }

    @discardableResult
    mutating func void(
        _ bid: BidID, of bidder: BidderID? = nil, at stamp: Instant? = nil
    ) -> Outcome {
        order(.voidBid(bid, bidder: bidder, reason: "a test"), at: stamp)
    }
}

extension PrivateNotice {
    /// Whether the lot stands in it as in public.
    func shows(_ state: PublicState) -> Bool {
        auction == state.auction && seq == state.seq && price == state.price
            && minimum == state.minimum
    }
}
