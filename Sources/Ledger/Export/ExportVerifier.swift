import AuctionRules
import Crypto
import Foundation
import StrictJSON

/// Checks an export without the database, and a redacted one without any secret: every line is as it
/// was written, the chain links them, and what can be seen keeps the rules.
public struct ExportVerifier: Sendable {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// What the export says of itself.
    private struct Header {
        let logID: String
        let isRedacted: Bool
        let auction: AuctionID?
        let head: LogHead
    }

    /// - Parameter onProgress: bytes read, and bytes in all; called often.
    /// - Returns: what was looked at, and the first fault.
    /// - Throws: when the file can't be read, or is no export.
    public func verify(
        onProgress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(LedgerError) -> LogReport {
        let lines = try LineReader(path: path)
        guard let first = try lines.next(), let header = Self.header(first) else {
            throw LedgerError(
                .notADatabase,
                "\(path) is no export of a log, or of a newer Gavel: check the path.")
        }
        var walk = Walk(header, first)
        do {
            while let line = try lines.next() {
                try walk.follow(line)
                if walk.count % 1024 == 0 { onProgress(lines.offset, lines.size) }
            }
            try walk.finish()
            onProgress(lines.size, lines.size)
            return walk.report(fault: nil)
        } catch let fault as LogFault {
            return walk.report(fault: fault)
        } catch {
            throw LedgerError(any: error, doing: "read \(path)")
        }
    }

    private static func header(_ line: [UInt8]) -> Header? {
        guard let object = (try? JSONValue(parsing: line))?.asObject,
            (try? object.string("type")) == "log_export",
            (try? object.integer("version")) == LogExport.version,
            let logID = try? object.string("log"), let isRedacted = try? object.bool("redacted"),
            let head = try? object.object("head"), let position = try? head.integer("position"),
            let hash = (try? head.string("hash")).flatMap({ EntryHash(hex: $0) })
        else { return nil }
        let auction = (try? object.optionalString("auction")).flatMap { $0 }
        return Header(
            logID: logID, isRedacted: isRedacted, auction: auction.flatMap { try? AuctionID($0) },
            head: LogHead(position: position, hash: hash))
    }

    private struct Walk {
        private let header: Header
        private var audit: PublicAudit
        private var replay = Replay()
        private var hasher = SHA256()
        private var space: [UInt8] = []
        private var writer = JSONWriter(reservingCapacity: 4096)
        private(set) var count: Int64 = 0
        private var hasEnded = false

        init(_ header: Header, _ line: [UInt8]) {
            self.header = header
            audit = PublicAudit(isPart: header.auction != nil)
            hash(line)
        }

        mutating func follow(_ line: [UInt8]) throws {
            guard !hasEnded else {
                throw LogFault(rule: "nothing after the end", detail: "there are more lines")
            }
            let next = audit.head.position + 1
            let object: JSONObject?
            do { object = try JSONValue(parsing: line).asObject } catch {
                throw LogFault(
                    position: next, rule: "each line is an object", detail: "\(error)")
            }
            guard let object else {
                throw LogFault(
                    position: next, rule: "each line is an object", detail: "it is none")
            }
            if object["type"] != nil { return try end(object, line) }
            let entry: ExportedEntry
            do { entry = try ExportedEntry(object, workingIn: &space) } catch {
                throw LogFault(position: next, rule: "a line is an entry", detail: "\(error)")
            }
            // Whatever reads as the same entry, but is not how Gavel writes it, was changed.
            writer.removeAll()
            entry.encode(to: &writer)
            guard writer.bytes == line else {
                throw LogFault(
                    position: next, rule: "a line is as it was written", detail: "it was changed")
            }
            hash(line)
            try follow(entry)
            count += 1
        }

        private mutating func follow(_ entry: ExportedEntry) throws(LogFault) {
            func fault(_ rule: String, _ detail: String) -> LogFault {
                LogFault(
                    position: entry.position, auction: entry.auction, rule: rule, detail: detail)
            }
            guard header.isRedacted == (entry.secret == nil) else {
                throw fault("redacted or not", "the header says otherwise")
            }
            guard (header.auction == nil) == (entry.previousHash == nil),
                header.auction == nil || entry.auction == header.auction?.text
            else { throw fault("of one lot or all", "the header says otherwise") }
            // What is not covered by its hash must not be said.
            guard (entry.kind != nil) == (entry.secret != nil || !entry.publicPayload.isEmpty),
                entry.kind != nil || entry.auction == nil
            else { throw fault("what is not public is not told", "it tells a kind or a lot") }
            try audit.follow(entry.publicEntry, previousHash: entry.previousHash)
            guard let secret = entry.secret, let kind = entry.kind else { return }
            _ = try replay.follow(
                position: entry.position, at: entry.at, kind: kind, auction: entry.auction,
                payload: secret.payload, publicPayload: entry.publicPayload, hash: entry.hash)
        }

        private mutating func end(_ object: JSONObject, _ line: [UInt8]) throws(LogFault) {
            let digest = (EntryHash(bytes: Array(hasher.finalize())) ?? .zero).hex
            writer.removeAll()
            writer.object { writer in
                writer.field("type", "end")
                writer.field("entries", count)
                writer.field("sha256", digest)
            }
            guard writer.bytes == line else {
                throw LogFault(
                    rule: "the end knows all lines", detail: "a line was changed, or is missing")
            }
            hasEnded = true
        }

        /// After the last line.
        func finish() throws(LogFault) {
            guard hasEnded else {
                throw LogFault(
                    position: audit.head.position, rule: "an export has an end",
                    detail: "it was cut off after \(count) entries")
            }
            if header.auction == nil, audit.head != header.head {
                throw LogFault(
                    position: audit.head.position, rule: "the export is whole",
                    detail: "the header says that it ends at entry \(header.head.position)")
            }
            try audit.finish()
        }

        func report(fault: LogFault?) -> LogReport {
            LogReport(
                logID: header.logID, head: audit.head, events: count,
                lots: header.isRedacted ? audit.lotCount : Int64(replay.house.auctions.count),
                bids: header.isRedacted ? audit.bidCount : replay.bids, certificates: 0,
                unsignedCertificates: 0, fault: fault)
        }

        private mutating func hash(_ line: [UInt8]) {
            hasher.update(data: line)
            hasher.update(data: [UInt8(ascii: "\n")])
        }
    }
}
