import ArgumentParser
import AuctionRules
import BidService
import GavelClient
import WireProtocol

struct WatchAuctions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow lots live; ends when all of them have closed.",
        discussion: """
            On a terminal, a table that lives: prices, leaders, the time that is left by the server's \
            clock, and below what happened last. Elsewhere, and with --lines, a line for each change; \
            with --json, one for each message of the server. With --full, every change is shown, also \
            when they come faster than they can be printed.

            Example: gavel auction watch L1 L2, or gavel auction watch --sale spring
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(
        help: "The lots' ids.", completion: .auctionIDs,
        transform: { try ValueText.identifier($0) as AuctionID })
    var auctions: [AuctionID] = []
    @Option(
        help: ArgumentHelp("All lots of this sale, those added later too.", valueName: "id"),
        completion: .saleIDs,
        transform: { try ValueText.identifier($0) as SaleID })
    var sale: SaleID?
    @Flag(help: "Skip no change.")
    var full = false
    @Flag(help: "Print a line for each change, on a terminal, too.")
    var lines = false

    func validate() throws {
        guard auctions.isEmpty != (sale == nil) else {
            throw ValidationError("say which lots, or --sale")
        }
    }

    func run() async throws {
        let place = try Place(global)
        var configuration = GavelClient.Configuration(place.bidding, token: place.token)
        configuration.connection.trust = place.trust
        configuration.retriesFirstConnect = false
        let targets = sale.map { [WatchTarget.sale($0)] } ?? auctions.map { .auction($0) }
        let console = Console.standardOutput()
        let client = GavelClient(configuration)
        do {
            if !lines, !global.json, LiveWatch.isPossible(on: console) {
                let live = LiveWatch(on: console, title: title)
                try await live.run { try await watch(targets, by: client) { live.follow($0) } }
            } else {
                let printer = WatchPrinter(console: console, isJSON: global.json)
                try await watch(targets, by: client) { printer.print($0) }
            }
        } catch let error as GavelClientError {
            throw place.failure(error)
        }
        await client.close()
    }

    private var title: String {
        sale.map { "sale \($0)" } ?? auctions.map(\.text).joined(separator: " ")
    }

    private func watch(
        _ targets: [WatchTarget], by client: GavelClient,
        _ show: @escaping @Sendable (WatchUpdate) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for target in targets {
                let updates = await client.watch(target, feed: full ? .full : .latest)
                group.addTask { try await Self.follow(updates, target, show) }
            }
            try await group.waitForAll()
        }
    }

    /// Until the lot has ended, or all lots of the sale have.
    private static func follow(
        _ updates: WatchUpdates, _ target: WatchTarget, _ show: (WatchUpdate) -> Void
    ) async throws {
        var live: Set<AuctionID> = []
        var isComplete = false
        for try await update in updates {
            show(update)
            switch update {
            case .snapshot(let snapshot):
                let lot = snapshot.lot
                if lot.hasEnded { live.remove(lot.auction) } else { live.insert(lot.auction) }
                // One lot has one snapshot; a sale's end with `watching`.
                if case .auction = target { isComplete = true }
            case .status(let status):
                if PublicLot.isEnd(status.status) { live.remove(status.auction) }
            case .watching: isComplete = true
            case .price, .notice, .missed, .disconnected: break
            }
            if isComplete, live.isEmpty { return }
        }
    }
}

extension PublicLot {
    static func isEnd(_ status: String) -> Bool { ["closed", "cancelled"].contains(status) }

    var hasEnded: Bool { Self.isEnd(status) }
}
