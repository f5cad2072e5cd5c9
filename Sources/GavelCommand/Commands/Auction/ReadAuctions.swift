import ArgumentParser
import AuctionRules
import WireProtocol

struct ListAuctions: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the lots.",
        discussion: "Example: gavel auction list --status open --sale spring")
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Option(
        help: ArgumentHelp(
            "Only these: scheduled, open, on_block, fair_warning, paused, closed or cancelled.",
            valueName: "status"),
        transform: { try ValueText.choice($0, of: "a status") as AuctionStatus })
    var status: AuctionStatus?
    @Option(
        help: ArgumentHelp("Only this sale's.", valueName: "id"),
        completion: .saleIDs,
        transform: { try ValueText.identifier($0) as SaleID })
    var sale: SaleID?

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .listAuctions(status: status, sale: sale, reveal: global.reveal)
    }
}

struct ShowAuction: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a lot with its terms and its bids.",
        discussion: """
            Amounts of bids, the reserve and the leader's maximum are secret: --reveal shows them.

            Example: gavel auction show L1 --at 17
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(
        help: ArgumentHelp(
            "As it was right after this public change (0: before the first).", valueName: "seq"),
        transform: { try ValueText.number($0, in: 0 ... .max) })
    var at: Int64?

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .showAuction(auction, atSeq: at, reveal: global.reveal)
    }
}

struct ExplainAuction: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell how a lot's price came about, step by step.",
        discussion: """
            SEQ is the number of a public change, as "watch", the bid history and every reply have \
            it. The maximum bids behind it stay secret: --reveal tells them, too.

            Example: gavel auction explain L1 17
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Argument(
        help: "The public change.", transform: { try ValueText.number($0, in: 1 ... .max) })
    var seq: Int64

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .explainAuction(auction, seq: seq, reveal: global.reveal)
    }
}

struct ListRequests: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "List who has asked for what on a lot lately, and what was answered.",
        discussion: """
            Bids, buys and retractions with a final verdict, the taken ones and the refused ones, \
            the newest last. Of a maximum the amount stays secret: --reveal tells it, too.

            Example: gavel auction requests L1 --limit 20
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(
        help: ArgumentHelp(
            "How many at most, from 1 to \(AdminCommand.listedRequestsMax).", valueName: "count"),
        transform: { try ValueText.number($0, in: 1...AdminCommand.listedRequestsMax) })
    var limit: Int64 = 50

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .listRequests(auction, limit: limit, reveal: global.reveal)
    }
}
