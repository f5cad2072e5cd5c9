import AuctionRules

enum SaleTable {
    static let table = StateTable(
        name: "sale", columns: ["id", "title", "stagger", "requires_approval", "soft_close_group"],
        keyCount: 1)

    static func row(_ catalogue: House.Catalogue) -> [SQLValue] {
        let sale = catalogue.sale
        return [
            SQLValue(sale.id), SQLValue(sale.title), SQLValue(sale.stagger),
            SQLValue(sale.requiresApproval), SQLValue(sale.softCloseGroup),
        ]
    }
}

enum BidderTable {
    static let table = StateTable(
        name: "bidder",
        columns: [
            "id", "name", "bid_limit", "bid_limit_currency", "bid_limit_exponent", "suspended",
        ], keyCount: 1)

    static func row(_ membership: House.Membership) -> [SQLValue] {
        let bidder = membership.bidder
        return [SQLValue(bidder.id), SQLValue(bidder.name)] + limit(bidder.bidLimit)
            + [SQLValue(membership.isSuspended)]
    }

    static func limit(_ limit: Limit?) -> [SQLValue] {
        [
            SQLValue(limit?.amount), SQLValue(limit?.currency.code),
            SQLValue((limit?.currency.exponent).map(Int64.init)),
        ]
    }
}

enum RegistrationTable {
    static let table = StateTable(
        name: "registration",
        columns: [
            "sale", "bidder", "approved", "exposure_limit", "exposure_limit_currency",
            "exposure_limit_exponent",
        ], keyCount: 2)

    static func row(_ registration: Registration) -> [SQLValue] {
        [
            SQLValue(registration.sale), SQLValue(registration.bidder),
            SQLValue(registration.isApproved),
        ] + BidderTable.limit(registration.exposureLimit)
    }
}

enum TokenTable {
    static let table = StateTable(
        name: "token", columns: ["hash", "bidder", "administrator", "expires_at"], keyCount: 1)

    static func row(_ token: Token) -> [SQLValue] {
        let (bidder, administrator): (SQLValue, SQLValue) =
            switch token.bearer {
            case .bidder(let id): (SQLValue(id), .null)
            case .administrator(let name): (.null, .text(name))
            }
        return [.text(token.hash.hex), bidder, administrator, SQLValue(token.expiresAt)]
    }
}

enum SigningKeyTable {
    static let table = StateTable(
        name: "signing_key", columns: ["public_key", "added_at"], keyCount: 1)

    static func row(_ key: PublishedKey) -> [SQLValue] {
        [.text(key.key.hex), SQLValue(key.from)]
    }
}
