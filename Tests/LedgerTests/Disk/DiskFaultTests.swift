import AuctionRules
import DiskSimulation
import Testing

@testable import Ledger

/// The ledger on a disk that fails: at every single operation of everything that it does.
@Suite("Faults of the disk")
struct DiskFaultTests {
    /// A fault, and the operations at which there can be such a one.
    struct Fault: CustomTestStringConvertible, Sendable {
        let effect: SimulatedDisk.Effect
        var operation: SimulatedDisk.Operation?
        var file: SimulatedDisk.File?
        /// Whether the disk goes on failing, or works again at once.
        var lasts = false

        var testDescription: String {
            [
                "\(effect)", operation.map { "\($0)" }, file.map { "\($0)" },
                lasts ? "from then on" : nil,
            ].compactMap(\.self).joined(separator: " ")
        }
    }

    static let faults = [
        Fault(effect: .fail), Fault(effect: .fail, lasts: true),
        Fault(effect: .tear, operation: .write),
        Fault(effect: .full, operation: .write, lasts: true),
        // Of the database: that the write-ahead log ends early nobody can tell from a crash.
        Fault(effect: .shortRead, operation: .read, file: .database),
        Fault(effect: .crash), Fault(effect: .powerLoss),
    ]

    @Test(
        "Whichever operation fails, and how: a typed error, and the database is whole",
        arguments: Trial.Work.allCases, faults)
    func everyOperation(work: Trial.Work, fault: Fault) throws {
        // Making and opening a database takes many operations; a sample of them will do.
        let stride =
            switch work {
            case .creation: 37
            case .opening, .closing: 5
            default: 1
            }
        var trials = 0
        while true {
            let trial = try Trial(work, seed: UInt64(trials))
            trial.disk.inject(
                fault.effect, at: fault.operation, of: fault.file, after: trials * stride,
                times: fault.lasts ? nil : 1)
            let outcome = trial.attempt()
            let happened = trial.disk.injected(fault.effect) > 0
            if case .failure(let error) = outcome {
                #expect(happened)
                check(error, of: fault)
                if trial.poisons { trial.checkPoisoned() }
            }
            try trial.check(
                isDone: (try? outcome.get()) != nil, thoroughly: trials.isMultiple(of: 4))
            guard happened else { break }
            trials += 1
        }
        #expect(trials > 0 || work == .closing || fault.operation != nil)
    }

    private func check(_ error: LedgerError, of fault: Fault) {
        #expect(!error.message.isEmpty)
        switch error.kind {
        case .diskFull: #expect(fault.effect == .full)
        case .ioError, .cannotOpen: break
        case .corrupt, .notADatabase, .foreign, .sqlite, .notDurable:
            #expect(fault.effect == .shortRead || fault.effect == .fail, "\(error)")
        default: Issue.record("an error of another kind: \(error.kind)")
        }
    }

    @Test("A commit whose sync fails is not tried again, by anybody")
    func commitIsTriedOnce() throws {
        let trial = try Trial(.append, seed: 1)
        let before = trial.disk.count(.sync, of: .writeAheadLog)
        trial.disk.inject(.fail, at: .sync, of: .writeAheadLog)
        guard case .failure(let error) = trial.attempt() else {
            Issue.record("it was reported as done")
            return
        }
        #expect(error.kind == .ioError)
        trial.checkPoisoned()
        #expect(trial.disk.count(.sync, of: .writeAheadLog) == before + 1)
        let writes = trial.disk.count(.write)
        _ = trial.attempt()
        #expect(trial.disk.count(.write) == writes)
        try trial.check(isDone: false, thoroughly: true)
    }

    @Test("A reader beside a writer whose disk fails reads on, or says why not")
    func readers() throws {
        let trial = try Trial(.append, seed: 1)
        let reader = try LedgerReader(path: Trial.path, on: trial.disk)
        let head = try reader.head()
        trial.disk.inject(.fail, at: .write, times: nil)
        _ = trial.attempt()
        #expect(try reader.head() == head)
        trial.disk.inject(.fail, at: .read, times: nil)
        let error = #expect(throws: LedgerError.self) { try reader.schemaText() }
        #expect(error?.kind == .ioError)
        trial.disk.clearFaults()
        #expect(try reader.head() == head)
        #expect(try reader.status().fileSize > 0)
        try reader.close()
    }

    @Test("A backup whose disk fails leaves no half of one", arguments: 0..<40)
    func backup(successes: Int) throws {
        let trial = try Trial(.append, seed: 1)
        let reader = try LedgerReader(path: Trial.path, on: trial.disk)
        trial.disk.inject(.fail, at: .write, after: successes * 3)
        do throws(LedgerError) {
            try reader.backup(to: "copy.db")
            #expect(try LedgerReader(path: "copy.db", on: trial.disk).integrityFaults() == [])
        } catch {
            #expect(error.kind == .ioError)
            #expect(trial.disk.contents(of: "copy.db") == nil)
        }
        #expect(trial.disk.contents(of: "copy.db.partial") == nil)
    }
}
