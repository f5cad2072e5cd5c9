import AuctionRules

/// The scenarios with bidders: `fanout`, `bids`, `mixed`, `closing` and `soak`.
struct FloorScenario: Sendable {
    let settings: BenchSettings

    /// In how many milliseconds the lots of `closing` end, each at a time of its own.
    private static let closingSpread: Int64 = 1000
    /// A bid in so many of `mixed` and `soak` is refused, as bids are.
    private static let lowEvery = 10
    /// One in so many watchers of `mixed` and `soak` goes each second, and another one comes.
    private static let leavingPart = 100.0

    func run(
        on server: BenchServer, _ progress: @escaping @Sendable (Double) -> Void
    ) async throws(BenchError) -> [Figure] {
        let isClosing = settings.scenario == .closing
        // Besides the lots that end there is one that does not for each bidder.
        let lots = settings.lots + (isClosing ? settings.bidders : 0)
        // What setting the scene takes at most: lots, first bids, and each watcher's snapshots.
        let scene =
            5 + Double(lots) / 1000 + Double(settings.connections) / 300
            + (isClosing ? Double(lots * settings.watchers) / 20_000 : 0)
        let now = PollClock.unixMicroseconds / 1000
        let lifetime = scene + settings.warmUp + settings.duration + 3600
        let firstEnd = now + Int64((scene + settings.warmUp) * 1000)
        let ending = settings.lots
        let sale = try await BenchSale(
            lots: lots, bidders: settings.bidders, format: settings.format,
            on: server.administrator, lifetime: lifetime
        ) { number in
            isClosing && number < ending
                ? firstEnd + Int64(number) * Self.closingSpread / Int64(ending)
                : now + Int64(lifetime * 1000)
        }
        let plan = plan(sale, lots, server)
        let isLively = settings.scenario == .mixed || settings.scenario == .soak
        let run = FloorRun(
            plan: plan, settings: settings, address: server.address, usage: server.process?.usage,
            tokens: sale.tokens, beginsAt: isClosing ? firstEnd : nil,
            comingAndGoing: isLively ? Double(settings.watchers) / Self.leavingPart : 0,
            progress: progress)
        do throws(BenchError) {
            let outcome = try await LoadThread.run { try run.run() }
            try await sale.check(standing: outcome.standing)
            if server.process == nil { try await sale.clear() }
            return outcome.figures
        } catch {
            // The first fault is what is told, whatever becomes of clearing up.
            if server.process == nil { try? await sale.clear() }
            throw error
        }
    }

    private func plan(_ sale: BenchSale, _ lots: Int, _ server: BenchServer) -> FloorPlan {
        let isClosing = settings.scenario == .closing
        let bidderLots =
            isClosing
            ? (0..<settings.bidders).map { [settings.lots + $0] }
            : FloorPlan.share(lots: lots, among: settings.bidders)
        let isEnglish = settings.format == .english
        return FloorPlan(
            prefix: sale.prefix, lots: lots, isEnglish: isEnglish, bidderLots: bidderLots,
            watchers: settings.watchers,
            watchedSale: isClosing ? sale.sale.text : nil,
            isRace: isEnglish && settings.bidders > lots,
            lowEvery: settings.scenario == .mixed || settings.scenario == .soak ? Self.lowEvery : 0,
            ending: isClosing ? settings.lots : 0, hasServersClock: server.process != nil)
    }
}
