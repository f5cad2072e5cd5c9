import AuctionRules
import BidService
import GavelClient
import Synchronization
import WireProtocol

/// Prints what a watcher hears, a line per change. Shared by all watches of a command.
final class WatchPrinter: Sendable {
    /// What a change's message leaves out: how the lot's amounts are written.
    private struct Lot {
        var currency: String
        var exponent: Int
        var endsAt: Instant?
    }

    private let console: Console
    private let isJSON: Bool
    private let tellsPrices: Bool
    private let lots = Mutex<[AuctionID: Lot]>([:])

    /// - Parameter tellsPrices: whether a change of a price is worth a line.
    init(console: Console, isJSON: Bool, tellsPrices: Bool = true) {
        self.console = console
        self.isJSON = isJSON
        self.tellsPrices = tellsPrices
    }

    func print(_ update: WatchUpdate) {
        switch update {
        case .snapshot(let snapshot): print(snapshot)
        case .price(let price): if tellsPrices { print(price) }
        case .status(let status): print(status)
        case .notice(let notice): print(notice)
        case .watching(let watched):
            if isJSON { printJSON(.watching(watched)) }
        case .missed(let id, let range):
            Console.complain(
                "\(id): changes \(range.lowerBound) to \(range.upperBound) were missed")
        case .disconnected(let reason, let delay):
            let seconds = max(1, delay.components.seconds)
            Console.complain("connection lost (\(reason)); again in \(seconds) s")
        }
    }

    private func printJSON(_ message: ServerMessage) {
        console.print(json: ServerFrame(message).encoded())
    }

    private func print(_ snapshot: ServerMessage.Snapshot) {
        let lot = snapshot.lot
        lots.withLock {
            $0[lot.auction] = Lot(
                currency: lot.currency, exponent: lot.exponent, endsAt: lot.endsAt)
        }
        guard !isJSON else { return printJSON(.snapshot(snapshot)) }
        var words = [
            console.styled(lot.state, Style(status: lot.state)),
            console.styled("\(lot.text(lot.price ?? lot.minimum)) \(lot.currency)", .strong),
            bids(lot.bids, leader: lot.leader), reserve(lot.reserve),
        ]
        if lot.block != nil {
            words.append(ask(lot.block) { lot.text($0) })
        } else if !lot.hasEnded {
            words.append(end(lot.endsAt))
        }
        line(lot.auction, lot.seq, snapshot.serverTime, [lot.title] + words)
    }

    private func print(_ price: ServerMessage.Price) {
        guard !isJSON else { return printJSON(.price(price)) }
        let lot = note(price.endsAt, of: price.auction)
        // A sealed lot has no price before its close.
        let shown = price.price.map { console.styled(amount($0, lot), .strong) } ?? ""
        var words = [shown, bids(price.bids, leader: price.leader), reserve(price.reserve)]
        if lot.hasMoved { words.append(console.styled(end(price.endsAt), .attention)) }
        words.append(ask(price.block) { amount($0, lot) })
        line(price.auction, price.seq, price.at, words)
    }

    private func print(_ status: ServerMessage.Status) {
        guard !isJSON else { return printJSON(.status(status)) }
        let lot = note(status.endsAt, of: status.auction)
        let state = status.outcome ?? status.status
        var words = [console.styled(state, Style(status: state))]
        if let price = status.price { words.append(console.styled(amount(price, lot), .strong)) }
        if let winner = status.winner { words.append("to \(winner)") }
        if let reason = status.reason { words.append("(\(TextWidth.printable(reason)))") }
        if status.block != nil {
            words.append(ask(status.block) { amount($0, lot) })
        } else if !PublicLot.isEnd(status.status) {
            words.append(end(status.endsAt))
        }
        line(status.auction, status.seq, status.at, words)
    }

    private func print(_ notice: ServerMessage.Notice) {
        guard !isJSON else { return printJSON(.notice(notice)) }
        let subject =
            switch notice.target {
            case .auction(let id): id.text
            case .sale(let id): id.text
            }
        console.print(
            "\(TimeText.format(notice.at))  \(console.styled(subject, .strong))  "
                + console.styled("“\(TextWidth.printable(notice.text))”", .attention))
    }

    // MARK: - Words

    private func line(_ id: AuctionID, _ seq: Int64, _ at: Instant, _ words: [String]) {
        let text = words.filter { !$0.isEmpty }.joined(separator: "  ")
        console.print(
            "\(console.styled(TimeText.format(at), .faint))  \(console.styled(id.text, .strong)) "
                + "\(console.styled("#\(seq)", .faint))  \(text)")
    }

    /// What a live-room lot asks for, and the number by which a bid answers it.
    private func ask(_ block: PublicBlock?, _ text: (Amount) -> String) -> String {
        guard let block, let ask = block.ask else { return "" }
        let warnings = block.warnings.map { ", " + console.styled($0, .attention) } ?? ""
        return "asks \(console.styled(text(ask), .strong)) (ask \(block.askSeq))\(warnings)"
    }

    private func bids(_ count: Int, leader: String?) -> String {
        let bids = count == 1 ? "1 bid" : "\(count) bids"
        return leader.map { "\($0) leads, \(bids)" } ?? bids
    }

    private func reserve(_ state: ReserveState) -> String {
        state == .none
            ? "" : "reserve " + console.styled(state.rawValue, Style(status: state.rawValue))
    }

    private func end(_ endsAt: Instant?) -> String {
        endsAt.map { "ends \(console.time($0, now: SystemClock().now()))" } ?? ""
    }

    private func amount(_ amount: Amount?, _ lot: (currency: String, exponent: Int, Bool)) -> String
    {
        "\(AmountText.format(amount, exponent: lot.exponent)) \(lot.currency)"
    }

    /// - Returns: how the lot's amounts are written, and whether its end moved with this change.
    private func note(
        _ endsAt: Instant?, of id: AuctionID
    ) -> (currency: String, exponent: Int, hasMoved: Bool) {
        lots.withLock { lots in
            var lot = lots[id] ?? Lot(currency: "minor units", exponent: 0, endsAt: endsAt)
            let hasMoved = lot.endsAt != endsAt
            lot.endsAt = endsAt
            lots[id] = lot
            return (lot.currency, lot.exponent, hasMoved)
        }
    }
}
