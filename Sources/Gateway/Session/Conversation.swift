import AuctionRules
import BidService
import NIOCore
import WireProtocol

/// What all connections of one event loop share. One for all: each connection's copy of the limits
/// alone would take half a kilobyte.
final class Station {
    let hub: LoopHub
    let mailbox: LoopMailbox
    let service: BidService
    let authenticator: Authenticator
    let gatekeeper: Gatekeeper
    let clock: any ServiceClock
    let limits: GatewayLimits
    let statistics: GatewayStatistics
    let readiness: Readiness
    let log: ConnectionLog
    let open = OpenConnections()

    init(
        hub: LoopHub, mailbox: LoopMailbox, service: BidService, authenticator: Authenticator,
        gatekeeper: Gatekeeper, clock: any ServiceClock, limits: GatewayLimits,
        statistics: GatewayStatistics, readiness: Readiness, log: ConnectionLog
    ) {
        self.hub = hub
        self.mailbox = mailbox
        self.service = service
        self.authenticator = authenticator
        self.gatekeeper = gatekeeper
        self.clock = clock
        self.limits = limits
        self.statistics = statistics
        self.readiness = readiness
        self.log = log
    }
}

/// A sale that a client begins to watch: the lots that it has not been told of.
private struct SaleOpening {
    let sale: SaleID
    var auctions: ArraySlice<AuctionID>
    let ref: String?
}

/// One client's side of the protocol: reads its messages, and has them answered.
///
/// Knows nothing of frames or channels; what it says goes through its ``Watcher``. Bids go to the
/// service and are answered from there, through the loop's mailbox, when they are on disk.
final class Conversation {
    private let station: Station
    private let watcher: Watcher
    /// In whose name the client asks, and for whom its connection is counted.
    private var speaker: BidderID?
    /// When that ends; nil: never.
    private var speaksUntil: Instant?
    private var failedAuthentications = 0
    private var rate: MessageRate
    /// When the message came that is looked at, for all rates.
    private var heardAt: Int64 = 0
    /// What has come and not been handed to the service: see ``submit()``.
    private var asked: [Submission] = []
    /// How many there were in the last read that had any: there may be as many in the next one.
    private var askedLately = 1
    /// Sales that the client watches and has not been told of completely.
    private var openings: [SaleOpening] = []

    init(watcher: Watcher, station: Station) {
        self.watcher = watcher
        self.station = station
        rate = MessageRate(of: "messages", limits: station.limits)
    }

    // MARK: - The beginning and the end

    /// Greets the client.
    ///
    /// - Parameter token: what its upgrade carried, if anything.
    func begin(session: String, token: String?) {
        var refusal: CloseCode?
        if let token {
            switch station.authenticator.identify(token) {
            case .success(let identity):
                watcher.hasSpoken = true
                if !adopt(identity) { refusal = .tooManyConnections }
            case .failure: refusal = .badToken
            }
        }
        say(
            .welcome(
                .init(
                    serverTime: station.clock.now(), session: session,
                    heartbeatInterval: Int64(station.limits.heartbeatSeconds) * 1000,
                    messageBytesMax: station.limits.messageBytesMax, bidder: watcher.bidder)))
        if let refusal { watcher.close(refusal) }
    }

    /// The connection has ended.
    func end() {
        submit()
        if let speaker { station.gatekeeper.leave(speakerFor: speaker) }
        speaker = nil
    }

    // MARK: - Messages

    /// A whole message has come, of the kind that the connection's form has.
    func receive(_ message: ByteBuffer) {
        watcher.hasSpoken = true
        heardAt = station.gatekeeper.clock.now()
        let verdict = rate.receive(at: heardAt)
        // Decoded in any case: a refusal names what it refuses.
        let frame = Result { () throws(WireFault) in
            try message.withUnsafeReadableBytes { bytes throws(WireFault) in
                try ClientFrame.decode(bytes, as: watcher.form.encoding)
            }
        }
        if case .refuse(let refusal) = verdict {
            station.statistics.reached(.messages)
            return refuse(refusal, on: frame.subject, ref: frame.ref)
        }
        switch consume frame {
        case .success(let frame): handle(frame.message, ref: frame.ref)
        case .failure(let fault):
            let reply = fault.reply
            say(reply.message, ref: reply.ref)
        }
    }

