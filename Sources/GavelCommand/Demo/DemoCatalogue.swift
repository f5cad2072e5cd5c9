import AuctionRules
import WireProtocol

/// What the demo sells: enough kinds of lots to see what there is, in the words of a catalogue.
struct DemoCatalogue {
    let sale: SaleID

    /// The lots that the sale opens with: one of each kind, one of them soon over.
    static let openingCount = 6

    /// The n-th lot of the sale, from 0; the catalogue begins anew when it is through.
    ///
    /// - Parameter now: when the lot is created.
    func lot(_ number: Int, now: Instant) -> NewAuction {
        let item = Self.items[number % Self.items.count]
        var text = LotText()
        text[.id] = "\(sale)-\(number + 1)"
        text[.sale] = sale.text
        for (field, word) in item.words { text[field] = word }
        // Those that the sale opens with end one after the other, the first soon.
        let minutes = number < Self.openingCount ? 2 + 2 * number : 4 + number % 3 * 2
        text[.closes] = "+\(minutes * 60 - 10)s"
        switch text.read(now: now) {
        case .success(let lot): return lot
        case .failure(let faults): preconditionFailure("The demo's catalogue is wrong: \(faults)")
        }
    }

    /// Whether a lot is one of this sale's, by what it is called.
    func has(_ lot: AuctionID, _ title: String) -> Bool {
        guard lot.text.hasPrefix("\(sale)-"),
            let number = Int(lot.text.dropFirst("\(sale)-".count)),
            number > 0
        else { return false }
        return title == Self.items[(number - 1) % Self.items.count].words[.title]
    }

    private struct Item {
        let words: [LotField: String]

        init(_ title: String, _ currency: String, _ start: String, _ more: [LotField: String]) {
            words = more.merging([.title: title, .currency: currency, .start: start]) { $1 }
        }
    }

    /// Late bids extend a lot by little, so that a demo does not drag on.
    private static let soft: [LotField: String] = [
        .softCloseWindow: "20s", .softCloseExtend: "20s", .maxExtensions: "10",
    ]

    private static func soft(_ more: [LotField: String]) -> [LotField: String] {
        soft.merging(more) { $1 }
    }

    private static let items = [
        Item(
            "Ming vase, 15th century", "EUR", "120",
            soft([.increments: "0:5, 200:10, 500:25", .reserve: "260"])),
        Item("Station clock, 1920s", "USD", "40", soft([:])),
        Item(
            "Raku tea bowl", "JPY", "8000",
            soft([.softCloseWindow: "30s", .softCloseMode: "add", .reserve: "15000"])),
        Item(
            "Letter by Ada Lovelace (sealed bids)", "GBP", "200",
            [.format: "sealed_first_price", .showSealedBidCount: "yes"]),
        Item(
            "Racing bicycle, buy-now possible", "EUR", "150",
            soft([.increments: "10", .buyNow: "900"])),
        Item("Gold dinar (Vickrey)", "KWD", "45.500", [.format: "vickrey", .reserve: "60"]),
        Item("Crate of Barolo 2016", "EUR", "90", soft([.increments: "5", .reserve: "150"])),
        Item("First edition, \"Dracula\"", "GBP", "300", soft([.increments: "0:10, 500:25"])),
        Item("Mid-century armchair", "NZD", "60", soft([:])),
        Item("Baseball, signed", "USD", "25", soft([.reserve: "60"])),
        Item("Ukiyo-e print", "JPY", "12000", soft([:])),
        Item("Marine chronometer", "CHF", "700", soft([.increments: "0:50, 2000:100"])),
    ]
}
