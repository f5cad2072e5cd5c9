import ArgumentParser
import AuctionRules
import Foundation
import Ledger
import StrictJSON

struct LogCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "The log: check it, and hand it to auditors.",
        subcommands: [VerifyLog.self, ExportLog.self])
}

struct VerifyLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that the log is complete, unchanged, and what everything else says.",
        discussion: """
            Checks the hash chain, the numbers without a hole, that every price follows from the \
            bids, and that every table is what the log says: docs/verification.md tells what each \
            check proves. The server may run meanwhile. With --export, checks a file that "gavel \
            log export" wrote, without the database and, if it is redacted, without any secret.

            Ends with 5 at the first fault, and says where it is.

            Example: gavel log verify --export spring-sale.jsonl
            """)

    @OptionGroup var global: GlobalOptions
    @Option(
        help: ArgumentHelp("An export to check, instead of the database.", valueName: "file"),
        completion: .file())
    var export: String?

    func run() async throws {
        let bar = ProgressBar("Verifying", isQuiet: global.json)
        let clock = ContinuousClock()
        let start = clock.now
        let report: LogReport
        do {
            if let export {
                report = try await OwnThread.run {
                    try ExportVerifier(path: export).verify { bar.note($0, of: $1) }
                }
            } else {
                let path = try Place(global).databasePath(for: "the log is checked")
                report = try await OwnThread.run {
                    try LogVerifier(path: path).verify { bar.note($0, of: $1) }
                }
            }
        } catch let error as LedgerError {
            bar.clear()
            throw CommandFailure(error)
        }
        bar.clear()
        let console = Console.standardOutput()
        let duration = clock.now - start
        if global.json {
            console.print(json: report.encoded(duration: duration))
        } else if report.fault == nil {
            console.print(report.summary(duration: duration))
        }
        if let fault = report.fault { throw CommandFailure(fault, isExport: export != nil) }
    }
}

struct ExportLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the log as lines of JSON, for auditors.",
        discussion: """
            With --redacted there is no secret in it, no maximum bid, no reserve, no name and no id \
            of a bidder, and yet "gavel log verify --export" can check it. Without, it holds every \
            secret: mind who gets it. The server may run meanwhile.

            Example: gavel log export --redacted > spring-sale.jsonl
            """)

    @OptionGroup var global: GlobalOptions
    @Option(
        help: ArgumentHelp("Only this lot's entries.", valueName: "id"),
        completion: .auctionIDs,
        transform: { try ValueText.identifier($0) as AuctionID })
    var auction: AuctionID?
    @Flag(help: "Only what everybody may know.")
    var redacted = false

    func run() async throws {
        let path = try Place(global).databasePath(for: "the log is exported")
        let scope = LogExport.Scope(auction: auction, isRedacted: redacted)
        if !redacted {
            Console.complain(
                "This export holds every secret: maximum bids, reserves, and who bid.")
        }
        let entries: Int64
        do {
            entries = try await OwnThread.run {
                let reader = try LedgerReader(path: path)
                let console = Console.standardOutput()
                return try LogExport.write(scope, of: reader) { console.print(line: $0) }
            }
        } catch let error as LedgerError {
            throw CommandFailure(error)
        }
        if let auction, entries == 0 {
            throw CommandFailure(
                .notFound, code: "unknown_auction", "The log has nothing of a lot \(auction).")
        }
    }
}

extension Place {
    /// - Parameter what: is done here and nowhere else.
    func databasePath(for what: String) throws(CommandFailure) -> String {
        guard case .database(let path) = location else {
            throw .usage("\(what) on the database itself: run it beside the server, on a copy")
        }
        return path
    }
}

extension CommandFailure {
    /// A verification found something.
    init(_ fault: LogFault, isExport: Bool) {
        let advice =
            isExport
            ? "Ask for the export again, and compare it with the hashes that bidders have."
            : fault.position.map {
                "What stands before entry \($0) can be trusted: keep this file, and restore a "
                    + "backup."
            } ?? "Keep this file, and restore a backup."
        self.init(.damage, code: "damaged", "\(fault). \(advice)")
    }
}

extension LogReport {
    fileprivate func summary(duration: Duration) -> String {
        let seconds = duration.formatted(
            .units(allowed: [.seconds], width: .narrow, fractionalPart: .show(length: 2)))
        var counts = "\(events) entries, \(lots) lots, \(bids) bids"
        if certificates > 0 { counts += ", \(certificates) certificates" }
        if unsignedCertificates > 0 { counts += " (\(unsignedCertificates) not signed)" }
        return "sound: \(counts) in \(seconds); the log "
            + "\(logID) ends at entry \(head.position), \(head.hash.hex)"
    }

    /// One object: what was looked at, and `fault`, which is null on a sound log.
    fileprivate func encoded(duration: Duration) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("log", logID)
            writer.field("entries", events)
            writer.field("lots", lots)
            writer.field("bids", bids)
            writer.field("certificates", certificates)
            writer.field("unsigned_certificates", unsignedCertificates)
            writer.object("head") { writer in
                writer.field("position", head.position)
                writer.field("hash", head.hash.hex)
            }
            let (seconds, attoseconds) = duration.components
            writer.field("duration_ms", seconds * 1000 + attoseconds / 1_000_000_000_000_000)
            guard let fault else { return writer.null("fault") }
            writer.object("fault") { writer in
                writer.fieldIfPresent("position", fault.position)
                writer.fieldIfPresent("auction", fault.auction)
                writer.field("rule", fault.rule)
                writer.field("detail", fault.detail)
            }
        }
        return writer.bytes
    }
}
