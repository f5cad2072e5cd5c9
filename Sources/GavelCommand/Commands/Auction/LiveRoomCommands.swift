import ArgumentParser
import AuctionRules
import WireProtocol

struct AskAuction: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Put a live-room lot on the block, or move its ask.",
        discussion: """
            A lot that comes on the block has its absentee bids executed against each other; the ask is \
            one step over the price, or the start. On the block every accepted bid moves it by a step.

            Example: gavel auction ask L1 --amount 500
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(
        help: ArgumentHelp(
            "What to ask for (default: one step over the price, or the start).",
            valueName: "amount"))
    var amount: String?

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        guard let amount else { return .administer(auction, .ask(nil)) }
        let currency = try await administrator.currency(of: auction)
        return .administer(
            auction,
            .ask(try reading("--amount") { try ValueText.amount(amount, in: currency) }))
    }
}

struct WarnAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "warn",
        abstract: "Give fair warning on a live-room lot, the first or the second.",
        discussion: "Example: gavel auction warn L1")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID

    var lotCommand: AuctionCommand { .warn }
}

struct HammerAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "hammer", abstract: "Sell a live-room lot to its leader.",
        discussion: """
            After two fair warnings since the last bid, and with the reserve met.

            Example: gavel auction hammer L1
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID

    var lotCommand: AuctionCommand { .hammer }
}

struct PassAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "pass", abstract: "End a live-room lot without a sale.",
        discussion: "Example: gavel auction pass L1 --reason \"Reserve not met\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("Why; everybody sees it.", valueName: "text"))
    var reason: String?

    var lotCommand: AuctionCommand { .pass(reason: reason) }
}

struct ReopenAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Bring a live-room lot that was sold or passed back on the block.",
        discussion: """
            With the bids that it had, and only until the next lot of the sale is on the block.

            Example: gavel auction reopen L1 --reason "A bid was overlooked"
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("Why; everybody sees it.", valueName: "text"))
    var reason: String?

    var lotCommand: AuctionCommand { .reopen(reason: reason) }
}

struct UndoBid: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take the last bid on a live-room lot back; nothing is deleted.",
        discussion: "Example: gavel auction undo L1 --reason \"Not a bid\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("Why; the bidder is told.", valueName: "text"))
    var reason: String?

    var lotCommand: AuctionCommand { .undo(reason: reason) }
}

struct RoomBidCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "room-bid", abstract: "Place a bid for a bidder in the room.",
        discussion: """
            At the ask or above it. The bidder is one of the house's: add paddles with "gavel bidder add".

            Example: gavel auction room-bid L1 paddle-12 --amount 550
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Argument(existing: "Who bids.")
    var bidder: BidderID
    @Option(help: ArgumentHelp("How much, in the lot's currency.", valueName: "amount"))
    var amount: String
    @Option(
        help: ArgumentHelp(
            "The bid's own id, which makes it safe to repeat (default: one is made up).",
            valueName: "id"),
        transform: { try ValueText.identifier($0) as BidID })
    var id: BidID?

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        let currency = try await administrator.currency(of: auction)
        let offered = try reading("--amount") { try ValueText.amount(amount, in: currency) }
        return .roomBid(RoomBid(auction: auction, bidder: bidder, amount: offered, id: id))
    }
}
