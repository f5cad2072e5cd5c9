import AuctionRules
import BidService
import Ledger
import Proof
import StrictJSON

/// What a server says when it has started: where it listens, which database it has, and what makes
/// its commits durable.
struct StartMessage {
    let server: RunningServer

    var json: [UInt8] {
        let database = server.database
        let (http, webSocket) = server.schemes
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("type", "serving")
            writer.field("version", Gavel.version)
            writer.field("url", "\(http)://\(server.clientAddress)")
            writer.field("websocket", "\(webSocket)://\(server.clientAddress)/v1/ws")
            writer.field("socket", server.configuration.socketPath)
            writer.field("signing_key", server.service.board.signingKeys.last?.key.id)
            writer.field("database", database.path)
            writer.field("log", database.logID)
            writer.field("schema_version", database.schema)
            writer.field("entries", database.head.position)
            writer.field("sqlite_version", database.sqliteVersion)
            writer.field("journal_mode", database.journalMode)
            writer.field("synchronous", database.synchronousName)
        }
        return writer.bytes
    }

    func print(on console: Console) {
        let database = server.database
        let (http, webSocket) = server.schemes
        let listens = "\(http)://\(server.address)  \(webSocket)://\(server.address)/v1/ws"
        var pairs: [(String, Table.Cell)] = [
            ("listens", .init(listens, .strong)),
            ("administration", .init(administration)),
            (
                "database",
                .init(
                    "\(database.path): schema \(database.schema), \(database.head.position) events, "
                        + "log \(database.logID)")
            ),
            (
                "durability",
                .init(
                    "SQLite \(database.sqliteVersion), journal_mode=\(database.journalMode), "
                        + "synchronous=\(database.synchronousName), page_size=\(database.pageSize)")
            ),
        ]
        if let key = server.service.board.signingKeys.last?.key.id {
            pairs.append(("signs with", .init("\(key) (\(server.configuration.signingKeyPath))")))
        }
        let origins = server.configuration.allowedOrigins
        if !origins.isEmpty {
            pairs.append(("browsers from", .init(origins.joined(separator: ", "))))
        }
        console.print("\(console.styled("gavel \(Gavel.version)", .strong)) serves")
        var table = Table([.init(heading: ""), .init(heading: "")])
        for (name, value) in pairs { table.add([.init("  " + name, .faint), value]) }
        console.print(Array(table.lines(width: nil, hasColour: console.hasColour).dropFirst()))
    }

    private var administration: String {
        guard let path = server.configuration.socketPath else { return "by token only" }
        return "\(path) (mode 0600), or by token"
    }
}
