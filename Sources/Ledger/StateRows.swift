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

/// A row of `bidding`: what accepted bids change of a lot, but in the live room, where the ask moves, too. As a
/// row of the log it refers to the batch's bytes and holds no reference.
struct BiddingRow: Sendable {
    let number: Int
    let seq: Int64
    let price: Amount?
    /// Empty when nobody leads.
    let leader: ByteRange
    let leaderAlias: Int?
    let leaderMax: Amount?
    let isReserveMet: Bool
    let minimum: Amount?
    let bids: Int

    /// No initializer, which would be given a copy of the lot.
    static func of(
        _ auction: Auction, number: Int, appendingTo bytes: inout [UInt8]
    ) -> BiddingRow {
        let start = bytes.count
        if let leader = auction.standing.leader { bytes.append(contentsOf: leader.text.utf8) }
        return BiddingRow(
            number: number, seq: auction.seq, price: auction.standing.price,
            leader: ByteRange(start..<bytes.count), leaderAlias: auction.leaderAlias,
            leaderMax: auction.leaderMax, isReserveMet: auction.standing.isReserveMet,
            minimum: auction.minimum, bids: auction.publicBidCount)
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
    /// Rows of `lot`: the terms, which never change.
    var newLots: [[SQLValue]] = []
    /// Rows of `standing`, of new lots and of others of which not only the bidding has changed: the
    /// state, and the lot's number last.
    var newStandings: [[SQLValue]] = []
    var standings: [[SQLValue]] = []
    /// Of all lots that were touched, in the order of their numbers.
    var biddings: [BiddingRow] = []

    /// - Parameter bytes: the batch's; what rows refer to is appended.
    init(of touched: Touched, in house: House, appendingTo bytes: inout [UInt8]) {
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
        for note in touched.lots.inOrder {
            let number = note.lot.number
            house.auctions.with(note.lot) { auction in
                switch note.extent {
                case .all:
                    newLots.append(AuctionTable.terms(auction, number: number))
                    newStandings.append(AuctionTable.standing(auction) + [SQLValue(number)])
                case .bidding where auction.block == nil: break
                case .bidding, .state:
                    standings.append(AuctionTable.standing(auction) + [SQLValue(number)])
                }
                biddings.append(.of(auction, number: number, appendingTo: &bytes))
            }
        }
    }
}
