import Synchronization
import Testing
import WireProtocol

@testable import GavelCommand

@Suite("The progress bar")
struct ProgressBarTests {
    @Test(
        "It fills from left to right",
        arguments: [
            (0, "\rVerifying ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0 %"),
            (50, "\rVerifying ███████████████░░░░░░░░░░░░░░░ 50 %"),
            (100, "\rVerifying ██████████████████████████████ 100 %"),
        ] as [(Int64, String)])
    func line(percent: Int64, expected: String) {
        #expect(ProgressBar.line("Verifying", percent: percent) == expected)
    }

    @Test("Whoever writes a backup is asked how far it is, until it is done")
    func asks() async throws {
        let administrator = Administrator(answers: [
            .init(step: .copying, done: 1, total: 2), .none,
            .init(step: .verifying, done: 5, total: 9),
        ])
        var told: [DatabaseBackupProgress] = []
        let (steps, step) = AsyncStream.makeStream(of: DatabaseBackupProgress.self)
        let asking = Task {
            await BackupBars.ask(administrator, "b.db", every: .milliseconds(1)) { step.yield($0) }
        }
        for await progress in steps {
            told.append(progress)
            if progress.step == .verifying { break }
        }
        asking.cancel()
        await asking.value
        // An answer that did not come was passed over.
        #expect(
            told == [
                .init(step: .copying, done: 1, total: 2),
                .init(step: .verifying, done: 5, total: 9),
            ])
    }

    /// Answers one question after the other; the last answer again and again. Where an answer is none
    /// it fails.
    private final class Administrator: GavelCommand.Administrator {
        private let answers: Mutex<[DatabaseBackupProgress]>

        init(answers: [DatabaseBackupProgress]) { self.answers = Mutex(answers) }

        func perform(_ command: AdminCommand) async throws(CommandFailure) -> AdminAnswer {
            #expect(command == .databaseBackupProgress(path: "b.db"))
            let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
            guard answer != .none else {
                throw CommandFailure(.unreachable, "A test cut the line.")
            }
            return .databaseBackupProgress(answer)
        }

        func close() async {}
    }
}
