import AuctionRules
import Proof

/// The rows of the tables that are appended to, made again from the log.
struct LoggedRows {
    private var events: [[SQLValue]] = []
    private var replies: [[SQLValue]] = []
    private var commitments: [[SQLValue]] = []
    private var participants: [[SQLValue]] = []
    private var certificates: [[SQLValue]] = []
    /// The house as the entries so far leave it: a certificate tells the lot as it was then.
    private var replayed = House()
    /// Where each commitment was logged, in the order of its lot.
    private var positions: [AuctionID: [Int64]] = [:]

    init(reader: LedgerReader, house: House) throws(LedgerError) {
        try reader.entries(after: 0) { entry in follow(entry, in: house) }
        for (id, auction) in house.auctions {
            participants += auction.participants.map { bidder, participant in
                [SQLValue(id), SQLValue(bidder), SQLValue(participant.number)]
            }
            for (commitment, position) in zip(auction.commitments, positions[id] ?? []) {
                commitments.append(Self.row(commitment, on: auction, position: position))
            }
        }
    }

    var tables: [(name: String, columns: [String], rows: [[SQLValue]])] {
        [
            ("event", ["position", "auction", "seq", "kind", "at"], events),
            (
                "reply",
                [
                    "position", "auction", "bidder", "bid", "action", "amount", "currency",
                    "target", "confirmed", "verdict", "code", "detail", "late_by", "minimum", "seq",
                    "leading", "own_max", "price", "reserve", "ends_at", "ask_seq",
                    "present_ask_seq",
                ], replies
            ),
            (
                "commitment",
                [
                    "auction", "ordinal", "position", "bidder", "bid", "kind", "amount", "at",
                    "seq", "voided",
                ], commitments
            ),
            ("participant", ["auction", "bidder", "number"], participants),
            ("certificate", ["position", "auction", "statement"], certificates),
        ]
    }

    private mutating func follow(_ entry: LogEntry, in house: House) {
        events.append([
            SQLValue(entry.position), SQLValue(entry.event.auction), SQLValue(entry.event.seq),
            .text(entry.event.kind), SQLValue(entry.at),
        ])
        let certified = entry.event.auction.flatMap {
            replayed.auctions.with($0) { $0.outcomeEntry } ?? nil
        }
        replayed.apply(entry.event, at: entry.at, recordedAs: entry.hash)
        guard case .auction(let id, let event) = entry.event else { return }
        replayed.auctions.with(id) { addCertificate(of: $0, entry, replacing: certified) }
        switch event {
        case .bidAccepted(let event):
            positions[id, default: []].append(entry.position)
            addReply(to: event.request, on: id, entry.position, in: house)
        case .bidRefused(let event): addReply(to: event.request, on: id, entry.position, in: house)
        case .bidsVoided(let event):
            guard case .retraction(let request) = event.cause else { return }
            addReply(to: request, on: id, entry.position, in: house)
        default: break
        }
    }

    private mutating func addCertificate(
        of auction: Auction, _ entry: LogEntry, replacing certified: EntryHash?
    ) {
        guard auction.outcomeEntry == entry.hash,
            let statement = CertificateStatement.text(
                of: auction, position: entry.position, hash: entry.hash, replacing: certified)
        else { return }
        certificates.append([SQLValue(entry.position), SQLValue(auction.id), .text(statement)])
    }

    private mutating func addReply(
        to request: BidRequest, on id: AuctionID, _ position: Int64, in house: House
    ) {
        guard let reply = house.auctions[id]?.reply(to: request.key) else { return }
        let head: [SQLValue] = [
            SQLValue(position), SQLValue(id), SQLValue(request.bidder), SQLValue(request.id),
        ]
        var tail: [SQLValue] = [.null, .null]
        if case .bidAtAsk(_, _, let askSeq, _) = reply.request.action {
            tail[0] = SQLValue(askSeq)
        }
        if case .refused(let refusal) = reply.verdict { tail[1] = SQLValue(refusal.askSeq) }
        replies.append(
            head + Self.columns(reply.request) + Self.columns(reply.verdict) + tail)
    }

    private static func columns(_ request: BidRequest) -> [SQLValue] {
        let confirmed = SQLValue(request.isConfirmed)
        return switch request.action {
        case .bid(let kind, let amount, let currency),
            .bidAtAsk(let kind, let amount, _, let currency):
            [.text(kind.rawValue), SQLValue(amount), SQLValue(currency), .null, confirmed]
        case .room(let amount): [.text("room"), SQLValue(amount), .null, .null, confirmed]
        case .buy: [.text("buy"), .null, .null, .null, confirmed]
        case .retract(let bid): [.text("retract"), .null, .null, SQLValue(bid), confirmed]
        }
    }

    private static func columns(_ verdict: Verdict) -> [SQLValue] {
        switch verdict {
        case .accepted(let told):
            [
                .text("accepted"), .null, .null, .null, SQLValue(told.minimum), SQLValue(told.seq),
                told.isLeading.map { SQLValue($0) } ?? .null, SQLValue(told.ownMax),
                SQLValue(told.price), .text(told.reserve.rawValue), SQLValue(told.endsAt),
            ]
        case .retracted(let seq):
            [.text("retracted"), .null, .null, .null, .null, SQLValue(seq)]
                + Array(repeating: .null, count: 5)
        case .refused(let refusal):
            [
                .text("refused"), .text(refusal.code), SQLValue(refusal.detail),
                SQLValue(refusal.lateBy), SQLValue(refusal.minimum),
            ] + Array(repeating: .null, count: 6)
        }
    }

    private static func row(
        _ commitment: Commitment, on auction: Auction, position: Int64
    ) -> [SQLValue] {
        [
            SQLValue(auction.id), SQLValue(commitment.ordinal), SQLValue(position),
            SQLValue(commitment.bidder), SQLValue(auction.key(of: commitment).id),
            .text(commitment.kind.rawValue), SQLValue(commitment.amount), SQLValue(commitment.at),
            SQLValue(commitment.seq), SQLValue(commitment.isVoided),
        ]
    }
}
