import AuctionRules
import Proof

/// Replays a database's log and compares every table with what the replay gives.
struct ReplayCheck {
    private static let sql = """
        SELECT e.position, e.at, e.kind, e.auction, e.payload, e.public_payload, e.hash, e.seq,
            r.position, r.auction, r.bidder, r.bid, r.action, r.amount, r.currency, r.target,
            r.confirmed, r.verdict, r.code, r.detail, r.late_by, r.minimum, r.seq, r.leading,
            r.own_max, r.price, r.reserve, r.ends_at
        FROM event e LEFT JOIN reply r USING (position)
        WHERE e.position <= ? ORDER BY e.position
        """

    private(set) var replay = Replay()
    /// Where each commitment was logged, in the order of its lot.
    private var positions: [AuctionID: [Int64]] = [:]
    private var replies: Int64 = 0
    /// How many certificates there are, and how many of them no signature is over.
    private(set) var certificates: (all: Int64, unsigned: Int64) = (0, 0)

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
            guard row.isNull(8) else { throw fault("a reply is a verdict's", "the house has none") }
            return
        }
        switch event {
        case .bidAccepted: positions[id, default: []].append(position)
        case .closed, .bidsVoided:
            try replay.house.auctions.with(id) { auction in
                try certificates.follow(auction, position: position, hash: hash)
            }
        default: break
        }
        try checkReply(row, of: event, on: id, fault)
    }

    private mutating func checkReply(
        _ row: Statement, of event: AuctionEvent, on id: AuctionID,
        _ fault: (String, String) -> LogFault
    ) throws {
        guard event.isVerdict else {
            guard row.isNull(8) else {
                throw fault("a reply is a verdict's", "there is a reply to no request")
            }
            return
        }
        guard let reply = replay.house.auctions.with(id, { $0.newestReply }) ?? nil, !row.isNull(8)
        else {
            throw fault("every verdict has its reply", "there is none")
        }
        replies += 1
        var check = RowCheck(row, from: 9)
        check.expect(reply, on: id)
        guard check.holds else {
            throw fault("a reply is kept word for word", "the table reply says something else")
        }
    }

    // MARK: - The tables

    private mutating func checkTables(on connection: OpaquePointer) throws {
        let count = try Statement("SELECT count(*) FROM reply", on: connection)
        defer { count.finalize() }
        guard try count.next(), count.integer(0) == replies else {
            throw LogFault(
                rule: "a reply is a verdict's",
                detail: "\(count.integer(0)) replies to \(replies) verdicts")
        }
        try checkCommitments(on: connection)
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
    }

    private func checkCommitments(on connection: OpaquePointer) throws {
        let statement = try Statement(
            """
            SELECT auction, ordinal, position, bidder, bid, kind, amount, at, seq, voided
            FROM commitment ORDER BY auction, ordinal
            """, on: connection)
        defer { statement.finalize() }
        for auction in replay.house.auctions.values.sorted(by: { $0.id < $1.id }) {
            let positions = positions[auction.id] ?? []
            for (commitment, position) in zip(auction.commitments, positions) {
                var check: RowCheck?
                if try statement.next() {
                    check = RowCheck(statement, from: 0)
                    check?.expect(auction.id.text)
                    check?.expect(Int64(commitment.ordinal))
                    check?.expect(position)
                    check?.expect(commitment)
                }
                guard check?.holds == true else {
                    throw LogFault(
                        position: position, auction: auction.id.text,
                        rule: "every accepted bid is a commitment",
                        detail: "the table commitment says something else")
                }
            }
        }
        guard try !statement.next() else {
            throw LogFault(
                auction: statement.text(0), rule: "a commitment is an accepted bid's",
                detail: "the log knows nothing of ordinal \(statement.integer(1))")
        }
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
            .cancelled, .announced:
            false
        }
    }
}
