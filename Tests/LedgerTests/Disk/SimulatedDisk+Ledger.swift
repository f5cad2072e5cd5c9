import DiskSimulation

@testable import Ledger

extension SimulatedDisk {
    /// Opens the ledger on it, or makes it.
    func ledger(
        _ change: (inout SQLiteLedger.Options) -> Void = { _ in }
    ) throws(LedgerError) -> SQLiteLedger {
        var options = SQLiteLedger.Options()
        options.disk = self
        change(&options)
        return try SQLiteLedger(path: Trial.path, options: options)
    }
}
