import AuctionRules
import BidService
import Ledger
import Proof
import WireProtocol

/// Knows what the clients asked and what they were told, and nothing of the server; holds that
/// against the log whenever the log is opened, and at once where the words alone contradict each other.
final class Auditor: @unchecked Sendable {
    // Sendable: a simulation has one thread.
    private(set) var findings: [Finding] = []
    /// What was checked, by what it is.
    private(set) var counts: [String: Int] = [:]

    /// Every content that was sent under a name, and how often.
    private var asked: [RequestName: [BidRequest]] = [:]
    /// The first final verdict that was told.
    private var verdicts: [RequestName: ServerMessage] = [:]
    /// Requests that were told to be unavailable, as often as they were sent.
    private var unavailable: [RequestName: Int] = [:]
    private var changes: [AuctionID: [Int64: ServerMessage]] = [:]
    private var snapshots: [PublicLot] = []
    private var skipped: [Change] = []
    private var wins: [(auction: AuctionID, bidder: BidderID, seq: Int64)] = []
    /// Orders of the house that were told to be done.
    private var done: [Command] = []
    private var proofs = KeptProofs()
    private var wires: [Int: WireRecord] = [:]
    /// The newest entry that was seen in the log.
    private var head = LogHead.empty

    private struct Change {
        let auction: AuctionID
        let seq: Int64
    }

    func found(_ promise: Finding.Promise, _ detail: String) {
        findings.append(Finding(promise: promise, detail: detail))
    }

    // MARK: - What clients do

    func connected(_ wire: Int, for bidder: BidderID) { wires[wire] = WireRecord(bidder: bidder) }

    func watches(_ auction: AuctionID, feed: Feed, after seq: Int64?, on wire: Int) {
        wires[wire]?.streams[auction] = WatchRecord(feed: feed, state: .awaiting(after: seq))
    }

    func watches(_ sale: SaleID, feed: Feed, on wire: Int) { wires[wire]?.saleFeed = feed }

    func asked(_ message: ClientMessage, by bidder: BidderID) {
        let (auction, request): (AuctionID, BidRequest)
        switch message {
        case .bid(let bid): (auction, request) = (bid.auction, bid.request(by: bidder))
        case .buy(let lot, let id):
            (auction, request) = (lot, BidRequest(bidder: bidder, id: id, action: .buy))
        case .retract(let lot, let id, let bid):
            (auction, request) = (lot, BidRequest(bidder: bidder, id: id, action: .retract(bid)))
        default: return
        }
        asked(request, on: auction)
    }

    /// Also the auctioneer's, for somebody in the room.
    func asked(_ request: BidRequest, on auction: AuctionID) {
        let name = RequestName(auction: auction, bidder: request.bidder, id: request.id)
        asked[name, default: []].append(request)
    }

    // MARK: - What clients are told

    func told(_ answer: Answer, to command: Command) {
        if answer == .done { done.append(command) }
    }

    func told(_ message: ServerMessage, on wire: Int) {
        guard let bidder = wires[wire]?.bidder else { return }
        switch message {
        case .bidAccepted(let accepted):
            note(message, auction: accepted.auction, id: accepted.id, bidder: bidder)
            keep(accepted.receipt, for: bidder)
            let acceptance = accepted.acceptance
            if let end = acceptance.endsAt, accepted.at >= end {
                found(.inTime, "\(accepted.id) was taken at \(accepted.at), the end is \(end)")
            }
        case .bidRetracted(let retracted):
            note(message, auction: retracted.auction, id: retracted.id, bidder: bidder)
        case .bidRejected(let rejected):
            let name = RequestName(auction: rejected.auction, bidder: bidder, id: rejected.id)
            if rejected.code == "unavailable" { unavailable[name, default: 0] += 1 }
            guard Self.isFinal(rejected.code) else { return }
            note(message, auction: rejected.auction, id: rejected.id, bidder: bidder)
            keep(rejected.receipt, for: bidder)
        case .receipt(let receipt): keep(receipt, for: bidder)
        case .error(let failure):
            guard failure.code == .notSeen, let auction = failure.auction, let id = failure.id
            else { return }
            let name = RequestName(auction: auction, bidder: bidder, id: id)
            if let verdict = verdicts[name] {
                found(.sameReply, "\(name) is not known any more, and was answered \(verdict)")
            }
        case .snapshot(let snapshot):
            if snapshots.last != snapshot.lot { snapshots.append(snapshot.lot) }
            follow(snapshot.lot.auction, on: wire) { $0.snapshot(at: snapshot.lot.seq) }
        case .price(let price): note(message, of: price.auction, price.seq, on: wire)
        case .status(let status): note(message, of: status.auction, status.seq, on: wire)
        case .watching(let watched):
            guard case .auction(let auction) = watched.target, let seq = watched.seq else { return }
            follow(auction, on: wire) { $0.caughtUp(to: seq) }
        case .won(let settled): wins.append((settled.auction, bidder, settled.seq))
        default: break
        }
    }

