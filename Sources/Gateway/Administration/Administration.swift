import AuctionRules
public import BidService
public import Logging
public import NIOPosix
public import WireProtocol

/// Carries out administrators' commands: the same way for the server's HTTP, for its Unix socket,
/// and for a command line that has the database to itself. Who may ask is the caller's to see to.
///
/// What is answered as done is on disk. Secrets appear in an answer only when they were asked for,
/// and then a log line says by whom.
public struct Administration: Sendable {
    /// Who wants something.
    public enum Asker: Hashable, Sendable, CustomStringConvertible {
        /// Somebody who may open the server's socket, or the database itself.
        case thisMachine
        /// By the name on the token.
        case administrator(String)

        public var description: String {
            switch self {
            case .thisMachine: "this machine"
            case .administrator(let name): "administrator \(name)"
            }
        }
    }

    let service: BidService
    let clock: any ServiceClock
    let archive: any Archive
    let webhooks: any WebhookDesk
    let threadPool: NIOThreadPool
    let backups = BackupBook()
    private let logger: Logger

    /// - Parameters:
    ///   - archive: of the log that the service writes.
    ///   - webhooks: who looks after them.
    ///   - threadPool: where the archive is read.
    public init(
        service: BidService, archive: any Archive, webhooks: any WebhookDesk = NoWebhooks(),
        clock: any ServiceClock = SystemClock(),
        threadPool: NIOThreadPool = .singleton, logger: Logger = Logger(label: "gavel.admin")
    ) {
        self.service = service
        self.archive = archive
        self.webhooks = webhooks
        self.clock = clock
        self.threadPool = threadPool
        self.logger = logger
    }

    /// Carries a command out.
    ///
    /// - Returns: once everything that the command did is on disk.
    /// - Throws: why it was not done; then nothing of it was, but for what the message says.
    public func perform(
        _ command: AdminCommand, for asker: Asker = .thisMachine
    ) async throws(AdminFault) -> AdminAnswer {
        note(command, by: asker)
        switch command {
        case .createAuction(let auction): return .auctionCreated(try await create(auction))
        case .importAuctions(let auctions):
            return .auctionsCreated(try await create(auctions))
        case .administer(let id, let command):
            try await carryOut(.administer(id, command))
            return .administered(AuctionRow(try await auction(id), reveal: false))
        case .roomBid(let bid):
            try await place(bid)
            return .administered(AuctionRow(try await auction(bid.auction), reveal: false))
        case .createSale(let sale): return .saleCreated(try await create(sale))
        case .addBidder(let bidder):
            try await carryOut(.addBidder(bidder))
            return .bidder(try await self.bidder(bidder.id))
        case .suspendBidder(let id, let reason):
            try await carryOut(.suspendBidder(id, reason: reason))
            return .bidder(try await bidder(id))
        case .reinstateBidder(let id):
            try await carryOut(.reinstateBidder(id))
            return .bidder(try await bidder(id))
        case .register(let registration):
            try await carryOut(.register(registration))
            return .registered(RegistrationRow(registration))
        case .issueToken(let id, let ttl):
            return .token(try await issueToken(to: .bidder(id), ttl: ttl))
        case .issueAdminToken(let name, let ttl):
            guard Self.isName(name) else {
                throw AdminFault(
                    .badRequest,
                    "An administrator's name is 1 to 64 of the characters A-Z a-z 0-9 . _ : -")
            }
            return .token(try await issueToken(to: .administrator(name: name), ttl: ttl))
        case .revokeTokens(let id): return .revoked(try await revokeTokens(of: id))
        case .revokeToken(let hash):
            try await carryOut(.revokeToken(hash))
            return .revoked(1)
        case .listAuctions, .showAuction, .explainAuction, .listRequests, .listSales, .showSale,
            .saleResults,
            .listBidders, .databaseStatus, .databaseBackup, .databaseBackupProgress,
            .databaseSchema:
            return try await read(command)
        case .listWebhooks, .listWebhookDeliveries, .retryWebhook, .discardWebhook, .testWebhook:
            return try await lookAfterWebhooks(command)
        }
    }

    // MARK: - Shared by the commands

