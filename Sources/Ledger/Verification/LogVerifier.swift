import AuctionRules
import Dispatch
import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// Checks a whole database: that its log is complete and unchanged, that it keeps the rules, and
/// that everything else in the file is what the log says (docs/verification.md).
///
/// Reads only, and one committed state, so that the server may go on meanwhile. Three walks run at
/// once, each on a connection of its own: the chain with what is public; the replay with the
/// tables; and what SQLite can check for itself.
public struct LogVerifier: Sendable {
    public let path: String
    private let disk: any Disk

    public init(path: String, on disk: any Disk = SystemDisk()) {
        self.path = path
        self.disk = disk
    }

    /// - Parameter onProgress: entries done and entries in all; called from several threads, often.
    /// - Returns: what was looked at, and the first fault.
    /// - Throws: when the database can't be read at all; `corrupt` when it is damaged so badly that
    ///   SQLite can't read it.
    public func verify(
        onProgress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) throws(LedgerError) -> LogReport {
        let reader = try LedgerReader(path: path, on: disk)
        let findings = Findings()
        let report = try reader.read { database in
            let status = try LogReading.identity(database)
            let progress = Progress(total: status.head.position, onProgress)
            let group = DispatchGroup()
            let queue = DispatchQueue(label: "gavel.verifier", attributes: .concurrent)
            queue.async(group: group) {
                walk(findings) { database in
                    try checkChain(
                        upTo: status.head, on: try database.connection(), progress, findings)
                }
            }
            queue.async(group: group) { walk(findings, Self.checkFile) }
            var check = ReplayCheck()
            let connection = try database.connection()
            findings.take {
                try check.run(upTo: status.head, on: connection) { position in
                    progress.replayed(position)
                    return !findings.hasFault
                }
            }
            group.wait()
            return LogReport(
                logID: status.logID, head: status.head, events: status.head.position,
                lots: Int64(check.replay.house.auctions.count), bids: check.replay.bids,
                certificates: check.certificates.all,
                unsignedCertificates: check.certificates.unsigned,
                fault: findings.first)
        }
        if let error = findings.error, report.fault == nil { throw error }
        return report
    }

    /// The hashes, the links between them, and all that can be checked without a secret.
    private func checkChain(
        upTo head: LogHead, on connection: OpaquePointer, _ progress: Progress,
        _ findings: Findings
    ) throws {
        var audit = PublicAudit()
        let statement = try Statement(
            """
            SELECT position, at, kind, auction, payload, public_payload, salt, previous_hash, hash
            FROM event WHERE position <= ? ORDER BY position
            """, on: connection)
        defer { statement.finalize() }
        statement.bind(head.position, at: 1)
        var space: [UInt8] = []
        while try statement.next() {
            let position = statement.integer(0)
            guard let entry = StoredEntry.publicEntry(statement, workingIn: &space),
                let previousHash = statement.hash(7)
            else {
                throw LogFault(
                    position: position, rule: "hash",
                    detail: "a hash or the salt is too short or too long")
            }
            try audit.follow(entry, previousHash: previousHash)
            if position % 1024 == 0 {
                progress.chained(position)
                // The replay stops at its first fault, and the first of all may still be ahead.
                if let known = findings.first?.position, known < position { return }
            }
        }
        guard audit.head == head else {
            throw LogFault(
                position: audit.head.position, rule: "log without holes",
                detail: "it ends before entry \(head.position)")
        }
        try audit.finish()
        progress.chained(head.position)
    }

    /// What SQLite and the schema can say of the file by themselves. The rules of `integrity_faults` are
    /// not asked: the other two walks check them all but those of webhooks, and a test breaks each to see
    /// that they do.
    private static func checkFile(_ database: Database) throws {
        // Each value is compared with what the log gives: no constraint can be broken behind that. To
        // evaluate them all again took a third of a verification.
        try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
        if let problem = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)"),
            problem != "ok"
        {
            throw LogFault(rule: "the file is sound", detail: problem)
        }
        try SchemaCheck.check(database)
        try checkBidding(database)
        try checkWebhooks(database)
    }

    /// A row of no lot is in no view, and so not compared; and the table has no foreign key.
    private static func checkBidding(_ database: Database) throws {
        let number = try Int64.fetchOne(
            database,
            sql: "SELECT lot FROM bidding WHERE lot NOT IN (SELECT number FROM lot) LIMIT 1")
        guard let number else { return }
        throw LogFault(rule: "bidding is of a lot", detail: "there is no lot \(number)")
    }

    /// What webhooks have delivered follows from no log, so that only their own rules can be asked: there
    /// are as few rows as there are receivers, and events that they are owed.
    private static func checkWebhooks(_ database: Database) throws {
        let row = try Row.fetchOne(
            database, sql: "SELECT rule, auction, detail FROM integrity_faults_of_webhooks LIMIT 1")
        guard let row else { return }
        throw LogFault(auction: row["auction"], rule: row["rule"], detail: row["detail"])
    }

    /// A walk on a connection of its own.
    private func walk(_ findings: Findings, _ body: (Database) throws -> Void) {
        do {
            // What is found is taken where it is found: reading knows errors of the ledger only.
            try LedgerReader(path: path, on: disk).read { database in
                findings.take { try body(database) }
            }
        } catch {
            findings.take { throw error }
        }
    }

    /// What the walks have found, from all threads.
    private final class Findings: Sendable {
        private struct Found {
            var faults: [LogFault] = []
            var error: LedgerError?
        }

        private let found = Mutex(Found())

        func take(_ walk: () throws -> Void) {
            do {
                try walk()
            } catch let fault as LogFault {
                found.withLock { $0.faults.append(fault) }
            } catch {
                let error = LedgerError(any: error, doing: "read the database")
                found.withLock { $0.error = $0.error ?? error }
            }
        }

        var hasFault: Bool { found.withLock { !$0.faults.isEmpty || $0.error != nil } }
        var error: LedgerError? { found.withLock { $0.error } }

        /// The one at the lowest position; those without one come last.
        var first: LogFault? {
            found.withLock { found in
                found.faults.min { ($0.position ?? .max) < ($1.position ?? .max) }
            }
        }
    }

    /// How far the slower of the two walks through the log is.
    private final class Progress: Sendable {
        private let total: Int64
        private let report: @Sendable (Int64, Int64) -> Void
        private let reached = Mutex((chained: Int64(0), replayed: Int64(0)))

        init(total: Int64, _ report: @escaping @Sendable (Int64, Int64) -> Void) {
            self.total = total
            self.report = report
        }

        func chained(_ position: Int64) { note { $0.chained = position } }
        func replayed(_ position: Int64) { note { $0.replayed = position } }

        private func note(_ change: (inout (chained: Int64, replayed: Int64)) -> Void) {
            let done = reached.withLock { reached in
                change(&reached)
                return min(reached.chained, reached.replayed)
            }
            report(done, total)
        }
    }
}
