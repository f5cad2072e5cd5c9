import ArgumentParser
import AuctionRules
import WireProtocol

/// A command to one lot.
protocol LotCommand: AdministrationCommand {
    var auction: AuctionID { get }
    var lotCommand: AuctionCommand { get }
}

extension LotCommand {
    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .administer(auction, lotCommand)
    }
}

struct OpenAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open a scheduled lot now.",
        discussion: "Example: gavel auction open L1")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID

    var lotCommand: AuctionCommand { .open }
}

struct PauseAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Take no bids on a lot for a while; its time stands still.",
        discussion: "Example: gavel auction pause L1 --reason \"A question about the frame\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("Why; everybody sees it.", valueName: "text"))
    var reason: String?

    var lotCommand: AuctionCommand { .pause(reason: reason) }
}

struct ResumeAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Take bids again on a paused lot.",
        discussion: "Example: gavel auction resume L1")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID

    var lotCommand: AuctionCommand { .resume }
}

struct CloseAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close a lot now, with the result that it has.",
        discussion: "Example: gavel auction close L1 --reason \"Going, going, gone\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("Why; everybody sees it.", valueName: "text"))
    var reason: String?

    var lotCommand: AuctionCommand { .close(reason: reason) }
}

struct CancelAuction: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Withdraw a lot; nothing is sold.",
        discussion: "Example: gavel auction cancel L1 --reason \"Damaged in transit\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("Why; everybody sees it.", valueName: "text"))
    var reason = "withdrawn by the auctioneer"

    var lotCommand: AuctionCommand { .cancel(reason: reason) }
}

struct VoidBid: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "void-bid", abstract: "Take a bid out of the bidding; nothing is deleted.",
        discussion: """
            The price is what the surviving bids make it, and never rises by a void.

            Example: gavel auction void-bid L1 b-17 --reason "Entered in error"
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Argument(
        help: "The bid's id, as \"gavel auction show\" lists it.",
        transform: { try ValueText.identifier($0) as BidID })
    var bid: BidID
    @Option(
        help: ArgumentHelp(
            "Whose bid, where two bidders chose the same id.", valueName: "id"),
        completion: .bidderIDs,
        transform: { try ValueText.identifier($0) as BidderID })
    var bidder: BidderID?
    @Option(help: ArgumentHelp("Why; the bidder is told.", valueName: "text"))
    var reason: String

    var lotCommand: AuctionCommand { .voidBid(bid, bidder: bidder, reason: reason) }
}

struct Announce: LotCommand {
    static let configuration = CommandConfiguration(
        commandName: "announce", abstract: "Say something to everybody who watches a lot.",
        discussion: "Example: gavel auction announce L1 \"The frame is not original\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Argument(help: "The words.")
    var text: String

    var lotCommand: AuctionCommand { .announce(text: text) }
}