    /// Refuses for its rate what then is not done at all; who does not heed that has to go.
    private func refuse(
        _ refusal: RateRefusal, on subject: (auction: AuctionID, id: BidID)?, ref: String?
    ) {
        say(refusal.failure(on: subject), ref: ref)
        guard rate.noteRefusal(at: heardAt) else { return }
        station.statistics.reached(.refusals)
        watcher.close(.keptOverRateLimit)
    }

    // What a bid is made of is handed on, and not held here as well.
    private func handle(_ message: consuming ClientMessage, ref: consuming String?) {
        switch consume message {
        case .authenticate(let token): authenticate(token, ref: ref)
        case .watch(.auction(let id), let feed, let resume):
            watch(id, feed: feed, resume: resume, ref: ref)
        case .watch(.sale(let id), let feed, _): watch(sale: id, feed: feed, ref: ref)
        case .unwatch(let target): unwatch(target, ref: ref)
        case .bid(let bid):
            let question = Question(kind: .request, auction: bid.auction, id: bid.id, ref: ref)
            request(question, wantsReceipt: bid.wantsReceipt) { bid.request(by: $0) }
        case .buy(let auction, let id):
            request(Question(kind: .request, auction: auction, id: id, ref: ref)) {
                BidRequest(bidder: $0, id: id, action: .buy)
            }
        case .retract(let auction, let id, let bid):
            request(Question(kind: .request, auction: auction, id: id, ref: ref)) {
                BidRequest(bidder: $0, id: id, action: .retract(bid))
            }
        case .bidStatus(let auction, let id):
            let question = Question(kind: .status, auction: auction, id: id, ref: ref)
            guard let bidder = bidder(asking: question) else { return }
            ask(.status(BidKey(bidder: bidder, id: id), on: auction), question)
        case .receipt(let auction, let id):
            let question = Question(kind: .receipt, auction: auction, id: id, ref: ref)
            guard let bidder = bidder(asking: question) else { return }
            let key = BidKey(bidder: bidder, id: id)
            ask(.status(key, on: auction), question, wantsReceipt: true)
        case .time(let time):
            say(.time(.init(clientTime: time, serverTime: station.clock.now())), ref: ref)
        }
    }

    private func say(_ message: ServerMessage, ref: String? = nil) {
        watcher.send(ServerFrame(message, ref: ref))
    }

    private func refuse(_ code: ErrorCode, _ message: String, ref: String?) {
        say(.error(.init(code, message: message)), ref: ref)
    }

    // MARK: - Who

    private func authenticate(_ token: String, ref: String?) {
        switch station.authenticator.identify(token) {
        case .success(let identity):
            guard case .bidder(let bidder, _, let expiresAt) = identity else {
                return refuse(
                    .forbidden, "An administrator's token is not for bidding.", ref: ref)
            }
            // What is on its way to the one would reach the other.
            if let own = speaker, own != bidder {
                return refuse(
                    .forbidden,
                    "This connection speaks for \(own): open another one for somebody else.",
                    ref: ref)
            }
            failedAuthentications = 0
            guard adopt(identity) else { return watcher.close(.tooManyConnections) }
            say(.authenticated(.init(bidder: bidder, expiresAt: expiresAt)), ref: ref)
        case .failure(let failure):
            refuse(.unauthenticated, failure.message, ref: ref)
            failedAuthentications += 1
            // Somebody who guesses, or makes us verify signatures for nothing.
            if failedAuthentications >= station.limits.failedAuthenticationsMax {
                watcher.close(.badToken)
            }
        }
    }

    /// False when the bidder has as many connections as it may have.
    private func adopt(_ identity: Identity) -> Bool {
        guard case .bidder(let bidder, let credential, let expiresAt) = identity else {
            return true
        }
        if speaker != bidder {
            guard station.gatekeeper.admit(speakerFor: bidder) else { return false }
            end()
            speaker = bidder
        }
        speaksUntil = expiresAt
        station.hub.identify(watcher, as: bidder, by: credential, expiresAt: expiresAt)
        return true
    }

    /// The bidder in whose name something is asked; nil after having refused it.
    private func bidder(asking question: Question) -> BidderID? {
        guard let speaker else {
            watcher.send(
                .error(
                    .unauthenticated, "Say who you are first: send authenticate with a token.",
                    to: question))
            return nil
        }
        if let speaksUntil, speaksUntil <= station.clock.now() {
            watcher.send(
                .error(
                    .unauthenticated, "Your token has expired: authenticate with a new one.",
                    to: question))
            return nil
        }
        return speaker
    }

    // MARK: - Watching

