import AuctionRules
import WireProtocol

/// What to do next when something is not there: the name that was meant, or how to make one.
enum Suggestion {
    /// The failure with what was probably meant, where it is about an id that there is not.
    static func completed(
        _ failure: CommandFailure, of command: AdminCommand, by administrator: any Administrator
    ) async -> CommandFailure {
        guard let kind = failure.code.flatMap(Objection.Kind.init(rawValue:)),
            let (word, names, none) = try? await facts(kind, command, administrator)
        else { return failure }
        let hint =
            if names.isEmpty {
                none
            } else if let meant = Resemblance.nearest(to: word, among: names) {
                "Did you mean \(meant)?"
            } else {
                "There are \(names.prefix(5).joined(separator: ", "))"
                    + (names.count > 5 ? " and \(names.count - 5) more." : ".")
            }
        return CommandFailure(
            failure.status, code: failure.code, failure.message + " " + hint, items: failure.items)
    }

    /// The id that there is not, those that there are, and what to do when there are none.
    private static func facts(
        _ kind: Objection.Kind, _ command: AdminCommand, _ administrator: any Administrator
    ) async throws(CommandFailure) -> (word: String, names: [String], none: String)? {
        switch kind {
        case .unknownAuction:
            guard let word = command.auction?.text else { return nil }
            guard case .auctions(let rows) = try await administrator.perform(.listAuctions()) else {
                return nil
            }
            return (
                word, rows.map(\.lot.auction.text),
                "There are no lots yet: \"gavel auction create\" makes one."
            )
        case .unknownSale:
            guard let word = command.sale?.text else { return nil }
            guard case .sales(let rows) = try await administrator.perform(.listSales) else {
                return nil
            }
            return (
                word, rows.map(\.sale.id.text),
                "There are no sales yet: \"gavel sale create\" makes one."
            )
        case .unknownBidder:
            guard let word = command.bidder?.text else { return nil }
            guard case .bidders(let rows) = try await administrator.perform(.listBidders()) else {
                return nil
            }
            return (
                word, rows.map(\.id.text),
                "There are no bidders yet: \"gavel bidder add\" makes one."
            )
        default: return nil
        }
    }
}

extension AdminCommand {
    fileprivate var auction: AuctionID? {
        switch self {
        case .showAuction(let id, _, _), .explainAuction(let id, _, _), .administer(let id, _): id
        default: nil
        }
    }

    fileprivate var sale: SaleID? {
        switch self {
        case .showSale(let id, _), .saleResults(let id, _): id
        case .listAuctions(_, let id, _): id
        case .register(let registration): registration.sale
        case .createAuction(let auction): auction.terms.sale
        default: nil
        }
    }

    fileprivate var bidder: BidderID? {
        switch self {
        case .suspendBidder(let id, _), .reinstateBidder(let id), .issueToken(let id, _),
            .revokeTokens(let id):
            id
        case .register(let registration): registration.bidder
        default: nil
        }
    }
}
