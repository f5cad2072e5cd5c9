import ArgumentParser
import AuctionRules
import WireProtocol

struct ExtendAuction: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend", abstract: "Move a lot's end to a later time.",
        discussion: "Example: gavel auction extend L1 --by 10m --reason \"The line was down\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(
        help: ArgumentHelp("So much later.", valueName: "duration"),
        transform: { try DurationText.parsePositive($0) })
    var by: Milliseconds?
    @Option(help: ArgumentHelp("To this time.", valueName: "time"))
    var to: String?
    @Option(help: ArgumentHelp("Why; everybody sees it.", valueName: "text"))
    var reason: String?

    func validate() throws {
        guard (by == nil) != (to == nil) else {
            throw ValidationError("say either --by or --to")
        }
    }

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        if let by { return .administer(auction, .extend(.by(by), reason: reason)) }
        let end = try reading("--to") { try TimeText.parse(to ?? "", now: now) }
        return .administer(auction, .extend(.to(end), reason: reason))
    }
}

struct LowerReserve: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "lower-reserve", abstract: "Lower a lot's reserve.",
        discussion: """
            It never spends a hidden maximum: the price stays what it is.

            Example: gavel auction lower-reserve L1 --to 400
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("The new reserve, in the lot's currency.", valueName: "amount"))
    var to: String

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        let currency = try await administrator.currency(of: auction)
        let amount = try reading("--to") { try ValueText.amount(to, in: currency) }
        return .administer(auction, .lowerReserve(to: amount))
    }
}