    private func watch(_ id: AuctionID, feed: Feed, resume: ResumePoint?, ref: String?) {
        guard mayWatch(isNew: watcher.auctions[id] == nil, ref: ref) else { return }
        let position = resume.map { (log: $0.log, seq: $0.after) }
        let board = station.service.board
        station.hub.expect(.auction(id))
        guard let entrance = board.enter(id, after: position, for: watcher.bidder) else {
            return refuse(.unknownAuction, "There is no auction \(id).", ref: ref)
        }
        station.enter(
            entrance, of: id, after: position, feed: feed, for: watcher, ref: ref)
    }

    private func watch(sale id: SaleID, feed: Feed, ref: String?) {
        guard mayWatch(isNew: watcher.sales[id] == nil, ref: ref) else { return }
        station.hub.expect(.sale(id))
        guard let auctions = station.service.board.auctions(in: id) else {
            return refuse(.unknownAuction, "There is no sale \(id).", ref: ref)
        }
        forget(openingOf: id)
        station.hub.watch(sale: id, by: watcher, feed: feed, auctions: auctions)
        openings.append(SaleOpening(sale: id, auctions: auctions[...], ref: ref))
        goOn()
    }

    /// Tells of the lots of newly watched sales, as fast as the connection takes it: a catalogue is
    /// larger than what may wait for it.
    func goOn() {
        while watcher.isKeepingUp, !openings.isEmpty {
            guard let id = openings[0].auctions.popFirst() else {
                let opening = openings.removeFirst()
                say(.watching(.init(opening.sale)), ref: opening.ref)
                continue
            }
            guard let entrance = station.service.board.enter(id, after: nil, for: watcher.bidder)
            else { continue }
            station.hub.tell(
                of: id, in: openings[0].sale, to: watcher, head: LotHead(entrance.snapshot.state),
                version: entrance.version)
            say(
                .snapshot(station.snapshot(entrance.snapshot, for: watcher)), ref: openings[0].ref)
        }
    }

    private func forget(openingOf sale: SaleID) {
        for opening in openings where opening.sale == sale {
            for auction in opening.auctions { watcher.told.forgetPostponed(auction) }
        }
        openings.removeAll { $0.sale == sale }
    }

    private func mayWatch(isNew: Bool, ref: String?) -> Bool {
        guard isNew, watcher.watchCount >= station.limits.watchesMax else { return true }
        station.statistics.reached(.watches)
        refuse(
            .tooManyWatches,
            "A connection watches at most \(station.limits.watchesMax) lots and sales: "
                + "unwatch one, or watch the sale.", ref: ref)
        return false
    }

    private func unwatch(_ target: WatchTarget, ref: String?) {
        switch target {
        case .auction(let id):
            station.hub.unwatch(id, by: watcher)
            let state = station.service.board.snapshot(of: id, for: nil)?.state
            say(.unwatched(.init(id, seq: state?.seq ?? 0)), ref: ref)
        case .sale(let id):
            forget(openingOf: id)
            station.hub.unwatch(sale: id, by: watcher)
            say(.unwatched(.init(id)), ref: ref)
        }
    }

    // MARK: - Bidding

    private func request(
        _ question: consuming Question, wantsReceipt: Bool = false,
        _ request: (BidderID) -> BidRequest
    ) {
        guard let bidder = bidder(asking: question) else { return }
        if let refusal = station.gatekeeper.admitBid(
            by: bidder, on: question.auction, at: heardAt)
        {
            return refuse(refusal, on: (question.auction, question.id), ref: question.ref)
        }
        let command = Command.request(request(bidder), on: question.auction)
        ask(command, question, wantsReceipt: wantsReceipt)
    }

    private func ask(
        _ command: consuming Command, _ question: consuming Question, wantsReceipt: Bool = false
    ) {
        guard watcher.mayAsk() else {
            return watcher.send(.answer(.refused(.unavailable), to: question))
        }
        if asked.isEmpty { asked.reserveCapacity(askedLately) }
        asked.append(
            Asked(
                question, command, wantsReceipt: wantsReceipt, by: watcher.id,
                on: station.mailbox))
    }

    /// Hands the service what has been asked: what comes in one read goes in together.
    func submit() {
        guard !asked.isEmpty else { return }
        // A full queue answers at once, and then nobody else announces it.
        if !station.service.submit(asked) { station.mailbox.post() }
        askedLately = asked.count
        // Kept for no longer: most connections are idle most of the time.
        asked = []
    }
}
