import AuctionRules
import Proof

/// Replays a database's log and compares every table with what the replay gives.
struct ReplayCheck {
    private static let sql = """
        SELECT position, at, kind, auction, payload, public_payload, hash, seq, bidder, bid,
            ordinal, committed, alias, told_code, told_late_by, told_minimum, told_seq, told_leading,
            told_max, told_price, told_reserve, told_ends_at
        FROM event WHERE position <= ? ORDER BY position
        """

    private(set) var replay = Replay()
    /// The rows of `void`.
    private var voids: [VoidKey: Int64] = [:]
    /// How many certificates there are, and how many of them no signature is over.
    private(set) var certificates: (all: Int64, unsigned: Int64) = (0, 0)

    private struct VoidKey: Hashable {
        let auction: AuctionID
        let ordinal: Int
    }

    /// Everything, in one committed state of the database.
    ///
    /// - Parameter proceed: called every 1,024 entries with the position reached; false: stop.
    mutating func run(
        upTo head: LogHead, on connection: OpaquePointer, _ proceed: (Int64) -> Bool
    ) throws {
        let statement = try Statement(Self.sql, on: connection)
        defer { statement.finalize() }
        statement.bind(head.position, at: 1)
        var certificates = try CertificateCheck(on: connection)
        defer { certificates.finalize() }
        while try statement.next() {
            try follow(statement, &certificates)
            let position = statement.integer(0)
            if position % 1024 == 0, !proceed(position) { return }
        }
        guard proceed(head.position) else { return }
        try certificates.finish(KeySet(replay.house.signingKeys))
        self.certificates = (certificates.count, certificates.unsigned)
        try checkTables(on: connection)
    }

    // MARK: - The log

    private mutating func follow(
        _ row: Statement, _ certificates: inout CertificateCheck
    ) throws {
        let position = row.integer(0)
        let auction = row.optionalText(3)
        func fault(_ rule: String, _ detail: String) -> LogFault {
            LogFault(position: position, auction: auction, rule: rule, detail: detail)
        }
        guard let hash = row.hash(6) else {
            throw fault("hash", "it is not 32 bytes long")
        }
        let event = try replay.follow(
            position: position, at: Instant(milliseconds: row.integer(1)), kind: row.text(2),
            auction: auction, payload: row.bytes(4), publicPayload: row.bytes(5), hash: hash)
        guard row.optionalInteger(7) == event.seq else {
            throw fault("seq is the payload's", "the column has another one")
        }
        guard case .auction(let id, let event) = event else {
            guard Self.hasNoAnswer(row) else {
                throw fault("a reply is a verdict's", "the house has none")
            }
            return
        }
        switch event {
        case .closed, .bidsVoided:
            try replay.house.auctions.with(id) { auction in
                try certificates.follow(auction, position: position, hash: hash)
            }
        default: break
        }
        if case .bidsVoided(let event) = event {
            for ordinal in event.ordinals {
                // What is void stays so: the first entry counts.
                let key = VoidKey(auction: id, ordinal: ordinal)
                voids[key] = voids[key] ?? position
            }
        }
        try checkReply(row, of: event, on: id, fault)
    }

    /// Whether the columns from `bidder` on are all empty.
    private static func hasNoAnswer(_ row: Statement) -> Bool {
        (8..<row.columnCount).allSatisfy(row.isNull)
    }

    private mutating func checkReply(
        _ row: Statement, of event: AuctionEvent, on id: AuctionID,
        _ fault: (String, String) -> LogFault
    ) throws {
        guard event.isVerdict else {
            guard Self.hasNoAnswer(row) else {
                throw fault("a reply is a verdict's", "there is a reply to no request")
            }
            return
        }
        guard let reply = replay.house.auctions.with(id, { $0.newestReply }) ?? nil, !row.isNull(9)
        else {
            throw fault("every verdict has its reply", "there is none")
        }
        var check = RowCheck(row, from: 8)
        check.expect(reply.request.bidder.text)
        check.expect(reply.request.id.text)
        if case .bidAccepted(let event) = event {
            check.expect(Int64(event.ordinal))
            check.expect(event.amount.minorUnits)
            let alias = replay.house.auctions.with(id) {
                $0.number(of: event.request.bidder)
            }
            check.expect((alias ?? nil).map { Int64($0) })
        } else {
            for _ in 0..<3 { check.expect(nil as Int64?) }
        }
        check.expect(reply.verdict)
        guard check.holds else {
            throw fault("a reply is kept word for word", "the log's row says something else")
        }
    }

    // MARK: - The tables

    private mutating func checkTables(on connection: OpaquePointer) throws {
        for (table, expected) in Projection.stateRows(of: replay.house) {
            try check(table.name, table.columns, expected, on: connection)
        }
        let participants = replay.house.auctions.values.flatMap { auction in
            auction.participants.map { bidder, participant in
                [SQLValue(auction.id), SQLValue(bidder), SQLValue(participant.number)]
            }
        }
        try check(
            "participant", ["auction", "bidder", "number"], participants, on: connection)
        let voids = voids.map { key, position in
            [SQLValue(key.auction), SQLValue(key.ordinal), SQLValue(position)]
        }
        try check("void", ["auction", "ordinal", "position"], voids, on: connection)
    }

    private func check(
        _ name: String, _ columns: [String], _ expected: [[SQLValue]],
        on connection: OpaquePointer
    ) throws {
        let sql = "SELECT \(columns.joined(separator: ", ")) FROM \(name)"
        let statement = try Statement(sql, on: connection)
        defer { statement.finalize() }
        var missing = Set(expected)
        while try statement.next() {
            let row = (0..<statement.columnCount).map(statement.value)
            guard missing.remove(row) != nil else {
                throw LogFault(
                    rule: "the tables are what the log says",
                    detail: "table \(name) has a row that the log does not give, of key "
                        + statement.text(0))
            }
        }
        if let row = missing.first {
            throw LogFault(
                rule: "the tables are what the log says",
                detail: "table \(name) lacks a row, of key \(Projection.text(row.prefix(1)))")
        }
    }
}

extension AuctionEvent {
    /// Whether it answers a request, for good.
    fileprivate var isVerdict: Bool {
        switch self {
        case .bidAccepted, .bidRefused: true
        case .bidsVoided(let event):
            if case .retraction = event.cause { true } else { false }
        case .created, .opened, .reserveLowered, .extended, .paused, .resumed, .closed,
            .cancelled, .announced, .askSet, .fairWarned, .reopened:
            false
        }
    }
}
