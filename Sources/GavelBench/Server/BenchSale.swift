import AuctionRules
import Foundation
import GavelClient
import WireProtocol

/// The lots and bidders that a load needs, made by an administrator's commands like any others, and
/// named so that nobody takes them for real ones.
struct BenchSale: Sendable {
    /// What all names begin with: `bench-`, eight digits, and a dash.
    let prefix: String
    let sale: SaleID
    /// Named by the prefix and their number.
    let lots: [AuctionID]
    /// Of the bidders, in order; the last one is of whoever holds the huge maxes.
    let tokens: [String]
    private let bidders: [BidderID]
    private let administrator: AdminClient

    /// A step of a dollar; the n-th bid on a lot is ``amount(_:)``.
    static let step: Int64 = 100

    /// What the n-th bid on a lot offers, in minor units, so that each is two steps above the one
    /// before.
    static func amount(_ number: Int) -> Int64 { (Int64(number) + 1) * 2 * step }

    /// - Parameters:
    ///   - ends: when a lot ends, in Unix milliseconds.
    ///   - lifetime: how long the bidders' tokens are good, in seconds.
    init(
        lots count: Int, bidders bidderCount: Int, format: BenchSettings.Format,
        on administrator: AdminClient, lifetime: Double, ends: @Sendable (Int) -> Int64
    ) async throws(BenchError) {
        self.administrator = administrator
        let prefix = "bench-\(UUID().uuidString.prefix(8).lowercased())-"
        self.prefix = prefix
        let sale: SaleID = try Self.named("\(prefix)sale")
        let lots: [AuctionID] = try Self.all(count) { number throws(BenchError) in
            try Self.named("\(prefix)\(number)")
        }
        let bidders: [BidderID] = try Self.all(bidderCount + 1) { number throws(BenchError) in
            try Self.named("\(prefix)bidder-\(number)")
        }
        try await Self.perform(
            .createSale(NewSale(id: sale, title: "Load of gavel bench \(prefix)")),
            on: administrator)
        let now = Instant(milliseconds: PollClock.unixMicroseconds / 1000)
        for start in stride(from: 0, to: count, by: 2000) {
            let part = (start..<min(start + 2000, count)).map { number in
                NewAuction(
                    id: lots[number],
                    terms: Self.terms(format, in: sale, from: now, to: ends(number)))
            }
            try await Self.perform(.importAuctions(part), on: administrator)
        }
        (self.sale, self.lots, self.bidders) = (sale, lots, bidders)
        tokens = try await Self.tokens(of: bidders, on: administrator, lifetime)
    }

    /// Ends what is still open, on a server that goes on living: the tokens end by themselves.
    func clear() async throws(BenchError) {
        for start in stride(from: 0, to: lots.count, by: Self.atOnce) {
            let part = lots[start..<min(start + Self.atOnce, lots.count)]
            await withTaskGroup(of: Void.self) { group in
                for lot in part {
                    group.addTask { [administrator] in
                        // One that has ended by itself can't be cancelled, and need not be.
                        _ = try? await administrator.perform(
                            .administer(lot, .cancel(reason: "The load test is over.")))
                    }
                }
            }
        }
        for bidder in bidders {
            try await Self.perform(.revokeTokens(bidder), on: administrator)
        }
    }

    /// Compares what the server says of the lots with what it has answered.
    ///
    /// - Parameter standing: how many bids each lot has to have.
    func check(standing: [Int]) async throws(BenchError) {
        guard case .sale(let detail) = try await Self.perform(.showSale(sale), on: administrator)
        else { throw .unreachable("The server did not show the sale.") }
        var bids: [AuctionID: Int] = [:]
        for row in detail.lots { bids[row.lot.auction] = row.lot.bids }
        for (lot, count) in zip(lots, standing) where bids[lot] != count {
            throw .fault(
                .wrongTotal(
                    "By the answers \(lot) has \(count) bids, and the server says "
                        + (bids[lot].map { "\($0)." } ?? "that there is no such lot.")))
        }
    }

    // MARK: - Commands

    private static let atOnce = 32

    private static func terms(
        _ format: BenchSettings.Format, in sale: SaleID, from opensAt: Instant, to end: Int64
    ) -> Terms {
        guard let currency = Currency(code: "USD"), let step = Amount(minorUnits: step) else {
            preconditionFailure("There are US dollars")
        }
        var terms = Terms(
            title: "Load test", format: format == .english ? .english : .sealedFirstPrice,
            currency: currency, start: step, increments: IncrementTable(flat: step),
            opensAt: opensAt, closesAt: Instant(milliseconds: end))
        terms.sale = sale
        terms.showsSealedBidCount = true
        return terms
    }

    private static func tokens(
        of bidders: [BidderID], on administrator: AdminClient, _ lifetime: Double
    ) async throws(BenchError) -> [String] {
        do {
            return try await withThrowingTaskGroup(of: (Int, String).self) { group in
                var tokens = Array(repeating: "", count: bidders.count)
                for (number, bidder) in bidders.enumerated() {
                    if number >= atOnce, let (ready, token) = try await group.next() {
                        tokens[ready] = token
                    }
                    group.addTask { (number, try await token(bidder, administrator, lifetime)) }
                }
                for try await (ready, token) in group { tokens[ready] = token }
                return tokens
            }
        } catch let error as BenchError {
            throw error
        } catch {
            throw .unreachable("Setting the scene: \(error)")
        }
    }

    private static func token(
        _ bidder: BidderID, _ administrator: AdminClient, _ lifetime: Double
    ) async throws(BenchError) -> String {
        try await perform(.addBidder(Bidder(id: bidder, name: "Load test")), on: administrator)
        let answer = try await perform(
            .issueToken(bidder, ttl: Milliseconds(lifetime * 1000)), on: administrator)
        guard case .token(let issued) = answer else {
            throw .unreachable("The server issued no token.")
        }
        return issued.token
    }

    @discardableResult
    private static func perform(
        _ command: AdminCommand, on administrator: AdminClient
    ) async throws(BenchError) -> AdminAnswer {
        do { return try await administrator.perform(command) } catch {
            throw .unreachable("Setting the scene (\(command.name.rawValue)): \(error)")
        }
    }

    private static func named<Subject>(_ text: String) throws(BenchError) -> Identifier<Subject> {
        do { return try Identifier(text) } catch { throw .badSetting("\(error)") }
    }

    private static func all<Value>(
        _ count: Int, _ make: (Int) throws(BenchError) -> Value
    ) throws(BenchError) -> [Value] {
        var values: [Value] = []
        for number in 0..<count { values.append(try make(number)) }
        return values
    }
}
