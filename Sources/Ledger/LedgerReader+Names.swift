import GRDB

extension LedgerReader {
    /// What has a name that people type.
    public enum Named: String, Sendable, CaseIterable {
        case auctions = "lot"
        case sales = "sale"
        case bidders = "bidder"
    }

    /// Ids in their order.
    ///
    /// - Parameters:
    ///   - prefix: what they begin with.
    ///   - max: how many at most.
    public func names(
        of kind: Named, beginningWith prefix: String, max: Int
    ) throws(LedgerError) -> [String] {
        // An id has none of the characters that GLOB knows; a prefix of anything else finds nothing.
        let isPlain = prefix.utf8.allSatisfy { !"*?[".utf8.contains($0) }
        guard isPlain else { return [] }
        return try read { database in
            try String.fetchAll(
                database,
                sql: "SELECT id FROM \(kind.rawValue) WHERE id GLOB ? ORDER BY id LIMIT ?",
                arguments: [prefix + "*", max])
        }
    }
}
