import GavelLoad

/// All bidders and watchers of one load, on one thread: what they say, and whether what they are told
/// is right. The first message that is not ends the run.
final class Floor: PollConduct {
    /// What was counted so far.
    struct Counts {
        var accepted = 0
        var refused = 0
        var delivered = 0
        var deliveredBytes = 0
        var closed = 0

        var answered: Int { accepted + refused }
    }

    let plan: FloorPlan
    let upgrades: [[UInt8]]
    var lots: [LotRecord]
    var bidders: [BidderRecord]
    /// For each watcher one for each lot that it watches.
    var checks: [StreamCheck]
    var watcherLines: [PollLine?]
    var counts = Counts()
    /// What was due in here is recorded; of ``PollClock``.
    var window: Range<UInt64> = 0..<0
    /// Answers are followed by the next bid.
    var repeatsBids = false
    var answers = LatencyRecord()
    var deliveries = LatencyRecord()
    var lastDeliveries = LatencyRecord()
    var closes = LatencyRecord()
    var closeDecisions = LatencyRecord()
    /// Whether who watches stays the same, so that the last one of them can be told.
    var hasFixedWatchers = true

    private let prefix: [UInt8]
    private var loop: PollLoop?
    /// Bidders that have something to send.
    private var touched: [Int] = []
    /// Those that are to connect, from the last.
    private var waiting: [Int] = []
    private var onTheWay = 0
    private var bids = 0
    private var snapshots = 0

    /// How many connect at the same time: fewer than a listen queue holds.
    private static let onTheWayMax = 128

    /// - Parameter upgrades: the requests of the bidders, and of every watcher at the end.
    init(_ plan: FloorPlan, bases: [Int64], upgrades: [[UInt8]]) {
        self.plan = plan
        self.upgrades = upgrades
        prefix = Array(plan.prefix.utf8)
        lots = (0..<plan.lots).map { number in
            var lot = LotRecord(name: plan.name(of: number))
            lot.base = bases[number]
            return lot
        }
        bidders = plan.bidderLots.map { BidderRecord(lots: $0) }
        checks = Array(repeating: StreamCheck(), count: plan.watchers * plan.watched)
        watcherLines = Array(repeating: nil, count: plan.watchers)
        for watcher in 0..<plan.watchers {
            for index in 0..<plan.watched {
                lots[plan.lot(ofWatcher: watcher) + index].watchers += 1
            }
        }
        waiting = Array((0..<(plan.bidderLots.count + plan.watchers)).reversed())
    }

    // MARK: - Coming

    /// How many are not here yet, or have not been told of what they watch.
    var leftToCome: Int { waiting.count + onTheWay }

    func open(on loop: PollLoop) throws {
        self.loop = loop
        try fill()
    }

    private func fill() throws {
        while onTheWay < Self.onTheWayMax, let number = waiting.popLast() {
            onTheWay += 1
            let isBidder = number < bidders.count
            let line = try loop?.connect(
                number, upgrade: isBidder ? upgrades[number] : upgrades[upgrades.count - 1])
            if isBidder {
                bidders[number].line = line
            } else {
                watcherLines[number - bidders.count] = line
            }
        }
    }

    private func arrived() throws {
        onTheWay -= 1
        try fill()
    }

    /// A watcher goes, and somebody else comes in his place.
    func replace(watcher: Int) throws {
        guard let line = watcherLines[watcher], line.isOpen, checks[watcher].isWatching else {
            return
        }
        loop?.drop(line)
        checks[watcher] = StreamCheck()
        waiting.append(bidders.count + watcher)
        try fill()
    }

    func opened(_ line: PollLine) throws {
        if line.number < bidders.count { return try arrived() }
        try loop?.send(text: plan.watchMessage(of: line.number - bidders.count), on: line)
    }

    func closed(_ line: PollLine, _ reason: String) throws {
        throw Self.ending(line.number < bidders.count ? "a bidder" : "a watcher", reason)
    }

    /// What it means that the server ended a connection.
    static func ending(_ who: String, _ reason: String) -> BenchError {
        guard reason.hasPrefix("HTTP/1.1 429") || reason.hasPrefix("HTTP/1.1 503") else {
            return .fault(.hungUp("on \(who): \(reason)"))
        }
        return .limited(
            "The server takes no more connections: raise its limits new-connections-per-second, "
                + "new-connections-burst, and those of an address.")
    }

