import AuctionRules
import BidService
import WireProtocol

/// Commands that make something new, or that need more than one step.
extension Administration {
    /// How often a name that the server made up itself is made up anew.
    private static let attemptsMax = 3

    func create(_ auction: NewAuction) async throws(AdminFault) -> AuctionID {
        if let id = auction.id {
            try await carryOut(.createAuction(id, auction.terms))
            return id
        }
        return try await underNewName("lot") { (id: AuctionID) in
            .createAuction(id, auction.terms)
        }
    }

    func create(_ sale: NewSale) async throws(AdminFault) -> SaleID {
        func command(_ id: SaleID) -> Command {
            .createSale(
                Sale(
                    id: id, title: sale.title, stagger: sale.stagger,
                    requiresApproval: sale.requiresApproval, softCloseGroup: sale.softCloseGroup))
        }
        if let id = sale.id {
            try await carryOut(command(id))
            return id
        }
        return try await underNewName("sale", command)
    }

    /// A catalogue: all of it or nothing.
    func create(_ auctions: [NewAuction]) async throws(AdminFault) -> [AuctionID] {
        guard !auctions.isEmpty else {
            throw AdminFault(.badRequest, "The catalogue has no lots.")
        }
        var ids: [AuctionID] = []
        for attempt in 1...Self.attemptsMax {
            ids = auctions.map { $0.id ?? ShortName.random("lot") }
            let commands = zip(ids, auctions).map { Command.createAuction($0, $1.terms) }
            do {
                try await carryOut(.all(commands))
                return ids
            } catch {
                // Faults of names that were made up here are no faults of the catalogue.
                let own = error.items.allSatisfy { auctions[$0.index].id == nil }
                guard own, error.isNameTaken, attempt < Self.attemptsMax else { throw error }
            }
        }
        return ids
    }

    /// A bid from the room goes through the checks of every other one.
    func place(_ bid: RoomBid) async throws(AdminFault) {
        let request = BidRequest(
            bidder: bid.bidder, id: bid.id ?? ShortName.random("room"),
            action: .room(amount: bid.amount))
        let refusal: Refusal
        switch await service.perform(.request(request, on: bid.auction)) {
        case .reply(let reply), .receipted(let reply, _):
            guard case .refused(let why) = reply.verdict else { return }
            refusal = why
        case .refused(.unknownAuction):
            throw AdminFault(
                Objection(
                    .unknownAuction, "There is no auction \(bid.auction): check its id."))
        case .refused(let why): refusal = why
        case .unknownOutcome: throw .unknownOutcome
        case .done, .notSeen, .declined, .declinedAll:
            preconditionFailure("A request is answered or refused")
        }
        guard refusal != .unavailable else {
            throw AdminFault(Objection(.unavailable, refusal.message))
        }
        var message = "\(refusal.code): \(refusal.message)"
        if let minimum = refusal.minimum { message += " (\(minimum) minor units)" }
        throw AdminFault(Objection(.bidRefused, message))
    }

    func issueToken(
        to bearer: Token.Bearer, ttl: Milliseconds?
    ) async throws(AdminFault) -> IssuedToken {
        let (secret, hash) = TokenSecret.mint()
        let expiresAt = ttl.map { clock.now().advanced(by: $0) }
        try await carryOut(.issueToken(Token(hash: hash, bearer: bearer, expiresAt: expiresAt)))
        return IssuedToken(token: secret, hash: hash, expiresAt: expiresAt)
    }

    /// - Returns: how many there were.
    func revokeTokens(of bidder: BidderID) async throws(AdminFault) -> Int {
        let count = try await consult { archive throws(ArchiveError) in
            try archive.house().tokens.values.count { $0.bearer == .bidder(bidder) }
        }
        try await carryOut(.revokeTokens(of: bidder))
        return count
    }

    private func underNewName<Subject>(
        _ prefix: String, _ command: (Identifier<Subject>) -> Command
    ) async throws(AdminFault) -> Identifier<Subject> {
        var attempt = 1
        while true {
            let id: Identifier<Subject> = ShortName.random(prefix)
            do {
                try await carryOut(command(id))
                return id
            } catch {
                guard error.isNameTaken, attempt < Self.attemptsMax else { throw error }
                attempt += 1
            }
        }
    }
}

extension AdminFault {
    static let unknownOutcome = AdminFault(
        .unknownOutcome,
        "The log failed in the middle: it can't be told whether this was done. Look before you repeat "
            + "it.")

    /// Whether nothing else is wrong than that there is something of that name already.
    fileprivate var isNameTaken: Bool {
        let taken = Objection.Kind.alreadyExists.rawValue
        return code == taken && items.allSatisfy { $0.code == taken }
    }
}
