import ArgumentParser
import AuctionRules
import WireProtocol

struct SaleCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sale", abstract: "Catalogues of lots.",
        subcommands: [CreateSale.self, ListSales.self, ShowSale.self, SaleResultsCommand.self])
}

struct CreateSale: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a sale; prints its id.",
        discussion: "Example: gavel sale create \"Spring sale\" --id spring --stagger 30s")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What it is called: 1 to 200 characters.")
    var title: String
    @Option(
        help: ArgumentHelp("The sale's id (default: one is made up).", valueName: "id"),
        transform: { try ValueText.identifier($0) as SaleID })
    var id: SaleID?
    @Option(
        help: ArgumentHelp(
            "Each further lot closes so much later than asked for.", valueName: "duration"),
        transform: { try DurationText.parse($0) })
    var stagger: Milliseconds = 0
    @Option(
        help: ArgumentHelp(
            "A late bid on any of its lots extends all that are open: those with a soft close that "
                + "name no group of their own.", valueName: "name"),
        transform: { try ValueText.identifier($0) as SoftCloseGroup })
    var softCloseGroup: SoftCloseGroup?
    @Flag(help: "Only bidders approved for the sale may bid (see \"gavel bidder approve\").")
    var approvedOnly = false

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .createSale(
            NewSale(
                id: id, title: title, stagger: stagger, requiresApproval: approvedOnly,
                softCloseGroup: softCloseGroup))
    }
}

struct ListSales: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the sales.",
        discussion: "Example: gavel sale list --json")
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand { .listSales }
}

struct ShowSale: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a sale with its lots and who may bid in it.",
        discussion: "Example: gavel sale show spring")
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The sale's id.")
    var sale: SaleID

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .showSale(sale, reveal: global.reveal)
    }
}

struct SaleResultsCommand: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract:
            "Show how a sale's lots ended: hammer prices, winners, what was not sold and why.",
        discussion: """
            Below the lots stands what they come to in each currency; the sold rate is that of the \
            lots that were closed, without those that were withdrawn. --reveal adds the winners' names.

            Example: gavel sale results spring --csv > spring.csv
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The sale's id.")
    var sale: SaleID
    @Flag(help: "Print a heading and a row for each lot, for spreadsheets.")
    var csv = false

    func validate() throws {
        if csv, global.json { throw ValidationError("--csv and --json exclude each other") }
    }

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .saleResults(sale, reveal: global.reveal)
    }

    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure) {
        guard csv, case .saleResults(let results) = answer else { return printer.print(answer) }
        printer.console.print(ResultsCSV.lines(of: results, reveal: global.reveal))
    }
}