    /// Has the service do it, and waits until that is on disk.
    func carryOut(_ command: Command) async throws(AdminFault) {
        switch await service.perform(command) {
        case .done: return
        case .declined(let objection): throw AdminFault(objection)
        case .declinedAll(let objections): throw AdminFault(objections)
        case .unknownOutcome:
            throw .unknownOutcome
        case .reply, .receipted, .refused, .notSeen:
            preconditionFailure("An administrator's command is done or declined")
        }
    }

    /// Reads the archive, away from the threads that must not wait.
    func consult<Found: Sendable>(
        _ body: @escaping @Sendable (any Archive) throws(ArchiveError) -> Found
    ) async throws(AdminFault) -> Found {
        let archive = archive
        do {
            return try await threadPool.runIfActive { try body(archive) }
        } catch {
            logger.warning("The archive can't be read", metadata: ["error": "\(error)"])
            let message =
                (error as? ArchiveError)?.message ?? "The database can't be read now: \(error)."
            throw AdminFault(Objection(.unavailable, message))
        }
    }

    /// Takes note of who watches a sale or lots as an administrator does.
    func note(_ watch: AdminWatch, by asker: Asker) {
        let metadata: Logger.Metadata = [
            "command": "watch", "by": "\(asker)", "subject": "\(watch.scope)",
        ]
        if watch.reveals {
            logger.notice("Secrets are revealed", metadata: metadata)
        } else {
            logger.info("An administrator watches", metadata: metadata)
        }
    }

    /// Takes note of who changes what, and above all of who sees secrets.
    private func note(_ command: AdminCommand, by asker: Asker) {
        let metadata: Logger.Metadata = [
            "command": "\(command.name.rawValue)", "by": "\(asker)",
            "subject": "\(command.subject)",
        ]
        if command.revealsSecrets {
            logger.notice("Secrets are revealed", metadata: metadata)
        } else if command.changesSomething {
            logger.info("An administrator's command", metadata: metadata)
        } else {
            logger.debug("An administrator's command", metadata: metadata)
        }
    }

    private static func isName(_ name: String) -> Bool { (try? BidderID(name)) != nil }
}

extension AdminCommand {
    /// Whether the answer holds what only `--reveal` shows.
    var revealsSecrets: Bool {
        switch self {
        case .listAuctions(_, _, let reveal), .showAuction(_, _, let reveal),
            .explainAuction(_, _, let reveal), .listRequests(_, _, let reveal),
            .showSale(_, let reveal), .saleResults(_, let reveal), .listBidders(let reveal):
            reveal
        default: false
        }
    }

    fileprivate var changesSomething: Bool {
        switch self {
        case .listAuctions, .showAuction, .explainAuction, .listRequests, .listSales, .showSale,
            .saleResults,
            .listBidders, .databaseStatus, .databaseBackupProgress, .databaseSchema, .listWebhooks,
            .listWebhookDeliveries:
            false
        default: true
        }
    }

    /// What the command is about, for the log.
    fileprivate var subject: String {
        switch self {
        case .createAuction(let auction): auction.id?.text ?? "a new lot"
        case .importAuctions(let auctions): "\(auctions.count) lots"
        case .showAuction(let id, _, _), .explainAuction(let id, _, _),
            .listRequests(let id, _, _), .administer(let id, _):
            id.text
        case .roomBid(let bid): bid.auction.text
        case .listAuctions(_, let sale, _): sale?.text ?? "all lots"
        case .createSale(let sale): sale.id?.text ?? "a new sale"
        case .showSale(let id, _), .saleResults(let id, _): id.text
        case .addBidder(let bidder): bidder.id.text
        case .suspendBidder(let id, _), .reinstateBidder(let id), .issueToken(let id, _),
            .revokeTokens(let id):
            id.text
        case .register(let registration): "\(registration.bidder) in \(registration.sale)"
        case .issueAdminToken(let name, _): name
        case .revokeToken(let hash): String(hash.hex.prefix(12))
        case .databaseBackup(let path), .databaseBackupProgress(let path): path
        case .listSales: "all sales"
        case .listBidders: "all bidders"
        case .databaseStatus, .databaseSchema: "the database"
        case .listWebhooks: "all webhooks"
        case .listWebhookDeliveries(let endpoint, _): endpoint ?? "all webhooks"
        case .retryWebhook(let endpoint, let event), .discardWebhook(let endpoint, let event):
            event.map { "\($0) to \(endpoint)" } ?? endpoint
        case .testWebhook(let endpoint): endpoint
        }
    }
}
