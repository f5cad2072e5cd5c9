import AuctionRules

/// A value of a column.
enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)

    init(_ integer: Int64?) { self = integer.map(SQLValue.integer) ?? .null }
    init(_ integer: Int) { self = .integer(Int64(integer)) }
    init(_ bool: Bool) { self = .integer(bool ? 1 : 0) }
    init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
    init(_ amount: Amount?) { self.init(amount?.minorUnits) }
    init(_ instant: Instant?) { self.init(instant?.milliseconds) }
    init<Subject>(_ id: Identifier<Subject>?) { self.init(id?.text) }
}

/// A table of current state: its rows follow from the house alone.
struct StateTable: Hashable, Sendable {
    let name: String
    /// The key's columns come first.
    let columns: [String]
    let keyCount: Int

    var keyColumns: ArraySlice<String> { columns.prefix(keyCount) }

    /// Inserts a row or brings it up to date.
    var upsertSQL: String {
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        let changes = columns.dropFirst(keyCount).map { "\($0) = excluded.\($0)" }
        return """
            INSERT INTO \(name) (\(columns.joined(separator: ", "))) VALUES (\(marks))
            ON CONFLICT (\(keyColumns.joined(separator: ", ")))
            DO UPDATE SET \(changes.joined(separator: ", "))
            """
    }

    var deleteSQL: String {
        let key = keyColumns.map { "\($0) = ?" }.joined(separator: " AND ")
        return "DELETE FROM \(name) WHERE \(key)"
    }
}

/// The rows of the state tables that a batch changes, as values: reading them does not hold on to
/// the house, which goes on changing.
struct StateRows: Sendable {
    var sales: [[SQLValue]] = []
    var bidders: [[SQLValue]] = []
    var registrations: [[SQLValue]] = []
    var tokens: [[SQLValue]] = []
    var revokedTokens: [[SQLValue]] = []
    var signingKeys: [[SQLValue]] = []
    /// Terms and state.
    var newAuctions: [[SQLValue]] = []
    /// State only, and the id last: terms never change.
    var auctions: [[SQLValue]] = []

    init(of touched: Touched, in house: House) {
        sales = touched.sales.elements.compactMap { house.sales[$0].map(SaleTable.row) }
        bidders = touched.bidders.elements.compactMap { house.bidders[$0].map(BidderTable.row) }
        registrations = touched.registrations.elements.compactMap {
            house.sales[$0.sale]?.registrations[$0.bidder].map(RegistrationTable.row)
        }
        for hash in touched.tokens.elements {
            if let token = house.tokens[hash] {
                tokens.append(TokenTable.row(token))
            } else {
                revokedTokens.append([.text(hash.hex)])
            }
        }
        signingKeys = house.signingKeys.filter { touched.signingKeys.contains($0.key) }
            .map(SigningKeyTable.row)
        for id in touched.auctions.elements {
            guard let auction = house.auctions[id] else { continue }
            if touched.created.contains(id) {
                newAuctions.append(AuctionTable.row(auction))
            } else {
                auctions.append(AuctionTable.state(auction) + [SQLValue(id)])
            }
        }
    }
}
