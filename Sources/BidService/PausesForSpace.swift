import AuctionRules

/// Which lots stand still because there was no room, and which have to.
struct PausesForSpace {
    private var paused: Set<AuctionID> = []
    /// The look at the disk that has been acted on.
    private var looks = 0

    init() {}

    /// After a start: those lots whose last pause says so.
    init(house: House, recent: [AuctionID: RecentChanges]) {
        for auction in house.auctions.values where auction.status == .paused {
            guard let recent = recent[auction.id],
                let changes = recent.after(recent.firstSeq - 1, of: auction.publicState)
            else { continue }
            let pause = changes.reversed().prefix { $0.state.status == .paused }.last
            if case .status(reason: SpaceWatch.reason) = pause?.kind { paused.insert(auction.id) }
        }
    }

    /// What is to be done after a look at the disk, in the order of the lots' ids; nothing when it has
    /// been done.
    mutating func commands(
        after sight: SpaceWatch.Sight, in house: House
    ) -> [(AuctionID, AuctionCommand)] {
        guard sight.looks != looks else { return [] }
        looks = sight.looks
        guard !sight.isLow else {
            let open = house.auctions.values.filter { $0.phase == .open }.map(\.id).sorted()
            paused.formUnion(open)
            return open.map { ($0, .pause(reason: SpaceWatch.reason)) }
        }
        defer { paused = [] }
        // Somebody may have closed or cancelled one meanwhile.
        return paused.sorted().filter { house.auctions[$0]?.status == .paused }.map {
            ($0, .resume)
        }
    }
}
