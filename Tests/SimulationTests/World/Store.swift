import AuctionRules
import DiskSimulation
import Proof

@testable import Ledger

/// The simulated machine's disk, and the database on it.
final class Store: Sendable {
    let disk: SimulatedDisk
    let sabotage: Sabotage
    private let path = "auctions.db"

    init(seed: UInt64, sabotage: Sabotage = .none) {
        disk = SimulatedDisk(seed: seed)
        disk.replace(path, with: Self.empty)
        self.sabotage = sabotage
    }

    /// A database without an entry: to make one takes longer than most of what happens to it.
    private static let empty: [UInt8] = {
        let disk = SimulatedDisk()
        do {
            try SQLiteLedger(path: "empty.db", options: options(on: disk)).close()
        } catch {
            preconditionFailure("\(error)")
        }
        guard let bytes = disk.contents(of: "empty.db") else { preconditionFailure("No database") }
        return bytes
    }()

    private static func options(on disk: SimulatedDisk) -> SQLiteLedger.Options {
        var options = SQLiteLedger.Options()
        options.disk = disk
        // What is secret about the salts does not matter here; that they are the same again does.
        options.newSaltKey = { SaltKey(words: .zero) }
        // Small, so that checkpoints happen in a short life, too.
        options.checkpoints.idlePages = 20
        options.checkpoints.forcedPages = 60
        options.reservedPages = 70
        return options
    }

    /// What SQLite knows the database by.
    var sqliteName: String { disk.sqliteName(of: path) }

    /// Opens the log, as a server does when it starts and after each fault.
    func open() throws(LedgerError) -> any BidLog {
        let ledger = try SQLiteLedger(path: path, options: Self.options(on: disk))
        return try sabotage.log(over: ledger)
    }

    func plan(_ fault: DiskFault) {
        disk.inject(
            sabotage.effect(of: fault), at: fault.operation, of: fault.file, after: fault.after,
            times: fault.lasts ? nil : 1)
    }

    /// A lot's newest certificate, read beside the writer, as the server itself does it.
    func certificate(of lot: AuctionID) throws(LedgerError) -> CertificateFinding? {
        let reader = try LedgerReader(path: path, on: disk)
        let finding = try reader.certificate(of: lot)
        try reader.close()
        return finding
    }

    /// All texts that are stored of what was signed: certificates, and tree heads over them.
    func signedTexts() throws(LedgerError) -> Set<String> {
        let reader = try LedgerReader(path: path, on: disk)
        let rows = try reader.table(
            "SELECT statement FROM certificate UNION SELECT head FROM certificate_tree"
        ).rows
        try reader.close()
        return Set(
            rows.joined().compactMap { if case .text(let text) = $0 { text } else { nil } })
    }

    /// What `gavel log verify` finds.
    func verify() throws(LedgerError) -> LogReport {
        try LogVerifier(path: path, on: disk).verify()
    }

    /// What SQL finds wrong, and where the tables are not as the log has them.
    ///
    /// - Parameter house: rebuilt from the whole of the log.
    func faults(comparedWith house: House) throws -> [String] {
        let reader = try LedgerReader(path: path, on: disk)
        let faults = try reader.integrityFaults().map { "\($0)" }
        let differences = try Projection.check(house: house, reader: reader).map(\.description)
        try reader.close()
        return faults + differences
    }
}

/// A fault of the disk, at an operation to come.
struct DiskFault: Hashable, Sendable, CustomStringConvertible {
    var effect: SimulatedDisk.Effect
    var operation: SimulatedDisk.Operation?
    var file: SimulatedDisk.File?
    /// How many such operations go well before.
    var after: Int
    /// Whether it goes on until the disk is mended.
    var lasts = false

    var description: String {
        "\(effect) at \(operation.map { "\($0)" } ?? "operation") \(after + 1)"
            + (file.map { " of the \($0)" } ?? "") + (lasts ? " and after" : "")
    }
}
