import AuctionRules
import Foundation
import StrictJSON
import Testing

@testable import Ledger

/// An export can be checked without the database, a redacted one without a secret.
struct ExportTests {
    /// Writes the export beside the database, and says where.
    static func export(_ directory: TemporaryDirectory, _ scope: LogExport.Scope) throws -> String {
        let path = directory.file("export-\(UUID().uuidString).jsonl")
        var bytes: [UInt8] = []
        try LogExport.write(scope, of: LedgerReader(path: directory.file())) { bytes += $0 }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    static func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    static let scopes = [
        LogExport.Scope(isRedacted: false), LogExport.Scope(isRedacted: true),
        LogExport.Scope(auction: "vase", isRedacted: false),
        LogExport.Scope(auction: "vase", isRedacted: true),
    ]

    @Test("An export is sound, and says how much it has", arguments: scopes)
    func sound(scope: LogExport.Scope) throws {
        let directory = try IntegrityTests.sample()
        let path = try Self.export(directory, scope)
        let report = try ExportVerifier(path: path).verify()
        #expect(report.fault == nil)
        let head = try LedgerReader(path: directory.file()).head()
        #expect(report.events == Int64(try Self.lines(path).count - 2))
        if scope.auction == nil {
            #expect(report.head == head)
            #expect(report.lots == 4)
        } else {
            #expect(report.lots == 1)
        }
    }

    @Test("Exports of random sales are sound", arguments: 201...212)
    func random(seed: UInt64) throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let scene = try ReplayTests.play(seed: seed, commands: 300, into: ledger)
        for isRedacted in [true, false] {
            let whole = try Self.export(directory, LogExport.Scope(isRedacted: isRedacted))
            let report = try ExportVerifier(path: whole).verify()
            #expect(report.fault == nil, "seed \(seed)")
            #expect(report.head == scene.head)
            for auction in scene.house.auctions.keys {
                let part = try Self.export(
                    directory, LogExport.Scope(auction: auction, isRedacted: isRedacted))
                #expect(try ExportVerifier(path: part).verify().fault == nil, "seed \(seed)")
            }
        }
    }

    @Test("A redacted export holds no secret", arguments: [nil, "vase", "coin"] as [AuctionID?])
    func secrecy(auction: AuctionID?) throws {
        let directory = try IntegrityTests.sample()
        let path = try Self.export(
            directory, LogExport.Scope(auction: auction, isRedacted: true))
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for secret in Secrets.all {
            #expect(!text.contains("\"\(secret)") && !text.contains(":\(secret)"))
        }
        #expect(!text.contains("salt") && !text.contains("payload"))
        // Of a sealed lot that is still open not even the number of bids can be counted.
        let coin = try Self.lines(path).filter { $0.contains(#""auction":"coin""#) }
        if auction == nil { #expect(coin.count == 2) }
        if auction == "coin" { #expect(coin.count == 3) }
    }

    @Test("A flipped bit anywhere is found", arguments: scopes)
    func flipped(scope: LogExport.Scope) throws {
        let directory = try IntegrityTests.sample()
        let path = try Self.export(directory, scope)
        let sound = try Data(contentsOf: URL(fileURLWithPath: path))
        var random = SeededGenerator(seed: 3)
        let header = sound.firstIndex(of: UInt8(ascii: "\n")) ?? 0
        // Each byte of the header and of the end, and many between them.
        let indices =
            Array(0..<header) + Array(sound.count - 80..<sound.count - 1)
            + (0..<300).map { _ in Int.random(in: 0..<sound.count - 1, using: &random) }
        let flipped = directory.file("flipped.jsonl")
        for index in indices {
            var bytes = sound
            bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try bytes.write(to: URL(fileURLWithPath: flipped))
            do {
                let report = try ExportVerifier(path: flipped).verify()
                #expect(report.fault != nil, "byte \(index)")
            } catch {
                #expect(error.kind == .notADatabase, "byte \(index): \(error)")
            }
        }
    }

    @Test("A line that is missing, doubled, moved or cut off is found", arguments: scopes)
    func lines(scope: LogExport.Scope) throws {
        let directory = try IntegrityTests.sample()
        let path = try Self.export(directory, scope)
        let sound = try Self.lines(path)
        let middle = sound.count / 2
        var doubled = sound
        doubled.insert(sound[middle], at: middle)
        var missing = sound
        missing.remove(at: middle)
        var moved = sound
        moved.swapAt(middle, middle + 1)
        let changed = directory.file("changed.jsonl")
        for lines in [doubled, missing, moved, Array(sound.dropLast()), sound + [sound[middle]]] {
            try Data((lines.joined(separator: "\n") + "\n").utf8)
                .write(to: URL(fileURLWithPath: changed))
            #expect(try ExportVerifier(path: changed).verify().fault != nil)
        }
    }

    @Test("What is no export is refused with a word")
    func noExport() throws {
        let directory = try TemporaryDirectory()
        let missing = #expect(throws: LedgerError.self) {
            try ExportVerifier(path: directory.file("none")).verify()
        }
        #expect(missing?.kind == .fileMissing)
        for text in ["", "{}\n", "no JSON", #"{"type":"log_export","version":2}"# + "\n"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory.file("x")))
            let error = #expect(throws: LedgerError.self) {
                try ExportVerifier(path: directory.file("x")).verify()
            }
            #expect(error?.kind == .notADatabase)
        }
    }

    @Test("A damaged log is not exported")
    func damaged() throws {
        let directory = try IntegrityTests.sample()
        try Stranger.tamper(directory.file(), "UPDATE event SET at = at + 1 WHERE position = 9")
        let error = #expect(throws: LedgerError.self) {
            try Self.export(directory, LogExport.Scope(isRedacted: true))
        }
        #expect(error?.kind == .corrupt(position: 9))
    }
}
