import AuctionRules
import BidService
import Foundation
import Gateway
import Ledger
import Logging
import NIOPosix
import WireProtocol

/// This process does it, on a database that no server has.
///
/// To change something it takes the database's lock and runs the same service as a server, deadlines
/// and outage rule included. To read it does neither.
struct LocalAdministrator: Administrator {
    private let service: BidService
    private let administration: Administration
    private let archive: LedgerArchive

    /// Takes the lock; creates the database when there is none.
    init(_ path: String, limits: ServiceLimits = ServiceLimits()) throws(LedgerError) {
        let opener = try LedgerOpener(path: path)
        service = try BidService(
            limits: limits, onFailure: { Self.logger.error("The log failed: \($0)") },
            openLog: { () throws(LedgerError) in try opener.open() })
        do {
            archive = try LedgerArchive(
                path: path, description: opener.description,
                settle: { [service] in service.settle() })
            administration = Administration(
                service: service, archive: archive,
                webhooks: try StoredWebhooks(path: path, service: service), logger: Self.logger)
        } catch {
            service.stop()
            throw error
        }
    }

    /// Only reads: without the lock, and nothing is created.
    init(reading path: String) throws(LedgerError) {
        archive = try LedgerArchive(path: path, description: nil)
        // What reads asks the archive alone; the service beside it has an empty log and no work.
        service = try BidService { () throws(LedgerError) in MemoryLog() }
        administration = Administration(
            service: service, archive: archive,
            webhooks: try StoredWebhooks(path: path, service: service), logger: Self.logger)
    }

    func perform(_ command: AdminCommand) async throws(CommandFailure) -> AdminAnswer {
        do { return try await administration.perform(command) } catch {
            // A database that can't be read: why, and not only that.
            if let cause = archive.failure { throw CommandFailure(cause) }
            throw CommandFailure(error)
        }
    }

    func close() async { await service.shutdown() }

    /// Says only what must be known: that secrets were shown, or what went wrong.
    private static var logger: Logger { EventLog.logger(format: .text, level: .notice) }
}
