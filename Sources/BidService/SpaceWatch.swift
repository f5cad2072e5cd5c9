import AuctionRules
import Ledger
import Synchronization

/// Looks after the log's free space, so that lots are paused before writes fail.
///
/// The committer looks, at most once in a while, as it has the log in hand; the writer acts on what was
/// seen.
final class SpaceWatch: Sendable {
    /// What was seen last.
    struct Sight: Sendable {
        /// How many times somebody has looked: another number is another look.
        var looks = 0
        /// In bytes; nil when that is not known.
        var free: Int64?
        var isLow = false
    }

    /// What a pause by the watch says to everybody.
    static let reason = "The server's disk is nearly full."

    private struct State {
        var sight = Sight()
        var lastLook: Instant?
    }

    private let limit: Int64
    private let interval: Milliseconds
    private let clock: any ServiceClock
    private let onChange: @Sendable (_ isLow: Bool, _ free: Int64) -> Void
    private let state = Mutex(State())

    /// - Parameter onChange: told when room gets scarce, and when there is some again.
    init(
        limits: ServiceLimits, clock: any ServiceClock,
        onChange: @escaping @Sendable (_ isLow: Bool, _ free: Int64) -> Void
    ) {
        // No disk is so large; a quarter more still fits.
        limit = Int64(min(max(0, limits.freeSpaceMin), 1 << 60))
        interval = limits.freeSpaceInterval
        self.clock = clock
        self.onChange = onChange
    }

    var sight: Sight { state.withLock { $0.sight } }

    /// Looks, unless somebody has just done so.
    func look(at log: any BidLog) {
        let now = clock.now()
        let isDue = state.withLock { state in
            // A clock that was set back is no reason not to look.
            if let last = state.lastLook, now >= last, now < last.advanced(by: interval) {
                return false
            }
            state.lastLook = now
            return true
        }
        guard isDue else { return }
        note(log.freeSpace)
    }

    private func note(_ free: Int64?) {
        let change = state.withLock { state -> Bool? in
            state.sight.looks += 1
            state.sight.free = free
            // What can't be told is as it was; and with a quarter more than the limit there is room
            // again, so that lots don't pause and resume with every file that somebody deletes.
            guard let free else { return nil }
            let wasLow = state.sight.isLow
            state.sight.isLow = free < (wasLow ? limit + limit / 4 : limit)
            return state.sight.isLow == wasLow ? nil : state.sight.isLow
        }
        if let change, let free { onChange(change, free) }
    }
}

extension Command {
    /// Whether it leads to more to store: lots, and bids on lots that stand still.
    var makesWork: Bool {
        switch self {
        case .createSale, .createAuction, .administer(_, .open), .administer(_, .resume): true
        case .all(let commands): commands.contains(where: \.makesWork)
        default: false
        }
    }

    /// The answer to a command that makes work while there is no room for it.
    func declined(with free: Int64?) -> Answer {
        let objection = Objection(
            .unavailable,
            "The server's disk is nearly full\(free.map { " (\($0) bytes are free)" } ?? ""): make "
                + "room there, then try again.")
        guard case .all(let commands) = self else { return .declined(objection) }
        let indices = commands.indices.filter { commands[$0].makesWork }
        return .declinedAll(Dictionary(uniqueKeysWithValues: indices.map { ($0, objection) }))
    }
}
