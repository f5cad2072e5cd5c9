import ArgumentParser
import AuctionRules
import BidService
import Ledger
import StrictJSON
import WireProtocol

struct DatabaseCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "The database.",
        subcommands: [
            MigrateDatabase.self, ShowDatabaseStatus.self, BackUpDatabase.self,
            RestoreDatabase.self, ShowDatabaseSchema.self,
        ])
}

struct MigrateDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Create the database, or bring its schema up to date.",
        discussion: """
            A server does the same when it starts. Migrations run in order, each in a transaction; a \
            newer database, or one that was changed otherwise, is refused.

            Example: gavel db migrate --database auctions.db
            """)

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        guard case .database(let path) = try Place(global).location else {
            throw CommandFailure.usage("a server migrates its own database when it starts")
        }
        let administrator = try await Administrators.open(try Place(global), onlyReads: false)
        let answer: AdminAnswer
        do {
            answer = try await administrator.perform(.databaseStatus)
        } catch {
            await administrator.close()
            throw error
        }
        await administrator.close()
        guard case .databaseStatus(let status) = answer else {
            throw CommandFailure.unexpected(answer)
        }
        let console = Console.standardOutput()
        if global.json {
            console.print(json: status.encoded())
        } else {
            console.print("\(path): schema \(status.schemaVersion), up to date")
        }
    }
}

struct ShowDatabaseStatus: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the database holds, and whether it is sound.",
        discussion: """
            Ends with 5 when the database breaks one of the rules that SQL can check; the view \
            integrity_faults says which.

            Example: gavel db status --json
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .databaseStatus
    }

    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure) {
        printer.print(answer)
        guard case .databaseStatus(let status) = answer, status.integrityFaults > 0 else { return }
        throw CommandFailure(
            .damage,
            "The database has \(status.integrityFaults) faults: SELECT * FROM integrity_faults")
    }
}

struct BackUpDatabase: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write a copy of the database, also while the server runs.",
        discussion: """
            FILE must not exist, and does not until the copy has been verified as "gavel log \
            verify" does it. It is a complete database; its log has an id of its own. With --server, \
            FILE is a path on the server's machine.

            Example: gavel db backup backups/2026-12-01.db
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The copy's path.", completion: .file())
    var file: String

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .databaseBackup(path: file)
    }

    func carryOut(
        _ command: AdminCommand, by administrator: any Administrator
    ) async throws(CommandFailure) -> AdminAnswer {
        let bars = BackupBars(isQuiet: global.json)
        defer { bars.clear() }
        return try await bars.during(backupTo: file, by: administrator) {
            () throws(CommandFailure) in try await administrator.perform(command)
        }
    }
}

struct RestoreDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the place of the database.",
        discussion: """
            The server must not run. The backup is verified first; a database that is there is \
            never overwritten, but moved aside when you say --replace. The restored log has an id of \
            its own, so that every client starts from a snapshot instead of a false resume.

            What happened after the backup is lost: the bids since then were acknowledged, and \
            their bidders have to be told.

            Example: gavel db restore backups/2026-12-01.db --replace
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The backup's path.", completion: .file())
    var file: String
    @Flag(help: "Move the database that is there aside.")
    var replace = false

    func run() async throws {
        let path = try Place(global).databasePath(for: "a backup is restored")
        // Beside the database, by the second: 20261201T200000Z.
        let stamp = TimeText.format(SystemClock().now()).prefix(19).filter { !"-:".contains($0) }
        let aside = replace ? "\(path).replaced-\(stamp)Z" : nil
        let bars = BackupBars(isQuiet: global.json)
        defer { bars.clear() }
        let result: DatabaseRestoration.Result
        do {
            result = try await OwnThread.run { [file] in
                try DatabaseRestoration(to: path).restore(from: file, movingAsideTo: aside) {
                    bars.note(.init($0))
                }
            }
        } catch let error as LedgerError {
            throw CommandFailure(error)
        }
        bars.clear()
        let console = Console.standardOutput()
        guard !global.json else { return console.print(json: result.encoded(path: path)) }
        console.print(
            "\(path): \(result.report.events) entries, \(result.report.lots) lots; its log is "
                + result.report.logID)
        if let aside = result.movedAside { console.print("The old database is \(aside)") }
    }
}

extension DatabaseRestoration.Result {
    fileprivate func encoded(path: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("path", path)
            writer.field("log", report.logID)
            writer.field("entries", report.events)
            writer.field("moved_aside", movedAside)
        }
        return writer.bytes
    }
}

struct ShowDatabaseSchema: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the database's schema as SQL, with its comments.",
        discussion: "Example: gavel db schema | less")
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .databaseSchema
    }
}