    /// Everybody goes, at the end.
    func leave() {
        for line in bidders.compactMap(\.line) + watcherLines.compactMap({ $0 }) {
            loop?.drop(line)
        }
        loop = nil
    }

    // MARK: - Bidding

    /// Makes the next bid: by this bidder, or by all in turn.
    ///
    /// - Parameter due: when it was to be made; its latencies count from then.
    func bid(by bidder: Int? = nil, due: UInt64) {
        let number = bidder ?? bids % bidders.count
        bids += 1
        if bidders[number].outgoing.isEmpty { touched.append(number) }
        if plan.lowEvery > 0, bids % plan.lowEvery == 0 {
            let id = bidders[number].lowBids.bid(due: due)
            write(
                "r", id, BenchSale.step, on: bidders[number].lots[0],
                to: &bidders[number].outgoing)
            return
        }
        let id = bidders[number].bids.bid(due: due)
        let lot = bidders[number].lot(of: id)
        let amount = BenchSale.amount(lots[lot].made)
        lots[lot].made += 1
        if plan.watchers > 0 {
            lots[lot].due.append(due)
            if hasFixedWatchers { lots[lot].reached.append(0) }
        }
        write("b", id, amount, on: lot, to: &bidders[number].outgoing)
    }

    private var message: [UInt8] = []

    private func write(
        _ kind: Character, _ id: Int, _ amount: Int64, on lot: Int, to frames: inout [UInt8]
    ) {
        message.removeAll(keepingCapacity: true)
        message.append(contentsOf: lots[lot].bidHead)
        message.append(contentsOf: String(kind).utf8)
        message.append(contentsOf: String(id).utf8)
        message.append(contentsOf: #"","amount":"#.utf8)
        message.append(contentsOf: String(amount).utf8)
        message.append(UInt8(ascii: "}"))
        PollLine.append(message, to: &frames)
    }

    /// Sends what bidders have to send.
    func flush() throws {
        for number in touched {
            guard let line = bidders[number].line else { continue }
            try loop?.send(bidders[number].outgoing, on: line)
            bidders[number].outgoing.removeAll(keepingCapacity: true)
        }
        touched.removeAll(keepingCapacity: true)
    }

    // MARK: - Hearing

    func received(_ bytes: UnsafeRawBufferPointer, on line: PollLine, at now: UInt64) throws {
        let message = RawMessage(bytes)
        if line.number < bidders.count {
            try hear(message, bidder: line.number, at: now)
        } else {
            try hear(message, watcher: line.number - bidders.count, at: now)
        }
    }

    /// The number of the lot that a message is about; nil: of none of ours.
    func lot(of message: RawMessage) -> Int? {
        guard let name = message.text("auction"), name.starts(with: prefix),
            let number = RawMessage(name).integer(at: prefix.count), number < lots.count
        else { return nil }
        return Int(number)
    }

    /// A watcher has been told of a lot at first.
    func watched(by watcher: Int) throws {
        snapshots += 1
        let first = watcher * plan.watched
        // With a whole sale the last snapshot is the one that completes it.
        guard plan.watched == 1 || checks[first..<(first + plan.watched)].allSatisfy(\.isWatching)
        else { return }
        try arrived()
    }

    // MARK: - The end

    /// Every answer and every change has come.
    var isSettled: Bool { missing == nil }

    /// How many bids each lot has to have: of a sealed one only each bidder's newest counts.
    var standing: [Int] {
        if plan.isEnglish { return lots.map { $0.accepted + 1 } }
        var standing = Array(repeating: 0, count: lots.count)
        for bidder in bidders {
            for lot in bidder.lots.prefix(bidder.bids.made) { standing[lot] += 1 }
        }
        return standing
    }

    /// What has not come; nil: nothing.
    var missing: String? {
        let open = bidders.reduce(0) { $0 + $1.bids.open + $1.lowBids.open }
        if open > 0 { return "\(open) answers to bids" }
        guard plan.isEnglish, !plan.isRace else { return nil }
        for watcher in 0..<plan.watchers {
            for index in 0..<plan.watched {
                let check = checks[watcher * plan.watched + index]
                let lot = plan.lot(ofWatcher: watcher) + index
                if check.seq < lots[lot].newest {
                    return "changes of lot \(lot) after \(check.seq) to watcher \(watcher)"
                }
                if lot < plan.ending, !check.isOver {
                    return "the end of lot \(lot) to watcher \(watcher)"
                }
            }
        }
        return nil
    }
}
