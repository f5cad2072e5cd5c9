import Synchronization
import WireProtocol

/// How far the backups are that are being written now, for those who ask meanwhile.
final class BackupBook: Sendable {
    private let underWay = Mutex<[String: DatabaseBackupProgress]>([:])

    func note(_ progress: DatabaseBackupProgress, of path: String) {
        underWay.withLock { underWay in
            // Several threads verify, and the one that is behind may be the last to say so.
            if let known = underWay[path], known.step == progress.step, known.done > progress.done {
                return
            }
            underWay[path] = progress
        }
    }

    func end(_ path: String) { underWay.withLock { $0[path] = nil } }

    func progress(of path: String) -> DatabaseBackupProgress {
        underWay.withLock { $0[path] } ?? .none
    }
}