    /// A certificate that somebody was given, who may show it to anybody at any time.
    func told(certificate: SignedStatement, of auction: AuctionID) {
        if proofs.keep(certificate: certificate, of: auction) {
            counts["certificates", default: 0] += 1
        }
    }

    private func keep(_ receipt: ServerMessage.Receipt?, for bidder: BidderID) {
        guard let receipt else { return }
        let name = RequestName(auction: receipt.auction, bidder: bidder, id: receipt.id)
        counts["receipts", default: 0] += 1
        do { try proofs.keep(receipt: SignedStatement(receipt.content), of: name) } catch {
            found(.unreadable, "\(name): \(error)")
        }
    }

    private static func name(of verdict: ServerMessage) -> String {
        if case .bidRejected(let rejected) = verdict { rejected.code } else { verdict.type }
    }

    private static func isFinal(_ code: String) -> Bool {
        let provisional = [
            "malformed", "wrong_currency", "invalid_amount", "idempotency_conflict",
            "unknown_auction", "confirm_required", "unavailable",
        ]
        return !provisional.contains(code)
    }

    private func note(
        _ verdict: ServerMessage, auction: AuctionID, id: BidID, bidder: BidderID
    ) {
        let name = RequestName(auction: auction, bidder: bidder, id: id)
        let verdict = verdict.withoutReceipt
        guard let first = verdicts[name] else {
            verdicts[name] = verdict
            counts["verdict: " + Self.name(of: verdict), default: 0] += 1
            return
        }
        counts["verdicts repeated", default: 0] += 1
        if first != verdict { found(.sameReply, "\(name): first \(first), then \(verdict)") }
    }

    private func note(
        _ change: ServerMessage, of auction: AuctionID, _ seq: Int64, on wire: Int
    ) {
        counts["changes", default: 0] += 1
        if let first = changes[auction, default: [:]].updateValue(change, forKey: seq),
            first != change
        {
            found(.oneTruth, "\(auction) \(seq): once \(first), then \(change)")
        }
        follow(auction, on: wire) { record in
            let (problem, passedOver) = record.change(seq)
            for seq in passedOver { self.skipped.append(Change(auction: auction, seq: seq)) }
            return problem
        }
    }

    private func follow(
        _ auction: AuctionID, on wire: Int, _ body: (inout WatchRecord) -> String?
    ) {
        guard let feed = wires[wire]?.streams[auction]?.feed ?? wires[wire]?.saleFeed else {
            return found(.secret, "\(auction) on connection \(wire), which does not watch it")
        }
        var record =
            wires[wire]?.streams[auction] ?? WatchRecord(feed: feed, state: .awaiting(after: nil))
        let problem = body(&record)
        wires[wire]?.streams[auction] = record
        if let problem { found(.noHole, "\(auction) on connection \(wire): \(problem)") }
    }

    func hasVerdict(on auction: AuctionID, by bidder: BidderID, id: BidID) -> Bool {
        verdicts[RequestName(auction: auction, bidder: bidder, id: id)] != nil
    }

    /// At the end: whoever asks again gets an answer.
    func expectVerdict(on auction: AuctionID, by bidder: BidderID, id: BidID) {
        let name = RequestName(auction: auction, bidder: bidder, id: id)
        let isUnconfirmed = asked[name]?.contains { request in
            switch request.action {
            case .bid, .bidAtAsk: !request.isConfirmed
            case .buy, .retract, .room: false
            }
        }
        if verdicts[name] == nil, isUnconfirmed == false {
            found(.verdictGiven, "\(name) was asked again on a sound server, and got no verdict")
        }
    }

    /// At the end: whoever asks for a receipt gets one.
    func expectReceipt(on auction: AuctionID, by bidder: BidderID, id: BidID) {
        let name = RequestName(auction: auction, bidder: bidder, id: id)
        if verdicts[name] != nil, !proofs.hasReceipt(of: name) {
            found(.receiptGiven, "of \(name) there is none")
        }
    }

    /// At the end: what was published of certificates is what is stored.
    ///
    /// - Parameter texts: those of all certificates and of the tree heads over them.
    func inspect(signedTexts texts: Set<String>) { findings += proofs.missing(in: texts) }

    // MARK: - What the log says

