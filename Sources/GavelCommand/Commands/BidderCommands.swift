import ArgumentParser
import AuctionRules
import WireProtocol

struct BidderCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bidder", abstract: "Who may bid.",
        subcommands: [
            AddBidder.self, ListBidders.self, ApproveBidder.self, SuspendBidder.self,
            ReinstateBidder.self, IssueToken.self, RevokeTokens.self,
        ])
}

/// A bound on what somebody may commit to, as two options.
enum LimitText {
    static func parse(
        _ amount: String?, option: String, currency: Currency?
    ) throws(CommandFailure) -> Limit? {
        guard let amount else {
            guard currency == nil else {
                throw .usage("--currency: there is no \(option) that it could be for")
            }
            return nil
        }
        guard let currency = currency ?? .standard else { return nil }
        return Limit(
            amount: try reading(option) { try ValueText.amount(amount, in: currency) },
            currency: currency)
    }
}

struct AddBidder: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a bidder.",
        discussion: """
            A bidder with a limit may bid in its currency only.

            Example: gavel bidder add anna --name "Anna Schmidt" --limit 5000 --currency EUR
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The bidder's id.", transform: { try ValueText.identifier($0) as BidderID })
    var bidder: BidderID
    @Option(help: ArgumentHelp("Only administrators see it.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("The most that one bid may offer.", valueName: "amount"))
    var limit: String?
    @Option(
        help: ArgumentHelp("The limit's currency (default: USD).", valueName: "code"),
        transform: { try ValueText.currency($0) })
    var currency: Currency?

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        let limit = try LimitText.parse(limit, option: "--limit", currency: currency)
        return .addBidder(Bidder(id: bidder, name: name, bidLimit: limit))
    }

    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure) {
        printer.print(answer)
        guard !global.json else { return }
        printer.console.hint("\"gavel bidder token \(bidder)\" gives out what to bid with.")
    }
}

struct ListBidders: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the bidders; names only with --reveal.",
        discussion: "Example: gavel bidder list --reveal")
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .listBidders(reveal: global.reveal)
    }
}

struct ApproveBidder: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Admit a bidder to a sale.",
        discussion: "Example: gavel bidder approve anna --sale spring --exposure-limit 20000")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The bidder's id.")
    var bidder: BidderID
    @Option(
        help: ArgumentHelp("The sale.", valueName: "id"),
        completion: .saleIDs,
        transform: { try ValueText.identifier($0) as SaleID })
    var sale: SaleID
    @Option(
        help: ArgumentHelp(
            "The most that the bidder may be committed to over all lots of the sale.",
            valueName: "amount"))
    var exposureLimit: String?
    @Option(
        help: ArgumentHelp("The limit's currency (default: USD).", valueName: "code"),
        transform: { try ValueText.currency($0) })
    var currency: Currency?
    @Flag(help: "Register without approving, or take an approval back.")
    var withhold = false

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        let limit = try LimitText.parse(
            exposureLimit, option: "--exposure-limit", currency: currency)
        return .register(
            Registration(sale: sale, bidder: bidder, isApproved: !withhold, exposureLimit: limit))
    }
}

struct SuspendBidder: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Take no more bids from a bidder.",
        discussion: "Example: gavel bidder suspend anna --reason \"Two unpaid lots\"")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The bidder's id.")
    var bidder: BidderID
    @Option(help: ArgumentHelp("Why; it is kept in the log.", valueName: "text"))
    var reason: String?

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .suspendBidder(bidder, reason: reason)
    }
}

struct ReinstateBidder: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "reinstate", abstract: "Take a suspended bidder's bids again.",
        discussion: "Example: gavel bidder reinstate anna")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The bidder's id.")
    var bidder: BidderID

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .reinstateBidder(bidder)
    }
}

struct IssueToken: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make a bearer token for a bidder.",
        discussion: """
            It is printed once; only its hash is kept.

            Example: TOKEN=$(gavel bidder token anna --ttl 7d)
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The bidder's id.")
    var bidder: BidderID
    @Option(
        help: ArgumentHelp("How long it is good (default: until revoked).", valueName: "duration"),
        transform: { try DurationText.parsePositive($0) })
    var ttl: Milliseconds?

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .issueToken(bidder, ttl: ttl)
    }
}

struct RevokeTokens: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke all of a bidder's tokens.",
        discussion: "Example: gavel bidder revoke anna")

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The bidder's id.")
    var bidder: BidderID

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .revokeTokens(bidder)
    }
}
