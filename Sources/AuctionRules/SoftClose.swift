/// How late bids move the end of a lot (rulebook, section 5).
public struct SoftClose: Hashable, Sendable {
    /// What an extension does to the end.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// The lot ends `amount` after the bid, but never earlier than before.
        case reset
        /// The lot ends `amount` later than before.
        case add
    }

    /// One extension's parameters: a bid within `window` of the end extends by `amount`.
    public struct Stage: Hashable, Sendable {
        public let window: Milliseconds
        public let mode: Mode
        public let amount: Milliseconds

        public init(window: Milliseconds, mode: Mode, amount: Milliseconds) {
            self.window = window
            self.mode = mode
            self.amount = amount
        }
    }

    /// Which public change extends.
    public enum Trigger: String, Hashable, Sendable, CaseIterable {
        case priceOrLeader = "price_or_leader"
        case leader
    }

    /// The n-th extension uses the n-th stage; the last one stays. Never empty.
    public let stages: [Stage]
    public let trigger: Trigger
    /// No more than this many extensions by bids; nil: no bound.
    public let extensionsMax: Int?
    /// No extension by a bid goes past this; nil: no bound.
    public let hardEnd: Instant?
    /// A late bid on any lot of the same sale and group extends all of them that are open; nil: each
    /// lot is on its own.
    public var group: SoftCloseGroup?

    public static let stagesMax = 32
    /// A late bid may move them all, and so is as dear as they are many.
    public static let groupLotsMax = 1000

    /// Throws when there is no stage or a duration is out of 1 ms ... 100 years.
    public init(
        stages: [Stage], trigger: Trigger = .priceOrLeader, extensionsMax: Int? = nil,
        hardEnd: Instant? = nil, group: SoftCloseGroup? = nil
    ) throws(TermsFault) {
        guard !stages.isEmpty, stages.count <= Self.stagesMax else {
            throw TermsFault("soft_close", "needs 1 to \(Self.stagesMax) stages")
        }
        for stage in stages {
            guard (1...Instant.durationMax).contains(stage.window),
                (1...Instant.durationMax).contains(stage.amount)
            else { throw TermsFault("soft_close", "needs a window and an extension above zero") }
        }
        if let extensionsMax, extensionsMax < 0 {
            throw TermsFault("max_extensions", "must not be negative")
        }
        self.stages = stages
        self.trigger = trigger
        self.extensionsMax = extensionsMax
        self.hardEnd = hardEnd
        self.group = group
    }

    /// The new end after a bid at `t` that changed something public, or nil when it does not move.
    ///
    /// - Parameters:
    ///   - end: the end in force, later than `t`.
    ///   - extensions: how many extensions by bids there have been.
    func newEnd(at t: Instant, end: Instant, extensions: Int) -> Instant? {
        if let extensionsMax, extensions >= extensionsMax { return nil }
        let stage = stages[min(extensions, stages.count - 1)]
        let left = end.milliseconds(since: t)
        guard left > 0, left <= stage.window else { return nil }
        return moved(end, by: stage, at: t)
    }

    /// Whether a bid at `t` that changed something public is a late one, which extends its group;
    /// whether its own lot may still be extended makes no difference.
    func isLate(at t: Instant, end: Instant, extensions: Int) -> Bool {
        let left = end.milliseconds(since: t)
        return left > 0 && left <= stages[min(extensions, stages.count - 1)].window
    }

    /// The new end after a late bid at `t` on another lot of the group, or nil when it does not move.
    /// However far the end is: the window is that of the lot that was bid on.
    func newEnd(afterGroupsBidAt t: Instant, end: Instant, extensions: Int) -> Instant? {
        if let extensionsMax, extensions >= extensionsMax { return nil }
        guard end > t else { return nil }
        return moved(end, by: stages[min(extensions, stages.count - 1)], at: t)
    }

    private func moved(_ end: Instant, by stage: Stage, at t: Instant) -> Instant? {
        var new =
            switch stage.mode {
            case .reset: max(end, t.advanced(by: stage.amount))
            case .add: end.advanced(by: stage.amount)
            }
        if let hardEnd { new = min(new, hardEnd) }
        return new > end ? new : nil
    }
}

/// The soft closes that houses are known for.
public enum SoftClosePreset: String, CaseIterable, Sendable {
    case catawiki
    case yahooJP = "yahoo-jp"
    case bidspotter
    case tradeMe = "trademe"
    case mws
    case hard

    /// The stage that the preset stands for; nil for `hard`, which never extends.
    public var stage: SoftClose.Stage? {
        let minute: Milliseconds = 60_000
        return switch self {
        case .catawiki: .init(window: minute, mode: .add, amount: 90_000)
        case .yahooJP: .init(window: 5 * minute, mode: .add, amount: 5 * minute)
        case .bidspotter: .init(window: 10 * minute, mode: .reset, amount: 10 * minute)
        case .tradeMe: .init(window: 2 * minute, mode: .reset, amount: 2 * minute)
        case .mws: .init(window: 3 * minute, mode: .reset, amount: 3 * minute)
        case .hard: nil
        }
    }
}
