import Ledger
import WireProtocol

/// How far a backup is: the copying, and then the verifying of the copy.
final class BackupBars: Sendable {
    private let copying: ProgressBar
    private let verifying: ProgressBar

    /// What is over by then needs no bar; and how often one who writes it elsewhere is asked.
    private static let period = Duration.milliseconds(200)

    /// - Parameter isQuiet: never shown, as with `--json`.
    init(isQuiet: Bool) {
        copying = ProgressBar("Copying", isQuiet: isQuiet)
        verifying = ProgressBar("Verifying", isQuiet: isQuiet)
    }

    func note(_ progress: DatabaseBackupProgress) {
        switch progress.step {
        case .copying?: copying.note(progress.done, of: progress.total)
        case .verifying?: verifying.note(progress.done, of: progress.total)
        case nil: break
        }
    }

    /// Leaves the line as if nothing had been there.
    func clear() {
        copying.clear()
        verifying.clear()
    }

    /// Asks meanwhile how far it is. An answer that does not come is none that is missed.
    func during(
        backupTo path: String, by administrator: any Administrator,
        _ work: () async throws(CommandFailure) -> AdminAnswer
    ) async throws(CommandFailure) -> AdminAnswer {
        guard copying.isShown else { return try await work() }
        let asking = Task { [self] in
            await Self.ask(administrator, path) { note($0) }
        }
        do {
            let answer = try await work()
            asking.cancel()
            await asking.value
            return answer
        } catch {
            asking.cancel()
            await asking.value
            throw error
        }
    }

    /// Until the task is cancelled.
    static func ask(
        _ administrator: any Administrator, _ path: String, every period: Duration = period,
        tell: (DatabaseBackupProgress) -> Void
    ) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: period)
            guard !Task.isCancelled,
                case .databaseBackupProgress(let progress)? = try? await administrator.perform(
                    .databaseBackupProgress(path: path))
            else { continue }
            tell(progress)
        }
    }
}

extension DatabaseBackupProgress {
    /// What the ledger says of it.
    init(_ progress: BackupProgress) {
        let step: Step =
            switch progress.step {
            case .copying: .copying
            case .verifying: .verifying
            }
        self.init(step: step, done: progress.done, total: progress.total)
    }
}
