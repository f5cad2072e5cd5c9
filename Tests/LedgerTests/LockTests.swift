import AuctionRules
import Foundation
import Testing

@testable import Ledger

/// One writer at a time.
struct LockTests {
    @Test("A second writer is refused with the first one's process id")
    func secondWriter() throws {
        let directory = try TemporaryDirectory()
        let first = try SQLiteLedger(path: directory.file())
        let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: directory.file()) }
        #expect(error?.kind == .locked(by: getpid()))
        #expect(error?.message.contains("\(getpid())") == true)
        try first.close()
        try SQLiteLedger(path: directory.file()).close()
    }

    @Test("The lock of another process holds, and ends with it")
    func otherProcess() throws {
        let directory = try TemporaryDirectory()
        try SQLiteLedger(path: directory.file()).close()
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Says "held" once it has the lock, and holds it until its input ends.
        holder.arguments = ["flock", directory.file() + ".lock", "sh", "-c", "echo held; cat"]
        let output = Pipe()
        let input = Pipe()
        holder.standardOutput = output
        holder.standardInput = input
        try holder.run()
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
        let error = #expect(throws: LedgerError.self) { try SQLiteLedger(path: directory.file()) }
        guard case .locked = error?.kind else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        try SQLiteLedger(path: directory.file()).close()
    }

    /// As a child has until it runs its own program: for so long it shares all that its parent has open.
    @Test("Given back is given back, even where a child still has the file open")
    func sharedWithChild() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let path = URL(fileURLWithPath: directory.file() + ".lock").resolvingSymlinksInPath().path
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let own = descriptors.first { name in
            let file = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/\(name)")
            return file == path
        }
        let shared = dup(try #require(own.flatMap { CInt($0) }))
        defer { close(shared) }
        try ledger.close()
        try SQLiteLedger(path: directory.file()).close()
    }

    @Test("A lock file that a dead process left behind locks nobody out")
    func staleLockFile() throws {
        let directory = try TemporaryDirectory()
        try Data("999999\n".utf8).write(to: URL(fileURLWithPath: directory.file() + ".lock"))
        let ledger = try SQLiteLedger(path: directory.file())
        let text = try String(contentsOfFile: directory.file() + ".lock", encoding: .utf8)
        #expect(text == "\(getpid())\n")
        try ledger.close()
    }

    @Test("A reader needs no lock, and sees what was committed")
    func readerBesideWriter() throws {
        let directory = try TemporaryDirectory()
        let ledger = try SQLiteLedger(path: directory.file())
        let reader = try LedgerReader(path: directory.file())
        #expect(try reader.head() == .empty)
        let batch = LogBatchTests.batch(after: .empty, adding: "one")
        try ledger.append(batch)
        #expect(try reader.head() == batch.head)
        #expect(try reader.status().bidders == 1)
    }
}
