import AuctionRules

@testable import Ledger
@testable import Webhooks

extension LotNews {
    /// A lot's opening, as the log has it.
    static func opened(_ lot: String, at position: Int64) throws -> LotNews {
        LotNews(
            position: position, hash: EntryHash(words: [UInt64(position), 1, 2, 3]),
            at: Instant(milliseconds: position), seq: position, auction: try AuctionID(lot),
            what: .opened, title: lot, sale: nil, format: "english", currency: "EUR", exponent: 2,
            closesAt: nil, certificate: nil)
    }
}

extension DeliveryBook {
    /// Looks through the log from where it stands to `end`.
    mutating func read(_ news: [LotNews], to end: Int64, at now: Instant) {
        take(
            LotNewsPage(
                news: news.filter { $0.position > scanned && $0.position <= end }, end: end),
            at: now)
    }
}

extension AttemptFault {
    static let unavailable = AttemptFault(status: 503, retryAfter: nil)
}
