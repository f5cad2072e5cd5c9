import AuctionRules
import GavelClient
import WireProtocol

/// What a person who watches knows: each lot as it stands, and what happened last. Pure.
struct WatchBoard {
    /// A lot as the messages so far leave it.
    struct Lot {
        let id: AuctionID
        let title: String
        let currency: String
        let exponent: Int
        var status: String
        var outcome: String?
        var price: Amount?
        var minimum: Amount?
        var leader: String?
        var bids: Int
        var reserve: ReserveState
        var startsAt: Instant
        var endsAt: Instant?
        /// Nil for a lot that is not sold in the live room.
        var block: PublicBlock?
        /// When the price or the end moved last, by the server's clock.
        var movedAt: Instant?

        init(_ lot: PublicLot) {
            id = lot.auction
            (title, currency, exponent) = (lot.title, lot.currency, lot.exponent)
            (status, outcome) = (lot.status, lot.outcome)
            (price, minimum, leader) = (lot.price, lot.minimum, lot.leader)
            (bids, reserve, startsAt, endsAt) = (lot.bids, lot.reserve, lot.startsAt, lot.endsAt)
            block = lot.block
        }

        var hasEnded: Bool { PublicLot.isEnd(status) }

        /// What the auctioneer asks for, in words; nil unless the lot is on the block.
        var asked: String? { block?.ask.map { "asks \(text($0)) \(currency)" } }

        func text(_ amount: Amount?) -> String { AmountText.format(amount, exponent: exponent) }
    }

    /// Something that happened, in words for one line.
    struct Happening {
        let at: Instant
        let subject: String
        let text: String
        let style: Style
    }

    enum Connection {
        case connecting
        case live
        /// What is shown may be old.
        case lost(reason: String)
    }

    /// More than any terminal has lines.
    private static let happeningsMax = 200

    /// In the order in which they were heard of.
    private(set) var lots: [Lot] = []
    private(set) var happenings: [Happening] = []
    private(set) var connection = Connection.connecting
    private var indices: [AuctionID: Int] = [:]

    /// - Parameter now: the server's time, for what carries none.
    mutating func follow(_ update: WatchUpdate, at now: Instant) {
        switch update {
        case .snapshot(let snapshot): follow(snapshot)
        case .price(let price): follow(price)
        case .status(let status): follow(status)
        case .notice(let notice):
            let subject =
                switch notice.target {
                case .auction(let id): id.text
                case .sale(let id): id.text
                }
            note(notice.at, subject, "“\(notice.text)”", .attention)
        case .watching: connection = .live
        case .missed(let id, let range):
            note(
                now, id.text, "changes \(range.lowerBound) to \(range.upperBound) were missed",
                .attention)
        case .disconnected(let reason, let delay):
            connection = .lost(reason: "\(reason)")
            note(
                now, "",
                "connection lost (\(reason)); again in \(max(1, delay.components.seconds)) s",
                .bad)
        }
    }

    private mutating func follow(_ snapshot: ServerMessage.Snapshot) {
        connection = .live
        let lot = Lot(snapshot.lot)
        if let index = indices[lot.id] {
            // It comes again where the changes in between can't be had.
            if lots[index].price != lot.price || lots[index].endsAt != lot.endsAt {
                note(snapshot.serverTime, lot.id.text, "at \(lot.text(lot.price)) by now", .plain)
            }
            lots[index] = lot
        } else {
            indices[lot.id] = lots.count
            lots.append(lot)
        }
    }

    private mutating func follow(_ price: ServerMessage.Price) {
        guard let index = indices[price.auction] else { return }
        let before = lots[index]
        lots[index].price = price.price
        lots[index].minimum = price.minimum
        lots[index].leader = price.leader
        lots[index].bids = price.bids
        lots[index].reserve = price.reserve
        lots[index].endsAt = price.endsAt
        lots[index].block = price.block
        // A bid takes an auctioneer's warnings back.
        if let status = price.status { lots[index].status = status }
        lots[index].movedAt = price.at
        let lot = lots[index]
        var words: [String] = []
        if lot.price != nil { words.append("\(lot.text(lot.price)) \(lot.currency)") }
        if let leader = lot.leader { words.append("\(leader) leads") }
        if words.isEmpty { words.append(lot.bids == 1 ? "1 bid" : "\(lot.bids) bids") }
        if before.reserve != lot.reserve { words.append("reserve \(lot.reserve.rawValue)") }
        if let moved = Self.move(from: before.endsAt, to: lot.endsAt) { words.append(moved) }
        if let asked = lot.asked { words.append(asked) }
        note(price.at, lot.id.text, words.joined(separator: ", "), .plain)
    }

    private mutating func follow(_ status: ServerMessage.Status) {
        guard let index = indices[status.auction] else { return }
        let before = lots[index]
        lots[index].status = status.status
        lots[index].outcome = status.outcome
        if PublicLot.isEnd(status.status) {
            lots[index].price = status.price
            lots[index].leader = status.winner
            lots[index].minimum = nil
        }
        lots[index].reserve = status.reserve
        lots[index].startsAt = status.startsAt
        lots[index].endsAt = status.endsAt
        lots[index].block = status.block
        if status.block != nil, !lots[index].hasEnded {
            // It comes on the block with what absentee bids make of its price.
            (lots[index].price, lots[index].leader) = (status.price, status.leader)
        }
        lots[index].movedAt = status.at
        let lot = lots[index]
        let state = status.outcome ?? status.status
        var words: [String] = []
        if let warnings = lot.block?.warnings {
            words.append(warnings)
        } else if state != before.status || status.endsAt == before.endsAt {
            words.append(state.replacing("_", with: " "))
        }
        if !lot.hasEnded, let asked = lot.asked { words.append("– " + asked) }
        if status.outcome == "sold", status.price != nil {
            words.append("at \(lot.text(status.price)) \(lot.currency)")
            if let winner = status.winner { words.append("to \(winner)") }
        }
        if !lot.hasEnded, let moved = Self.move(from: before.endsAt, to: lot.endsAt) {
            words.append(moved)
        }
        if let reason = status.reason { words.append("(\(reason))") }
        note(status.at, lot.id.text, words.joined(separator: " "), Style(status: state))
    }

    /// By how much an end has moved, in words; nil when it has not.
    private static func move(from old: Instant?, to new: Instant?) -> String? {
        guard let old, let new, new > old else { return nil }
        return "extended by \(Countdown.text(new.milliseconds(since: old)))"
    }

    private mutating func note(_ at: Instant, _ subject: String, _ text: String, _ style: Style) {
        if happenings.count == Self.happeningsMax { happenings.removeFirst() }
        happenings.append(Happening(at: at, subject: subject, text: text, style: style))
    }
}

extension PublicBlock {
    /// How often the auctioneer has warned, in words; nil before the first time.
    var warnings: String? {
        switch fairWarnings {
        case 1: "fair warning"
        case 2: "last warning"
        default: nil
        }
    }
}

/// How long something still takes, as a clock that runs down.
enum Countdown {
    /// `2 d 3 h`, `1:05:09`, `5:09`, `0:07`. A second that has begun is a whole one, so that nothing
    /// is at zero before its time.
    static func text(_ duration: Milliseconds) -> String {
        let seconds = max(0, (duration + 999) / 1000)
        let (days, hours) = (seconds / 86_400, seconds / 3600 % 24)
        let (minutes, rest) = (seconds / 60 % 60, seconds % 60)
        func two(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours):\(two(minutes)):\(two(rest))" }
        return "\(minutes):\(two(rest))"
    }
}
