import AuctionRules
import Testing

/// An auction's history as a text table: one command per line, and after `->` what it came to.
///
///     lot start 10 reserve 100, ends 21:00:00
///     20:59:50  A max 90      -> 10 A 10.50, unmet
///     20:59:55  B exact 60    -> 61 A 62, B is outbid
///     21:00:00  clock         -> 61 A -, reserve_not_met
///
/// Amounts are US dollars. The time of a line may be left out. Commands: `A max 12`, `A exact 12`,
/// `A buy`, `A retract K`, each with `as K` for its id; `void A` (that bidder's last bid), `lower to
/// 80`, `pause`, `resume`, `close`, `clock`, and `outage since T reopens N min`, at the time of the
/// boot. Claims: `price leader minimum`; `met`, `unmet`; `ends T`, `ends never`, `outage`; `sold to
/// A at 12`, `no_bids`, `reserve_not_met`; `B is outbid`; `silent` and `same reply`; a refusal's
/// code with its number, `too_low 10.50` or `closed 0 ms late`. A refusal that is not claimed fails.
struct Scenario {
    private var room = Saleroom()

    static func check(_ history: String, location: SourceLocation = #_sourceLocation) throws {
        var scenario = Scenario()
        for line in history.split(separator: "\n") {
            let halves = line.split(separator: "->", omittingEmptySubsequences: false)
            let words = halves[0].split(separator: " ").map(String.init)
            let claims = halves.dropFirst().first?.split(separator: ",") ?? []
            guard words.first != "lot" else {
                try scenario.createLot(words.dropFirst().joined(separator: " "))
                continue
            }
            let seq = scenario.room.lot.seq
            let outcome = try scenario.perform(words)
            let facts = scenario.facts(of: outcome, seqBefore: seq)
            let claimed = claims.map { $0.split(separator: " ").joined(separator: " ") }
            for claim in claimed {
                let comment: Comment = "\(line)\nclaims \"\(claim)\", but it is: \(facts)"
                #expect(facts.contains(claim), comment, sourceLocation: location)
            }
            let isFine = ["accepted", "retracted", "done"].contains(outcome.code)
            let isClaimed = claimed.contains { $0.hasPrefix(outcome.code) }
            #expect(
                isFine || isClaimed, "\(line)\nwas refused: \(outcome.code)",
                sourceLocation: location)
        }
    }

    // MARK: - Commands

    private mutating func createLot(_ text: String) throws {
        var terms = Terms.lot()
        var words = text.split { " ,".contains($0) }.map(String.init)[...]
        func value() throws -> String {
            let value = words.popFirst()
            return try #require(value)
        }
        while let word = words.popFirst() {
            switch word {
            case "start": terms.start = try Currency.usd.parse(value())
            case "reserve": terms.reserve = try Currency.usd.parse(value())
            case "cap": terms.buyNow = .init(price: try Currency.usd.parse(value()))
            case "ends": terms.closesAt = try time(value())
            case "complete_increment_on_raise": terms.completesIncrementOnRaise = true
            case "min_resume": terms.resumeMin = try #require(Int64(value())) * 1000
            case "soft_close":
                let preset = try #require(SoftClosePreset(rawValue: value()))
                terms.softClose = try preset.stage.map { try SoftClose(stages: [$0]) }
            default: terms.format = try #require(Format(rawValue: word), "unknown: \(word)")
            }
        }
        let created = room.perform(.createAuction("lot", terms))
        #expect(created.code == "done", "\(created.answer)")
    }

    private mutating func perform(_ line: [String]) throws -> Saleroom.Outcome {
        var words = line[...]
        if let first = words.first, first.contains(":") {
            room.now = try time(first)
            words = words.dropFirst()
        }
        var id: BidID?
        if let position = words.firstIndex(of: "as") {
            id = try BidID(words[position + 1])
            words = words[..<position]
        }
        let (first, rest) = (words.first ?? "", Array(words.dropFirst()))
        switch first {
        case "pause": return room.order(.pause(reason: nil))
        case "resume": return room.order(.resume)
        case "close": return room.order(.close(reason: nil))
        case "clock": return room.order(.advanceClock)
        case "lower": return room.order(.lowerReserve(to: try Currency.usd.parse(rest[1])))
        case "void":
            let last = room.lot.commitments.last { $0.bidder.text == rest[0] && !$0.isVoided }
            return room.void(room.lot.key(of: try #require(last)).id)
        case "outage":
            let reopenMin = try #require(Int64(rest[3])) * 60_000
            return room.recover(
                heartbeat: try time(rest[1]), boot: room.now, reopenMin: reopenMin)
        default: break
        }
        let bidder = try BidderID(first)
        switch rest.first {
        case "buy": return room.request(bidder, .buy, id: id)
        case "retract": return room.request(bidder, .retract(try BidID(rest[1])), id: id)
        default:
            let kind = try #require(BidKind(rawValue: rest[0]), "unknown command \(line)")
            return room.bid(bidder, try Currency.usd.parse(rest[1]), kind, id: id)
        }
    }

    /// `21:00:00` or `21:00:00.040`, on the scenario's day.
    private func time(_ text: String) throws -> Instant {
        let parts = text.split(separator: ":")
        let seconds = try #require(Double(parts[2]))
        let minutes = try #require(Int64(parts[0])) * 60 + #require(Int64(parts[1]))
        return Instant(milliseconds: minutes * 60_000 + Int64((seconds * 1000).rounded()))
    }

    // MARK: - Facts

    /// Everything that may be claimed of a command.
    private func facts(of outcome: Saleroom.Outcome, seqBefore: Int64) -> Set<String> {
        let lot = room.lot
        let money = { (amount: Amount?) in amount.map(short) ?? "-" }
        var facts: Set<String> = [
            "\(money(lot.standing.price)) \(lot.standing.leader?.text ?? "-") \(money(lot.minimum))",
            lot.reserveState.rawValue,
            "ends \(lot.endsAt.map(clock) ?? "never")",
        ]
        if case .sold(let winner, let price)? = lot.outcome {
            facts.insert("sold to \(winner) at \(short(price))")
        } else if let outcome = lot.outcome {
            facts.insert(outcome.code)
        }
        if lot.seq == seqBefore { facts.insert("silent") }
        if case .repeated = outcome.answer, outcome.events.isEmpty { facts.insert("same reply") }
        if let refusal = outcome.refusal {
            let late = refusal.lateBy.map { " \($0) ms late" } ?? ""
            facts.insert(refusal.code + (refusal.minimum.map { " \(short($0))" } ?? late))
        }
        for case .extended(let event) in outcome.events where event.cause == .outage {
            facts.insert("outage")
        }
        for notice in outcome.notices {
            if case .outbid = notice.content { facts.insert("\(notice.bidder) is outbid") }
        }
        return facts
    }

    private func short(_ amount: Amount) -> String {
        let text = Currency.usd.format(amount)
        return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
    }

    private func clock(_ instant: Instant) -> String {
        let seconds = instant.milliseconds / 1000
        let two = { (number: Int64) in (number < 10 ? "0" : "") + String(number) }
        return "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
}
