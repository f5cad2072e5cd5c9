import ArgumentParser
import AuctionRules
import WireProtocol

struct CreateAuction: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a lot; prints its id.",
        discussion: """
            A lot opens at once unless --opens says when, and takes bids until --closes.

            Increments, when nothing is said: the table ebay-us for USD, trademe for NZD, yahoo-jp \
            for JPY; else steps of one unit of the currency.

            Example: gavel auction create "Ming vase" --start 120 --closes +2h --currency EUR \
            --reserve 500 --increments "0:5, 100:10, 1000:50" --soft-close catawiki
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var lot: LotOptions

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        switch lot.text.read(now: now) {
        case .success(let lot): return .createAuction(lot)
        case .failure(let faults):
            throw .usage(
                faults.list.map { "\($0.field.option): \($0.message)" }.joined(separator: "\n"))
        }
    }
}

/// A lot in options. Values are read together, by ``LotText``: amounts need the currency.
struct LotOptions: ParsableArguments {
    @Argument(help: "What is sold: 1 to 200 characters.")
    var title: String

    @Option(help: ArgumentHelp("The first acceptable bid.", valueName: "amount"))
    var start: String

    @Option(
        help: ArgumentHelp(
            "When it ends; \"none\": when the auctioneer says so, as in the live room.",
            valueName: "time"))
    var closes: String?

    @Option(help: ArgumentHelp("The lot's id (default: one is made up).", valueName: "id"))
    var id: String?

    @Option(
        help: ArgumentHelp("The sale that it belongs to.", valueName: "id"), completion: .saleIDs)
    var sale: String?

    @Option(help: ArgumentHelp("ISO 4217 (default: USD).", valueName: "code"))
    var currency: String?

    @Option(
        help: ArgumentHelp(
            "english (default), sealed_first_price, vickrey or live.", valueName: "format"))
    var format: String?

    @Option(
        help: ArgumentHelp(
            "One step, bands from:step like \"0:1, 100:5\", or a table: ebay-us, trademe, yahoo-jp, "
                + "copart-de, whatnot.", valueName: "step"))
    var increments: String?

    @Option(
        help: ArgumentHelp(
            "The secret price under which nothing is sold.", valueName: "amount"))
    var reserve: String?

    @Option(
        help: ArgumentHelp(
            "The price at which it is sold at once; no bid goes above it.", valueName: "amount"))
    var buyNow: String?

    @Option(
        help: ArgumentHelp(
            "When --buy-now can be taken: until_first_bid (default) or always.", valueName: "when"))
    var buyNowAvailability: String?

    @Option(help: ArgumentHelp("When it opens (default: now).", valueName: "time"))
    var opens: String?

    @Option(
        help: ArgumentHelp(
            "Late bids extend the lot: catawiki, yahoo-jp, bidspotter, trademe, mws, or hard "
                + "(default).", valueName: "preset"))
    var softClose: String?

    @Option(
        help: ArgumentHelp("How near the end a bid extends the lot.", valueName: "duration"))
    var softCloseWindow: String?

    @Option(help: ArgumentHelp("By how much it does.", valueName: "duration"))
    var softCloseExtend: String?

    @Option(
        help: ArgumentHelp(
            "reset (default): the end is so long after the bid; add: so much later than before.",
            valueName: "mode"))
    var softCloseMode: String?

    @Option(
        name: .customLong("soft-close-stage"),
        help: ArgumentHelp(
            "Instead of these three, window:mode:extension like 5m:reset:5m; repeated: the n-th "
                + "extension uses the n-th stage, the last one stays.", valueName: "stage"))
    var softCloseStages: [String] = []

    @Option(
        help: ArgumentHelp(
            "What extends: price_or_leader (default) or leader.", valueName: "change"))
    var softCloseTrigger: String?

    @Option(
        help: ArgumentHelp(
            "Lots of the sale that a late bid on any of them extends together (default: the sale's, "
                + "see \"gavel sale create\").", valueName: "name"))
    var softCloseGroup: String?

    @Option(help: ArgumentHelp("How often bids may extend it.", valueName: "n"))
    var maxExtensions: String?

    @Option(help: ArgumentHelp("No bid extends it past this.", valueName: "time"))
    var hardEnd: String?

    @Option(
        help: ArgumentHelp(
            "What it has left at least after a pause (default: 2m).", valueName: "duration"))
    var minResume: String?

    @Option(help: ArgumentHelp("Who sells it, and so may not bid.", valueName: "id"))
    var seller: String?

    @Option(
        name: .customLong("related-party"),
        help: ArgumentHelp("Who else may not bid; repeatable.", valueName: "id"))
    var relatedParties: [String] = []

    @Option(
        help: ArgumentHelp(
            "A bid of more than so many times the minimum asks for confirmation.",
            valueName: "factor"))
    var confirmAbove: String?

    @Flag(help: "Take only amounts on the ladder of increments.")
    var ladderOnly = false

    @Flag(help: "A leader's higher maximum completes a price that the old one had cut short.")
    var completeIncrementOnRaise = false

    @Option(
        help: ArgumentHelp(
            "How bidders may take bids back: never (default) or ebay.", valueName: "policy"))
    var retraction: String?

    @Flag(help: "Sealed formats: show how many bids there are.")
    var showSealedBidCount = false

    @Option(
        help: ArgumentHelp(
            "The live room: who has it when the room ties an absentee bid: earliest_wins (default), "
                + "live_wins or absentee_wins.", valueName: "rule"))
    var tie: String?

    @Flag(help: "The live room: an absentee bid that the room ties goes one step further.")
    var plusOne = false

    /// The lot as it was written.
    var text: LotText {
        var text = LotText()
        let words: [(LotField, String?)] = [
            (.title, title), (.start, start), (.closes, closes), (.id, id), (.sale, sale),
            (.currency, currency), (.format, format), (.increments, increments),
            (.reserve, reserve), (.buyNow, buyNow), (.buyNowAvailability, buyNowAvailability),
            (.opens, opens), (.softClose, softClose), (.softCloseWindow, softCloseWindow),
            (.softCloseExtend, softCloseExtend), (.softCloseMode, softCloseMode),
            (.softCloseStages, softCloseStages.joined(separator: ",")),
            (.softCloseTrigger, softCloseTrigger), (.softCloseGroup, softCloseGroup),
            (.maxExtensions, maxExtensions), (.hardEnd, hardEnd), (.minResume, minResume),
            (.seller, seller),
            (.relatedParties, relatedParties.joined(separator: ",")),
            (.confirmAbove, confirmAbove), (.ladderOnly, ladderOnly ? "yes" : nil),
            (.completeIncrementOnRaise, completeIncrementOnRaise ? "yes" : nil),
            (.retraction, retraction), (.showSealedBidCount, showSealedBidCount ? "yes" : nil),
            (.tie, tie), (.plusOne, plusOne ? "yes" : nil),
        ]
        for (field, word) in words { text[field] = word }
        return text
    }
}
