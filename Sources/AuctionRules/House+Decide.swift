extension House {
    /// What a command leads to.
    ///
    /// - Parameters:
    ///   - command: what is asked for.
    ///   - stamp: the server's stamp when the command came in. The engine's time never runs
    ///     backwards: a stamp before the newest event counts as that event's time.
    /// - Returns: the events to log and apply, and the answer. Nothing has changed yet.
    public func decide(_ command: Command, at stamp: Instant) -> Decision {
        let t = time(of: stamp)
        switch command {
        case .request(let request, let id):
            guard let lot = auctions.place(of: id) else {
                return Decision(answer: .refused(.unknownAuction))
            }
            return decide(request, on: lot, at: stamp)
        case .status(let key, let id):
            let reply = auctions.with(id) { $0.reply(to: key) } ?? nil
            return Decision(answer: reply.map { .repeated($0) } ?? .notSeen)
        case .administer(let id, let command):
            guard let auction = auctions[id] else {
                return .declined(.unknownAuction, "There is no auction \(id): check its id.")
            }
            if let objection = blockObjection(to: command, on: auction) {
                return Decision(answer: .declined(objection))
            }
            return auction.decide(command, at: t)
        case .createAuction(let id, let terms): return create(id, terms, at: t)
        case .createSale, .addBidder, .suspendBidder, .reinstateBidder, .register, .issueToken,
            .revokeToken, .revokeTokens, .addSigningKey:
            return decideHousekeeping(command)
        case .all(let commands): return decideAll(commands, at: t)
        }
    }

    /// What a request leads to, on a lot whose place is known.
    public func decide(
        _ request: BidRequest, on lot: Auctions.Place, at stamp: Instant
    ) -> Decision {
        let t = time(of: stamp)
        // Beforehand, as what is done with the lot where it stands must not look at the house: for that
        // it would be given a house of its own, all of whose references are counted.
        let admission = admission(of: request, on: lot)
        var decision = auctions.with(lot) { $0.decide(request, at: t, admission: admission) }
        if auctions.with(lot, { $0.isGrouped }) {
            extendGroup(of: lot, after: &decision, at: t)
        }
        return decision
    }

    /// Every objection is named, by the index of its command, so that a catalogue's faults can be
    /// mended in one go. A command after a refused one is judged as if that had not been there.
    private func decideAll(_ commands: [Command], at t: Instant) -> Decision {
        var trial = self
        var events: [Event] = []
        var objections: [Int: Objection] = [:]
        for (index, command) in commands.enumerated() {
            let decision = trial.decide(command, at: t)
            if case .declined(let objection) = decision.answer { objections[index] = objection }
            for event in decision.events { trial.apply(event, at: t, recordedAs: .zero) }
            events += decision.events
        }
        guard objections.isEmpty else { return Decision(answer: .declinedAll(objections)) }
        return Decision(events: EventList(events))
    }

    /// The engine's time for a stamp.
    public func time(of stamp: Instant) -> Instant {
        min(max(stamp, lastInstant), .latest)
    }

    /// The events by which the lots that an outage hit get their time back. To be decided and
    /// applied once, before any other command after a start.
    public func decideRecovery(
        heartbeat: Instant, boot: Instant, reopenMin: Milliseconds
    ) -> Decision {
        let boot = time(of: boot)
        let events = auctions.values.sorted { $0.id < $1.id }.compactMap { auction in
            auction.outageExtension(heartbeat: heartbeat, boot: boot, reopenMin: reopenMin)
                .map { Event.auction(auction.id, $0) }
        }
        return Decision(events: EventList(events))
    }

    // MARK: - Auctions

    private func create(_ id: AuctionID, _ terms: Terms, at t: Instant) -> Decision {
        guard auctions[id] == nil else {
            return .declined(
                .alreadyExists, "There is an auction \(id) already: take another id.")
        }
        var terms = terms
        if let sale = terms.sale {
            guard let catalogue = sales[sale] else {
                return .declined(.unknownSale, "There is no sale \(sale): create it first.")
            }
            let delay = Amount(unchecked: catalogue.sale.stagger)
                .times(Int64(catalogue.auctions.count)).minorUnits
            terms.closesAt = terms.closesAt?.advanced(by: delay)
            if let fault = join(group: catalogue, &terms) { return fault }
        }
        do {
            try terms.validate()
        } catch {
            return .declined(.invalidTerms, "\(error).")
        }
        let auction = Auction(id: id, terms: terms)
        if let closesAt = terms.closesAt, closesAt <= t {
            return .declined(.invalidTerms, "closes_at must be in the future.")
        }
        let events = [.created(terms)] + auction.clockEvents(at: t)
        return Decision(events: EventList(events.map { .auction(id, $0) }))
    }

    // MARK: - Who may bid

    /// Steps 6 and 8 of the admission, as far as they are the house's.
    private func admission(of request: BidRequest, on lot: Auctions.Place) -> Admission {
        guard let bidder = bidders.number(of: request.bidder) else {
            return Admission(bar: .notRegistered)
        }
        var admission = Admission()
        var exposureLimit: Limit?
        if let sale = sale(of: lot) {
            let registration = sales.values[sale].registrations[request.bidder]
            if sales.values[sale].sale.requiresApproval, registration?.isApproved != true {
                admission.bar = registration == nil ? .notRegistered : .notApproved
                return admission
            }
            exposureLimit = registration?.exposureLimit
        }
        if bidders.values[bidder].isSuspended { admission.bar = .suspended }
        if let limit = bidders.values[bidder].bidder.bidLimit {
            let currency = auctions.with(lot) { $0.terms.currency }
            admission.amountMax = limit.currency == currency ? limit.amount : .nothing
        }
        if let limit = exposureLimit {
            let room = auctions.with(lot) {
                self.room(under: limit, of: bidders.values[bidder], beside: lot, $0)
            }
            admission.amountMax = min(admission.amountMax ?? room, room)
        }
        return admission
    }

    /// Where the lot's sale stands; nil for a lot without one.
    private func sale(of lot: Auctions.Place) -> Int? {
        guard auctions.with(lot, { $0.isOfSale }) else { return nil }
        return auctions.with(lot) { $0.terms.sale }.flatMap { sales.number(of: $0) }
    }

    /// What the limit leaves for this lot: the limit less what the bidder is committed to on the
    /// sale's other lots that he leads or has won.
    private func room(
        under limit: Limit, of membership: Membership, beside lot: Auctions.Place,
        _ auction: Auction
    ) -> Amount {
        guard limit.currency == auction.terms.currency else { return .nothing }
        var room = limit.amount.minorUnits
        for place in membership.auctions.places where place != lot {
            let exposure = auctions.with(place) { other in
                other.terms.sale == auction.terms.sale && other.terms.currency == limit.currency
                    ? other.exposure(of: membership.bidder.id) : nil
            }
            room -= exposure?.minorUnits ?? 0
            guard room > 0 else { return .nothing }
        }
        return Amount(unchecked: room)
    }

    // MARK: - Housekeeping

    private func decideHousekeeping(_ command: Command) -> Decision {
        switch command {
        case .createSale(let sale):
            guard sales[sale.id] == nil else {
                return .declined(.alreadyExists, "There is a sale \(sale.id) already.")
            }
            guard Terms.isPresentable(sale.title, lengthMax: 200),
                (0...Instant.durationMax).contains(sale.stagger)
            else {
                return .declined(
                    .invalidTerms,
                    "A sale needs a title of 1 to 200 characters and a stagger of zero or more.")
            }
            return .house(.saleCreated(sale))
        case .addBidder(let bidder):
            guard bidders[bidder.id] == nil else {
                return .declined(.alreadyExists, "There is a bidder \(bidder.id) already.")
            }
            guard bidder.name.map({ Terms.isPresentable($0, lengthMax: 200) }) ?? true else {
                return .declined(.invalidTerms, "A bidder's name is 1 to 200 characters.")
            }
            return .house(.bidderAdded(bidder))
        case .suspendBidder(let id, let reason):
            if let reason, let objection = Terms.objection(toReason: reason) {
                return Decision(answer: .declined(objection))
            }
            return ifBidder(id) { $0.isSuspended ? nil : .bidderSuspended(id, reason: reason) }
        case .reinstateBidder(let id):
            return ifBidder(id) { $0.isSuspended ? .bidderReinstated(id) : nil }
        case .register(let registration):
            guard sales[registration.sale] != nil else {
                return .declined(.unknownSale, "There is no sale \(registration.sale).")
            }
            return ifBidder(registration.bidder) { _ in .registered(registration) }
        case .issueToken(let token):
            guard case .bidder(let id) = token.bearer else { return .house(.tokenIssued(token)) }
            return ifBidder(id) { _ in .tokenIssued(token) }
        case .revokeToken(let hash):
            guard tokens[hash] != nil else {
                return .declined(.unknownToken, "There is no such token, or it was revoked.")
            }
            return .house(.tokenRevoked(hash))
        case .revokeTokens(let id):
            guard bidders[id] != nil else { return unknownBidder(id) }
            let own = tokens.values.filter { $0.bearer == .bidder(id) }.map(\.hash.hex).sorted()
            return Decision(
                events: EventList(
                    own.compactMap(TokenHash.init(hex:)).map { .house(.tokenRevoked($0)) }))
        case .addSigningKey(let key): return decide(addSigningKey: key)
        case .request, .status, .administer, .createAuction, .all:
            preconditionFailure("\(command) is not housekeeping")
        }
    }

    private func ifBidder(_ id: BidderID, _ event: (Membership) -> HouseEvent?) -> Decision {
        guard let membership = bidders[id] else { return unknownBidder(id) }
        return Decision(events: event(membership).map { EventList(.house($0)) } ?? EventList())
    }

    private func unknownBidder(_ id: BidderID) -> Decision {
        .declined(.unknownBidder, "There is no bidder \(id): add it first.")
    }
}

extension Decision {
    static func declined(_ kind: Objection.Kind, _ message: String) -> Decision {
        Decision(answer: .declined(Objection(kind, message)))
    }

    static func house(_ event: HouseEvent) -> Decision {
        Decision(events: EventList(.house(event)))
    }
}

extension Amount {
    /// No amount at all: what a bidder without room may commit to.
    static let nothing = Amount(unchecked: 0)
}

extension Auction {
    /// What the bidder is committed to here: the max of a lot that he leads, a sealed bid, the
    /// price of a lot that he has won.
    func exposure(of bidder: BidderID) -> Amount? {
        switch phase {
        case .closed(.sold(bidder, let price), _, _): price
        case .closed, .cancelled: nil
        case .scheduled, .open, .paused:
            showsBidding && standing.leader != bidder
                ? nil : participants[bidder]?.standingAmount.map { stretched($0, of: bidder) }
        }
    }

    /// With `plus_one` a leader may stand a step over what he left.
    private func stretched(_ amount: Amount, of bidder: BidderID) -> Amount {
        guard block != nil, standing.leader == bidder, let leaderMax else { return amount }
        return max(amount, leaderMax)
    }
}
