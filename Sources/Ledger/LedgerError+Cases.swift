import AuctionRules

extension LedgerError {
    static let poisoned = LedgerError(
        .poisoned,
        "An earlier append failed and may or may not be on disk: close the log, open it again and "
            + "read it anew.")
    static let closed = LedgerError(.closed, "The log is closed.")
    static let simulated = LedgerError(.ioError, "A failure that a test asked for.")

    static func headMoved(expected: LogHead, actual: LogHead) -> LedgerError {
        LedgerError(
            .headMoved(actual: actual),
            "The log stands at \(actual.position), not at \(expected.position) as expected: read it "
                + "anew. Nothing was written.")
    }

    /// Runs foreign code inside a walk through the log.
    static func wrapping(_ body: () throws -> Void) throws(LedgerError) {
        do {
            try body()
        } catch let error as LedgerError {
            throw error
        } catch {
            throw LedgerError(.stopped, "The walk through the log was stopped: \(error)")
        }
    }
}
