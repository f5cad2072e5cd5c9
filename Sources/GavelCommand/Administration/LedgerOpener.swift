import AuctionRules
import Ledger
import Synchronization

/// Opens the database's log for the service: the first time as it was opened when this was made, so
/// that a fault is known before anything else starts; afterwards anew.
final class LedgerOpener: Sendable {
    let path: String
    /// What was in force when it was opened first.
    let description: LedgerDescription
    private let first: Mutex<SQLiteLedger?>

    private let options: SQLiteLedger.Options

    init(
        path: String, options: SQLiteLedger.Options = SQLiteLedger.Options()
    ) throws(LedgerError) {
        self.path = path
        self.options = options
        let ledger = try SQLiteLedger(path: path, options: options)
        description = ledger.description
        first = Mutex(ledger)
    }

    func open() throws(LedgerError) -> any BidLog {
        let ledger = first.withLock { first in
            defer { first = nil }
            return first
        }
        if let ledger { return ledger }
        // A file that is gone by now is a fault, and no reason to begin with an empty one.
        var options = options
        options.createsMissing = false
        return try SQLiteLedger(path: path, options: options)
    }
}
