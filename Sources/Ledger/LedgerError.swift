/// Why the log or its database can't be used: what is wrong, and what to do about it.
public struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// Another process has the database; `by` is its process id, where it is known.
        case locked(by: Int32?)
        /// Somebody else, not a Gavel server, holds the database's own lock.
        case busy
        case directoryMissing
        case fileMissing
        case cannotOpen
        case readOnly
        case notADatabase
        /// A database of another application.
        case foreign
        /// Written by a newer Gavel; the schema's number.
        case newerSchema(Int)
        /// A reader can't migrate; the schema's number.
        case olderSchema(Int)
        /// A migration that was applied is not the one that this Gavel knows; its number.
        case changedMigration(Int)
        /// SQLite would not take a setting without which commits are not durable.
        case notDurable
        case diskFull
        case ioError
        /// The stored bytes are damaged; `position` is the first bad entry, where it is known.
        case corrupt(position: Int64?)
        /// The rows break a rule of the schema. A bug in Gavel, or a change by hand.
        case constraint
        /// The log does not stand where the batch expected it. Nothing was written.
        case headMoved(actual: LogHead)
        /// An append failed before, and nobody knows whether it is on disk. Open the log anew.
        case poisoned
        /// It was closed.
        case closed
        /// The reader's own code stopped a walk through the log.
        case stopped
        /// Anything else that SQLite reported; its extended result code.
        case sqlite(Int32)
    }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Whether the file holds something else than what was written to it, so that trying again can't
    /// help before somebody has mended it.
    public var isDamage: Bool {
        switch kind {
        case .corrupt, .notADatabase, .foreign, .changedMigration: true
        default: false
        }
    }

    public var description: String { message }
}
