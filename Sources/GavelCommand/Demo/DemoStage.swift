import AuctionRules
import BidService
import Gateway
import GavelClient
import ServiceLifecycle
import WireProtocol

/// The demo's sale on a running server: sets it up, and keeps it going as long as it runs.
struct DemoStage: Service {
    let sale: SaleID
    /// The token of the person at the keyboard.
    let visitorToken: String
    private let server: RunningServer
    /// Where the bidders connect.
    private let endpoint: Endpoint
    private let catalogue: DemoCatalogue
    private let bidders: [(name: BidderID, token: String)]
    private let printer: WatchPrinter?

    /// Who bids; the ids do not meet those of a house's real bidders.
    private static let names = ["anna", "ben", "chloe", "deniz", "emil"]
    static let visitor = "demo-you"
    private static let title = "Demo sale"

    /// Creates a new sale with its first lots, and the bidders that are not there yet.
    ///
    /// - Parameter printer: prints what happens in the sale; nil: nothing is printed.
    init(on server: RunningServer, printer: WatchPrinter?) async throws(CommandFailure) {
        self.server = server
        endpoint = try Self.endpoint(of: server)
        self.printer = printer
        sale = try await Self.createSale(on: server)
        try await Self.withdrawEarlierDemos(than: sale, on: server)
        catalogue = DemoCatalogue(sale: sale)
        var bidders: [(BidderID, String)] = []
        for name in Self.names {
            let id: BidderID = try Self.identifier("demo-\(name)")
            bidders.append((id, try await Self.token(for: id, on: server)))
        }
        self.bidders = bidders
        visitorToken = try await Self.token(for: try Self.identifier(Self.visitor), on: server)
        let now = SystemClock().now()
        let lots = (0..<DemoCatalogue.openingCount).map { catalogue.lot($0, now: now) }
        _ = try await Self.perform(.importAuctions(lots), on: server)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for bidder in bidders {
                    let client = DemoBidder(
                        bidder.name, token: bidder.token, sale: sale, endpoint: endpoint)
                    group.addTask { await client.run() }
                }
                group.addTask { try? await follow() }
                await group.waitForAll()
            }
        }
    }

    /// Prints what happens, and brings a new lot for each one that ends.
    private func follow() async throws {
        let client = GavelClient(GavelClient.Configuration(endpoint))
        var number = DemoCatalogue.openingCount
        for try await update in await client.watch(.sale(sale), feed: .full) {
            printer?.print(update)
            guard case .status(let status) = update, PublicLot.isEnd(status.status) else {
                continue
            }
            let lot = catalogue.lot(number, now: SystemClock().now())
            number += 1
            // A lot that can't be had (the server is about to stop) is no reason to end.
            _ = try? await Self.perform(.createAuction(lot), on: server)
        }
        await client.close()
    }

    // MARK: - Setting up

    /// Over the network like anybody, but where that is TLS over the socket: the certificate may be
    /// for another name than this machine's, and from an authority that nothing here knows.
    private static func endpoint(of server: RunningServer) throws(CommandFailure) -> Endpoint {
        guard server.isSecure else { return server.endpoint }
        guard let path = server.configuration.socketPath else {
            throw .usage(
                "--socket none: with TLS the demo's bidders come over the socket; leave it on")
        }
        return .unix(path: path)
    }

    /// `demo`, or the first of `demo-2`, `demo-3` … that there is not yet.
    private static func createSale(on server: RunningServer) async throws(CommandFailure) -> SaleID
    {
        let answer = try await perform(.listSales, on: server)
        guard case .sales(let sales) = answer else { throw .unexpected(answer) }
        let taken = Set(sales.map(\.sale.id))
        var id: SaleID = try identifier("demo")
        var number = 2
        while taken.contains(id) {
            id = try identifier("demo-\(number)")
            number += 1
        }
        _ = try await perform(.createSale(NewSale(id: id, title: title)), on: server)
        return id
    }

    /// Withdraws what demos before this one have left open: nobody bids there any more, and whoever
    /// opens the page would find every lot twice.
    ///
    /// A lot is a demo's when its sale is called as a demo's is, and has its id and its title from the
    /// catalogue; a house's own sale with the id "demo" is left alone.
    private static func withdrawEarlierDemos(
        than sale: SaleID, on server: RunningServer
    ) async throws(CommandFailure) {
        guard case .sales(let sales) = try await perform(.listSales, on: server) else { return }
        for row in sales where row.sale.id != sale && row.sale.title == title {
            guard
                case .auctions(let lots) = try await perform(
                    .listAuctions(sale: row.sale.id), on: server)
            else { continue }
            let catalogue = DemoCatalogue(sale: row.sale.id)
            for lot in lots.map(\.lot) where !lot.hasEnded && catalogue.has(lot.auction, lot.title)
            {
                _ = try await perform(
                    .administer(lot.auction, .cancel(reason: "A new demo was started.")), on: server
                )
            }
        }
    }

    /// A day's token for a bidder, who is added if need be.
    private static func token(
        for bidder: BidderID, on server: RunningServer
    ) async throws(CommandFailure) -> String {
        do {
            _ = try await perform(.addBidder(Bidder(id: bidder, name: "Demo")), on: server)
        } catch {
            guard error.code == Objection.Kind.alreadyExists.rawValue else { throw error }
        }
        let answer = try await perform(.issueToken(bidder, ttl: DurationText.day), on: server)
        guard case .token(let token) = answer else { throw .unexpected(answer) }
        return token.token
    }

    private static func perform(
        _ command: AdminCommand, on server: RunningServer
    ) async throws(CommandFailure) -> AdminAnswer {
        do { return try await server.administration.perform(command) } catch {
            throw CommandFailure(error)
        }
    }

    private static func identifier<Subject>(
        _ text: String
    ) throws(CommandFailure) -> Identifier<Subject> {
        do { return try Identifier(text) } catch {
            throw CommandFailure(.internalError, "\(error)")
        }
    }
}

/// Ends what it runs beside after a while.
struct DemoTimer: Service {
    let duration: Milliseconds

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await Task.sleep(for: .milliseconds(duration))
        }
    }
}
