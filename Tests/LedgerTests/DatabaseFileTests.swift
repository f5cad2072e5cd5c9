import AuctionRules
import Foundation
import GRDB
import Testing

@testable import Ledger

/// Files that are no database of ours, or not a whole one, get a clear answer, and stay as they are.
struct DatabaseFileTests {
    enum Expected: Sendable {
        case corrupt, notADatabase, foreign, newer, readOnly, directoryMissing

        func matches(_ kind: LedgerError.Kind) -> Bool {
            switch (self, kind) {
            case (.corrupt, .corrupt), (.notADatabase, .notADatabase), (.foreign, .foreign),
                (.newer, .newerSchema), (.readOnly, .readOnly),
                (.directoryMissing, .directoryMissing):
                true
            default: false
            }
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let expected: Expected
        /// Makes the file at the path, which holds a sound database of ours, into what it must be.
        let damage: @Sendable (_ path: String) throws -> Void

        var testDescription: String { name }

        init(
            _ name: String, _ expected: Expected,
            _ damage: @escaping @Sendable (String) throws -> Void
        ) {
            self.name = name
            self.expected = expected
            self.damage = damage
        }
    }

    static func replace(_ path: String, with data: Data) throws {
        try data.write(to: URL(fileURLWithPath: path))
    }

    static func truncate(_ path: String, to length: Int) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        try replace(path, with: data.prefix(length))
    }

    static func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        data.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        try replace(path, with: data)
    }

    static func otherApplication(_ path: String, id: Int, table: Bool) throws {
        try FileManager.default.removeItem(atPath: path)
        try Stranger.execute(
            path, (table ? "CREATE TABLE note (text);" : "") + "PRAGMA application_id = \(id)")
    }

    static let cases = [
        Case("a text file", .notADatabase) { try replace($0, with: Data("hello, world\n".utf8)) },
        Case("one byte", .notADatabase) { try replace($0, with: Data([0])) },
        Case("zeroes", .notADatabase) { try replace($0, with: Data(count: 8192)) },
        Case("a header that is garbage", .notADatabase) {
            try overwrite($0, at: 0, with: Array("SQLite format 4".utf8))
        },
        Case("cut off in the magic", .corrupt) { try truncate($0, to: 10) },
        Case("cut off in the header", .corrupt) { try truncate($0, to: 99) },
        Case("cut off after the header", .corrupt) { try truncate($0, to: 100) },
        Case("cut off in the first page", .corrupt) { try truncate($0, to: 1000) },
        Case("cut off after the first page", .corrupt) { try truncate($0, to: 4096) },
        Case("cut off in a later page", .corrupt) { try truncate($0, to: 5 * 4096 + 17) },
        Case("the last page cut off", .corrupt) {
            try truncate($0, to: Int(SystemDisk().size(of: $0)) - 4096)
        },
        Case("the last byte cut off", .corrupt) {
            try truncate($0, to: Int(SystemDisk().size(of: $0)) - 1)
        },
        Case("emptied, with a write-ahead log beside it", .corrupt) {
            try replace($0, with: Data())
            try replace($0 + "-wal", with: Data(count: 5000))
        },
        Case("a first page of garbage", .corrupt) {
            try overwrite($0, at: 100, with: [UInt8](repeating: 0xa5, count: 3996))
        },
        Case("without its table of migrations", .corrupt) {
            try Stranger.execute($0, "DROP TABLE migration")
        },
        Case("a database of another application", .foreign) {
            try otherApplication($0, id: 0x1234, table: true)
        },
        Case("an empty database of another application", .foreign) {
            try otherApplication($0, id: 0x1234, table: false)
        },
        Case("a database of nobody's", .foreign) { try otherApplication($0, id: 0, table: true) },
        Case("a newer schema", .newer) {
            try Stranger.execute(
                $0, "INSERT INTO migration VALUES (77, 'v0077_x', printf('%064d', 1), 1)")
        },
        Case("a read-only file", .readOnly) {
            try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: $0)
        },
        Case("a read-only directory", .readOnly) { path in
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o555],
                ofItemAtPath: (path as NSString).deletingLastPathComponent)
        },
        Case("a missing directory", .directoryMissing) { path in
            try FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent)
        },
        Case("a file where the directory should be", .directoryMissing) { path in
            let directory = (path as NSString).deletingLastPathComponent
            try FileManager.default.removeItem(atPath: directory)
            try replace(directory, with: Data())
        },
        Case("a directory in its place", .notADatabase) { path in
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
        },
    ]

    @Test(
        "A file that can't be used is refused with its own kind of error, and not changed",
        arguments: cases)
    func refused(testCase: Case) throws {
        let directory = try IntegrityTests.sample()
        try testCase.damage(directory.file())
        let before = try? Data(contentsOf: URL(fileURLWithPath: directory.file()))
        let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: directory.file()) }
        let kind = try #require(error?.kind)
        #expect(testCase.expected.matches(kind), "\(kind): \(error?.message ?? "")")
        #expect(error?.message.isEmpty == false)
        #expect((try? Data(contentsOf: URL(fileURLWithPath: directory.file()))) == before)
        // The lock was given back.
        let again = #expect(throws: LedgerError.self) { try SQLiteLedger(path: directory.file()) }
        #expect(again?.kind == kind)
    }

    @Test("A missing file is created, for a reader it is missing")
    func missing() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: LedgerError.self) { try LedgerReader(path: directory.file()) }
        #expect(error?.kind == .fileMissing)
        try SQLiteLedger(path: directory.file()).close()
        _ = try LedgerReader(path: directory.file())
    }

    @Test("An empty file becomes a database")
    func emptyFile() throws {
        let directory = try TemporaryDirectory()
        try Self.replace(directory.file(), with: Data())
        try SQLiteLedger(path: directory.file()).close()
    }

    @Test("Garbage in the middle of the log is found when it is read", arguments: [3, 9, 15])
    func garbagePage(page: Int) throws {
        let directory = try IntegrityTests.sample()
        try Self.overwrite(
            directory.file(), at: page * 4096, with: [UInt8](repeating: 0x5a, count: 4096))
        // Which table the page is of decides where it shows, but it must show.
        #expect(throws: LedgerError.self) {
            let ledger = try SQLiteLedger(path: directory.file())
            let house = try ledger.rebuild().house
            try ledger.close()
            let reader = try LedgerReader(path: directory.file())
            _ = try reader.schemaText()
            let differences = try Projection.check(house: house, reader: reader)
            guard differences.isEmpty else { throw LedgerError(.corrupt(position: nil), "found") }
        }
    }
}