    /// Reads the whole log and holds against it what clients were told.
    ///
    /// - Returns: the house as the log tells it.
    @discardableResult
    func inspect(_ log: any BidLog) throws(LedgerError) -> House {
        let truth = try Truth(of: log)
        counts["inspections", default: 0] += 1
        findings += truth.findings
        if head.position > 0, truth.entryHashes[head.position] != head.hash {
            found(.onlyGrows, "entry \(head.position) is gone, or another one than before")
        }
        head = truth.head
        checkVerdicts(truth)
        checkChanges(truth)
        findings += proofs.check(against: truth)
        for case .createAuction(let id, _) in done where truth.house.auctions[id] == nil {
            found(.kept, "\(id) was created, and is gone")
        }
        return truth.house
    }

    private func checkVerdicts(_ truth: Truth) {
        for (name, verdict) in verdicts.sorted(by: { $0.key < $1.key }) {
            guard let reply = truth.reply(to: name) else {
                found(.kept, "\(name) was answered \(verdict), and is not in the log")
                continue
            }
            if ServerMessage(reply, on: name.auction) != verdict {
                found(.kept, "\(name) was answered \(verdict), and the log has \(reply)")
            }
        }
        for (name, entries) in truth.requests.sorted(by: { $0.key < $1.key }) {
            if entries.count > 1 {
                found(.kept, "\(name) is in the log \(entries.count) times")
            }
            let asked = asked[name] ?? []
            if !asked.contains(where: { $0.action == entries[0].action }) {
                found(.asked, "\(name) is in the log as \(entries[0].action)")
            }
            if unavailable[name, default: 0] >= asked.count {
                found(.nothingHappened, "\(name) is in the log as \(entries[0].action)")
            }
        }
    }

    private func checkChanges(_ truth: Truth) {
        for (auction, told) in changes.sorted(by: { $0.key < $1.key }) {
            for (seq, message) in told.sorted(by: { $0.key < $1.key }) {
                let change = truth.changes[auction]?[seq]
                if change.map({ ServerMessage($0) }) != message {
                    found(
                        .published,
                        "\(auction) \(seq): told \(message), and the log has \(String(describing: change))"
                    )
                }
            }
        }
        for lot in snapshots where !truth.lots.contains(lot) {
            found(.published, "a snapshot that the log never had: \(lot)")
        }
        for change in skipped {
            guard let truth = truth.changes[change.auction]?[change.seq] else { continue }
            if truth.kind != .price { found(.noHole, "\(change) was left out: \(truth)") }
        }
        for win in wins
        where !truth.winners.contains(.init(auction: win.auction, bidder: win.bidder)) {
            found(.oneWinner, "\(win.bidder) was told to have won \(win.auction)")
        }
    }
}

/// What one connection was promised.
struct WireRecord {
    let bidder: BidderID
    var streams: [AuctionID: WatchRecord] = [:]
    /// When it watches the sale: any of its lots may come, beginning with a snapshot.
    var saleFeed: Feed?
}

/// What one connection has heard of one lot.
struct WatchRecord {
    enum State {
        /// Nothing yet; a watcher who comes back has seen all up to `after`.
        case awaiting(after: Int64?)
        case following(Int64)
    }

    let feed: Feed
    var state: State

    /// - Returns: what is wrong, if anything.
    mutating func snapshot(at seq: Int64) -> String? {
        let before: Int64? =
            switch state {
            case .awaiting(let after): after
            case .following(let seq): seq
            }
        state = .following(seq)
        guard let before, seq < before else { return nil }
        return "had seen \(before), and is sent back to \(seq)"
    }

    mutating func change(_ seq: Int64) -> (problem: String?, passedOver: [Int64]) {
        let before: Int64?
        var mayPassOver = false
        switch state {
        case .awaiting(let after): before = after
        case .following(let seq):
            before = seq
            mayPassOver = feed == .latest
        }
        state = .following(seq)
        guard let before else { return ("hears of \(seq) before it knows the lot", []) }
        if seq == before + 1 { return (nil, []) }
        if seq > before, mayPassOver { return (nil, Array(before + 1..<seq)) }
        return ("hears of \(seq) after \(before)", [])
    }

    mutating func caughtUp(to seq: Int64) -> String? {
        let before: Int64? =
            switch state {
            case .awaiting(let after): after
            case .following(let seq): seq
            }
        state = .following(seq)
        return before == seq
            ? nil : "is told to have seen all up to \(seq), and has seen \(before ?? 0)"
    }
}

extension ServerMessage {
    /// The verdict alone: a receipt is signed anew whenever it is asked for.
    fileprivate var withoutReceipt: ServerMessage {
        switch self {
        case .bidAccepted(var accepted):
            accepted.receipt = nil
            return .bidAccepted(accepted)
        case .bidRejected(var rejected):
            rejected.receipt = nil
            return .bidRejected(rejected)
        default: return self
        }
    }
}
