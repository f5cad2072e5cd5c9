import AuctionRules
import StrictJSON
import WireProtocol

/// Prints what a command came to: tables and words for people, JSON for programs.
struct AnswerPrinter {
    let console: Console
    let isJSON: Bool
    /// What relative times are counted from.
    let now: Instant

    func print(_ answer: AdminAnswer) {
        guard !isJSON else { return printJSON(answer) }
        switch answer {
        case .auctionCreated(let id):
            console.print(id.text)
            console.hint("Follow it with \"gavel auction watch \(id)\".")
        case .auctionsCreated(let ids):
            console.print(ids.map(\.text))
            console.hint(
                "\(ids.count) lots were created; \"gavel auction list\" shows how they stand.")
        case .auctions(let rows):
            print(rows, none: "There are no such lots: \"gavel auction create\" makes one.")
        case .auction(let detail): print(detail)
        case .explanation(let explanation): print(explanation)
        case .requests(let rows): print(rows)
        case .administered(let row): print([row], none: "")
        case .saleCreated(let id):
            console.print(id.text)
            console.hint(
                "Put lots into it with \"gavel auction create TITLE --sale \(id) …\", or a catalogue "
                    + "with \"gavel auction import FILE\".")
        case .sales(let rows): print(rows)
        case .sale(let detail): print(detail)
        case .saleResults(let results): print(results)
        case .bidder(let row): print([row])
        case .bidders(let rows): print(rows)
        case .registered(let row): print([row])
        case .token(let token): print(token)
        case .revoked(let count): console.print("Tokens revoked: \(count)")
        case .databaseStatus(let status): print(status)
        case .databaseBackup(let backup):
            console.print("\(backup.path): \(backup.bytes) bytes")
            console.hint("It was verified. \"gavel db restore \(backup.path)\" puts it in place.")
        case .databaseBackupProgress(let progress):
            console.print("\(progress.step?.rawValue ?? "none") \(progress.done) \(progress.total)")
        case .databaseSchema(let schema): console.print(schema.sql)
        case .webhooks(let rows): print(rows)
        case .webhookDeliveries(let rows): print(rows)
        case .webhookDeliveriesChanged(let count): console.print("Events: \(count)")
        case .webhookTested(let test): print(test)
        }
    }

    /// Lists as one object a line, everything else as the one object that it is.
    private func printJSON(_ answer: AdminAnswer) {
        switch answer {
        case .auctionsCreated(let ids):
            for id in ids { console.print(json: AdminAnswer.auctionCreated(id).encoded()) }
        case .auctions(let rows): printJSON(rows)
        case .requests(let rows): printJSON(rows)
        case .sales(let rows): printJSON(rows)
        case .bidders(let rows): printJSON(rows)
        case .webhooks(let rows): printJSON(rows)
        case .webhookDeliveries(let rows): printJSON(rows)
        default: console.print(json: answer.encoded())
        }
    }

    private func printJSON(_ rows: [some AdminRow]) {
        for row in rows { console.print(json: row.encoded()) }
    }

    /// What can't be had again goes to standard output, and the rest that a person should know to
    /// standard error: so the token can be taken by `$(…)`.
    private func print(_ token: IssuedToken) {
        console.print(token.token)
        let expiry = token.expiresAt.map { "good until \(console.time($0, now: now))" }
        Console.complain(
            "This is the only time that the token is shown; \(expiry ?? "good until revoked"). "
                + "Its hash: \(token.hash.hex)")
    }

    private func print(_ status: DatabaseStatus) {
        let faults = status.integrityFaults
        print([
            ("database", .init(status.path)), ("log", .init(status.log)),
            ("schema", .init("\(status.schemaVersion)")),
            ("events", .init("\(status.entries)")), ("head", .init(status.headHash.hex)),
            ("size", .init("\(status.bytes) bytes")),
            ("lots", .init("\(status.auctions)")), ("bidders", .init("\(status.bidders)")),
            (
                "SQLite",
                // Settings of the writer's connection: nobody's while no server runs.
                status.sqliteVersion.isEmpty
                    ? .init("no server runs", .faint)
                    : .init(
                        "\(status.sqliteVersion), journal_mode=\(status.journalMode), "
                            + "synchronous=\(status.synchronous)")
            ),
            (
                "integrity",
                faults == 0
                    ? .init("sound", .good)
                    : .init("\(faults) faults: SELECT * FROM integrity_faults", .bad)
            ),
        ])
    }

    /// Names and values, one pair a line.
    func print(_ pairs: [(String, Table.Cell)]) {
        let names = pairs.map { TextWidth.columns($0.0) }.max() ?? 0
        for (name, value) in pairs {
            // What is named here, a hash or a path, must be seen whole: it is broken and not cut.
            let room = console.width.map { max(8, $0 - names - 2) }
            let padding = String(repeating: " ", count: names - TextWidth.columns(name) + 2)
            let lines = TextWidth.wrapped(value.text, to: room ?? .max)
            for (index, line) in lines.enumerated() {
                let head =
                    index == 0
                    ? console.styled(name, .faint) + padding
                    : String(repeating: " ", count: names + 2)
                console.print(head + console.styled(line, value.style))
            }
        }
    }
}
