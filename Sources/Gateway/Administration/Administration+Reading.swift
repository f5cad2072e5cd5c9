import AuctionRules
import WireProtocol

/// Commands that change nothing, and what others answer with.
extension Administration {
    func read(_ command: AdminCommand) async throws(AdminFault) -> AdminAnswer {
        switch command {
        case .listAuctions(let status, let sale, let reveal):
            return .auctions(try await auctions(status: status, sale: sale, reveal: reveal))
        case .showAuction(let id, let seq, let reveal):
            return .auction(
                AuctionDetail(try await auction(id, atSeq: seq), reveal: reveal))
        case .explainAuction(let id, let seq, let reveal):
            // First the lot as it was, for the words about what there is not.
            let before = try await auction(id, atSeq: seq)
            guard seq > 0, let change = try await change(seq, of: before.id) else {
                throw AdminFault(.badRequest, "Public changes of a lot are numbered from 1.")
            }
            return .explanation(change.explanation(reveal: reveal))
        case .listRequests(let id, let limit, let reveal):
            return .requests(
                try await auction(id).newestRequests(max: Int(limit))
                    .map { RequestRow($0, reveal: reveal) })
        case .listSales:
            let house = try await house()
            return .sales(
                house.sales.values.sorted { $0.sale.id < $1.sale.id }.map(SaleRow.init))
        case .showSale(let id, let reveal):
            let house = try await house()
            guard let catalogue = house.sales[id] else { throw .unknownSale(id) }
            return .sale(SaleDetail(catalogue, in: house, reveal: reveal))
        case .saleResults(let id, let reveal):
            let house = try await house()
            guard let catalogue = house.sales[id] else { throw .unknownSale(id) }
            return .saleResults(SaleResults(catalogue, in: house, reveal: reveal))
        case .listBidders(let reveal):
            let house = try await house()
            return .bidders(
                house.bidders.values.sorted { $0.bidder.id < $1.bidder.id }
                    .map { BidderRow($0, reveal: reveal) })
        case .databaseStatus:
            return .databaseStatus(
                try await consult { archive throws(ArchiveError) in try archive.databaseStatus() })
        case .databaseBackup(let path):
            let backups = backups
            return .databaseBackup(
                try await consult { archive throws(ArchiveError) in
                    defer { backups.end(path) }
                    return try archive.backUp(to: path) { backups.note($0, of: path) }
                })
        case .databaseBackupProgress(let path):
            return .databaseBackupProgress(backups.progress(of: path))
        case .databaseSchema:
            return .databaseSchema(
                try await consult { archive throws(ArchiveError) in try archive.databaseSchema() })
        default: preconditionFailure("\(command.name) changes something")
        }
    }

    /// A lot as it stands, or as it stood.
    func auction(
        _ id: AuctionID, atSeq seq: Int64? = nil
    ) async throws(AdminFault) -> Auction {
        let auction = try await consult { archive throws(ArchiveError) in
            try archive.auction(id, atSeq: seq)
        }
        guard let auction else {
            throw AdminFault(
                Objection(.unknownAuction, "There is no auction \(id): check its id."))
        }
        guard let seq, auction.seq < seq else { return auction }
        throw AdminFault(
            .badRequest,
            "Auction \(id) has had \(auction.seq) public changes so far, and none number \(seq).")
    }

    private func change(
        _ seq: Int64, of id: AuctionID
    ) async throws(AdminFault) -> LotChange? {
        try await consult { archive throws(ArchiveError) in try archive.change(seq, of: id) }
    }

    func bidder(_ id: BidderID) async throws(AdminFault) -> BidderRow {
        guard let membership = try await house().bidders[id] else {
            throw AdminFault(Objection(.unknownBidder, "There is no bidder \(id)."))
        }
        return BidderRow(membership, reveal: false)
    }

    private func auctions(
        status: AuctionStatus?, sale: SaleID?, reveal: Bool
    ) async throws(AdminFault) -> [AuctionRow] {
        let house = try await house()
        if let sale, house.sales[sale] == nil { throw .unknownSale(sale) }
        return house.auctions.values
            .filter { auction in
                (status == nil || auction.status == status)
                    && (sale == nil || auction.terms.sale == sale)
            }
            .sorted { $0.id < $1.id }
            .map { AuctionRow($0, reveal: reveal) }
    }

    private func house() async throws(AdminFault) -> House {
        try await consult { archive throws(ArchiveError) in try archive.house() }
    }
}

extension AdminFault {
    static func unknownSale(_ id: SaleID) -> AdminFault {
        AdminFault(Objection(.unknownSale, "There is no sale \(id): check its id."))
    }
}
