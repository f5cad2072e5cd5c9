/// How far a backup is.
public struct BackupProgress: Hashable, Sendable {
    public enum Step: String, Hashable, Sendable {
        /// Counted in pages of the database.
        case copying
        /// Counted in entries of the log.
        case verifying
    }

    public let step: Step
    /// At most ``total``.
    public let done: Int64
    public let total: Int64

    public init(step: Step, done: Int64, total: Int64) {
        self.step = step
        self.done = done
        self.total = total
    }
}
