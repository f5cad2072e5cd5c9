import AuctionRules

/// What a newcomer can do with the running demo: lines to paste.
struct DemoGuide {
    let server: RunningServer
    let stage: DemoStage
    /// How this program was called.
    let program: String

    func print(on console: Console) {
        let database = Self.quoted(server.configuration.database)
        let options = "--database \(database)"
        // The second lot: the first one is over before somebody has read this.
        let lot = "\(stage.sale)-2"
        let steps = [
            (
                "Look at the sale in a browser",
                "\(server.schemes.http)://\(server.clientAddress)/#/sale/\(stage.sale)"
            ),
            (
                "Sign in there with this token, and bid: you are \(DemoStage.visitor)",
                stage.visitorToken
            ),
            (
                "Follow it in another terminal",
                "\(program) auction watch --sale \(stage.sale) \(options)"
            ),
            ("See all lots", "\(program) auction list --sale \(stage.sale) \(options)"),
            (
                "Bid from the terminal, more than anybody here will",
                "\(program) bid \(lot) --amount 200 \(options) --token \(stage.visitorToken)"
            ),
            (
                "Sell as the auctioneer: with the token that this prints, at "
                    + "\(server.schemes.http)://\(server.clientAddress)/console",
                "\(program) admin token auctioneer --ttl 1d \(options)"
            ),
            (
                "Look into the database",
                "sqlite3 -readonly -box \(database) \"SELECT auction, title, price, minimum, "
                    + "currency, leader, ends_at FROM auction_board WHERE sale = '\(stage.sale)'\""
            ),
        ]
        console.print("")
        for (what, how) in steps {
            console.print(console.styled("  \(what):", .faint))
            console.print("    \(how)")
        }
        // On a terminal the prices would soon push all of this out of sight.
        let now = console.isTerminal ? "What opens and what ends" : "What happens now"
        console.print(["", console.styled("Ctrl-C ends it. \(now):", .faint), ""])
    }

    /// For a shell.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isPlain ? text : "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}
