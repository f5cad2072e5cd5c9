import GavelLoad

extension Floor {
    func hear(_ message: RawMessage, bidder: Int, at now: UInt64) throws {
        if message.isA("bid_accepted") {
            try accepted(message, bidder: bidder, at: now)
        } else if message.isA("bid_rejected") {
            try rejected(message, bidder: bidder, at: now)
        } else if message.isA("error") {
            throw Self.complaint(of: message)
        } else if message.isA("bye") {
            throw BenchError.fault(.hungUp(message.description))
        } else if !message.isA("outbid"), !message.isA("welcome"), !message.isA("heartbeat"),
            !message.isA("lost")
        {
            throw BenchError.fault(.unexpected(message.description))
        }
    }

    private func accepted(_ message: RawMessage, bidder: Int, at now: UInt64) throws {
        guard let (kind, number) = Self.identifier(message), kind == UInt8(ascii: "b") else {
            throw BenchError.fault(.wrongAnswer(message.description))
        }
        let due = try answer(&bidders[bidder].bids, number, message)
        let lot = bidders[bidder].lot(of: Int(number))
        guard self.lot(of: message) == lot, let seq = message.integer("seq") else {
            throw BenchError.fault(.wrongAnswer(message.description))
        }
        if plan.isEnglish, !plan.isRace {
            let round = number / Int64(bidders[bidder].lots.count)
            guard seq == lots[lot].base + 1 + round else {
                throw BenchError.fault(
                    .wrongChange(
                        lot: plan.name(of: lot), expected: lots[lot].base + 1 + round, got: seq))
            }
        }
        if plan.isEnglish, bidders[bidder].lots.count == 1 {
            let price = message.integer("price") ?? 0
            guard price >= bidders[bidder].price else {
                throw BenchError.fault(
                    .priceFell(lot: plan.name(of: lot), from: bidders[bidder].price, to: price))
            }
            bidders[bidder].price = price
        }
        counts.accepted += 1
        lots[lot].accepted += 1
        answered(due, bidder: bidder, at: now)
    }

    private func rejected(_ message: RawMessage, bidder: Int, at now: UInt64) throws {
        guard let (kind, number) = Self.identifier(message) else {
            throw BenchError.fault(.wrongAnswer(message.description))
        }
        let isLow = kind == UInt8(ascii: "r")
        guard isLow || plan.isRace, message.has("code", "too_low") else {
            throw BenchError.fault(.refused(message.description))
        }
        let due =
            isLow
            ? try answer(&bidders[bidder].lowBids, number, message)
            : try answer(&bidders[bidder].bids, number, message)
        counts.refused += 1
        answered(due, bidder: bidder, at: now)
    }

    private func answer(
        _ book: inout AnswerBook, _ number: Int64, _ message: RawMessage
    ) throws -> UInt64 {
        do { return try book.answer(number, message.description) } catch {
            throw BenchError.fault(error)
        }
    }

    private func answered(_ due: UInt64, bidder: Int, at now: UInt64) {
        if window.contains(due) { answers.record(now - min(now, due)) }
        if repeatsBids { bid(by: bidder, due: now) }
    }

    /// The kind and the number of a bid's id, like `b17`.
    private static func identifier(_ message: RawMessage) -> (UInt8, Int64)? {
        guard let id = message.text("id"), let kind = id.first,
            let number = RawMessage(id).integer(at: 1)
        else { return nil }
        return (kind, number)
    }

    func hear(_ message: RawMessage, watcher: Int, at now: UInt64) throws {
        if message.isA("price") {
            try changed(message, watcher: watcher, ends: false, at: now)
        } else if message.isA("status") {
            let isEnd = message.has("status", "closed") || message.has("status", "cancelled")
            try changed(message, watcher: watcher, ends: isEnd, at: now)
        } else if message.isA("snapshot") {
            let (lot, check) = try subject(of: message, watcher: watcher)
            try checked {
                () throws(BenchFault) in
                try checks[check].begin(
                    lot: plan.name(of: lot), seq: message.integer("seq") ?? -1,
                    price: message.integer("price"), endsAt: message.integer("ends_at"))
            }
            try watched(by: watcher)
        } else if message.isA("error") {
            throw Self.complaint(of: message)
        } else if message.isA("bye") {
            throw BenchError.fault(.hungUp(message.description))
        } else if !message.isA("welcome"), !message.isA("heartbeat"), !message.isA("watching") {
            throw BenchError.fault(.unexpected(message.description))
        }
    }

    private func changed(
        _ message: RawMessage, watcher: Int, ends: Bool, at now: UInt64
    ) throws {
        let (lot, check) = try subject(of: message, watcher: watcher)
        guard let seq = message.integer("seq") else {
            throw BenchError.fault(.unexpected(message.description))
        }
        let endsAt = checks[check].endsAt
        let at = ends ? message.integer("at") ?? 0 : 0
        try checked {
            () throws(BenchFault) in
            try checks[check].note(
                lot: plan.name(of: lot), seq: seq, price: message.integer("price"), endsAt: nil,
                ends: ends, at: at)
        }
        counts.delivered += 1
        counts.deliveredBytes += message.bytes.count
        if ends { return try ended(lot, endsAt: endsAt, at: at) }
        guard let number = lots[lot].bid(of: seq) else { return }
        let due = lots[lot].due[number]
        let isRecorded = window.contains(due)
        if isRecorded { deliveries.record(now - min(now, due)) }
        guard hasFixedWatchers else { return }
        lots[lot].reached[number] += 1
        if isRecorded, lots[lot].reached[number] == lots[lot].watchers {
            lastDeliveries.record(now - min(now, due))
        }
    }

    private func ended(_ lot: Int, endsAt: Int64, at: Int64) throws {
        counts.closed += 1
        closeDecisions.record(UInt64(max(0, at - endsAt)) * 1_000_000)
        guard plan.hasServersClock else { return }
        let now = PollClock.unixMicroseconds
        guard now >= endsAt * 1000 else {
            throw BenchError.fault(
                .closedEarly(lot: plan.name(of: lot), endsAt: endsAt, at: now / 1000))
        }
        closes.record(UInt64(now - endsAt * 1000) * 1000)
    }

    private func subject(
        of message: RawMessage, watcher: Int
    ) throws -> (lot: Int, check: Int) {
        let first = plan.lot(ofWatcher: watcher)
        guard let lot = lot(of: message), lot >= first, lot < first + plan.watched else {
            throw BenchError.fault(.unexpected(message.description))
        }
        return (lot, watcher * plan.watched + lot - first)
    }

    private func checked(_ body: () throws(BenchFault) -> Void) throws {
        do { try body() } catch { throw BenchError.fault(error) }
    }

    /// What an `error` of the server's means for the run.
    static func complaint(of message: RawMessage) -> BenchError {
        guard message.has("code", "rate_limited") else {
            return .fault(.unexpected(message.description))
        }
        return .limited(
            "The server is asked more often than its limits allow: raise bids-per-second, bid-burst, "
                + "bids-on-lot-per-second, bid-on-lot-burst, messages-per-second and message-burst "
                + "there, or lower --rate.")
    }
}
