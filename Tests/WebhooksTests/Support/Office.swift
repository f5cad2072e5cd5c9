import AuctionRules
import BidService
import Foundation
import Ledger
import Logging
import Webhooks

/// A service on a real database with bidders, a clock that the test sets, and a sender of webhooks.
final class Office: Sendable {
    static let noon = Instant(milliseconds: 1_800_000_000_000)

    let path: String
    let clock: ManualClock
    let service: BidService
    let sender: WebhookSender

    private init(path: String, clock: ManualClock, service: BidService, sender: WebhookSender) {
        self.path = path
        self.clock = clock
        self.service = service
        self.sender = sender
    }

    static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-webhooks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    static let secret = WebhookSecret.random()

    /// - Parameter urls: the receivers, by their names.
    static func open(
        _ folder: URL, _ urls: [String: String], secrets: String? = nil,
        clock: ManualClock = ManualClock(noon),
        _ change: (inout WebhookSender.Configuration) -> Void = { _ in }
    ) async throws -> Office {
        let path = folder.appendingPathComponent("gavel.db").path
        let bell = WebhookBell()
        var limits = ServiceLimits()
        limits.reopenMin = 0
        let service = try BidService(limits: limits, clock: clock, publisher: Ringer(bell: bell)) {
            () throws(LedgerError) in
            try SQLiteLedger(path: path)
        }
        let names = urls.keys.sorted()
        var configuration = WebhookSender.Configuration(
            endpoints: try names.map { try WebhookEndpoint("\($0)=\(urls[$0] ?? "")") },
            secrets: try WebhookSecrets(
                secrets ?? names.map { "\($0) \(secret)" }.joined(separator: "\n")))
        configuration.schedule = RetrySchedule(delays: [1000, 10_000, 100_000])
        // No test may depend on how fast a busy machine is.
        configuration.limits.timeoutSeconds = 120
        change(&configuration)
        do {
            let sender = try await WebhookSender.start(
                configuration, service: service, path: path, bell: bell, clock: clock,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            return Office(path: path, clock: clock, service: service, sender: sender)
        } catch {
            await service.shutdown()
            throw error
        }
    }

    func close() async {
        await sender.stop()
        await service.shutdown()
    }

    /// As a kill would: nothing is stored.
    func crash() async {
        await service.shutdown()
        await sender.stop()
    }

    private struct Ringer: Publisher {
        let bell: WebhookBell
        func publish(_ publication: Publication, version: Int64) {}
        func flush() { bell.ring() }
    }

    // MARK: - Commands

    func must(_ commands: Command...) async throws {
        for command in commands {
            let answer = await service.perform(command)
            switch answer {
            case .done: continue
            case .reply(let reply):
                if case .accepted = reply.verdict { continue }
            default: break
            }
            throw Failure("\(command): \(answer)")
        }
    }

    func lot(_ id: String, _ change: (inout Terms) -> Void = { _ in }) async throws {
        guard let currency = Currency(code: "EUR"), let start = Amount(minorUnits: 1000) else {
            throw Failure("no terms")
        }
        var terms = Terms(
            title: "Lot \(id)", currency: currency, start: start,
            increments: IncrementPreset.ebayUS.table, opensAt: clock.now(),
            closesAt: clock.now().advanced(by: 3_600_000))
        change(&terms)
        try await must(.createAuction(try AuctionID(id), terms))
    }

    func bidders(_ ids: String...) async throws {
        for id in ids { try await must(.addBidder(Bidder(id: try BidderID(id)))) }
    }

    func bid(_ bidder: String, _ id: String, on lot: String, _ amount: Int64) async throws {
        guard let amount = Amount(minorUnits: amount) else { throw Failure("no amount") }
        try await must(
            .request(
                BidRequest(
                    bidder: try BidderID(bidder), id: try BidID(id),
                    action: .bid(.max, amount: amount)), on: try AuctionID(lot)))
    }

    func administer(_ lot: String, _ command: AuctionCommand) async throws {
        try await must(.administer(try AuctionID(lot), command))
    }

    /// Moves the clock, and lets the service do what is due by then.
    func pass(_ duration: Milliseconds) async throws {
        clock.set(clock.now().advanced(by: duration))
    }

    /// Waits until the sender says so.
    func wait(
        _ endpoint: String, until holds: @escaping @Sendable (WebhookFigures) -> Bool
    ) async throws -> WebhookFigures {
        // Each look goes through the sender's event loop, after what it has to do.
        for _ in 0..<2_000_000 {
            guard let figures = try await sender.figures().first(where: { $0.endpoint == endpoint })
            else { throw Failure("no \(endpoint)") }
            if holds(figures) { return figures }
            await Task.yield()
        }
        throw Failure("\(endpoint) has not come to it: \(try await sender.figures())")
    }
}
