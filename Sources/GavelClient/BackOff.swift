import WireProtocol

/// How long to stay away after a connection has ended. Pure: the chance comes in as an argument.
public struct BackOff: Hashable, Sendable {
    /// The delay before the first try is up to this; it doubles with every further one.
    public var first: Duration
    /// No delay's bound is longer, but what a `bye` asks for.
    public var longest: Duration
    /// Tries since the last success.
    private(set) var attempts = 0

    /// - Parameters:
    ///   - first: the bound of the first delay.
    ///   - longest: the bound that it doubles up to.
    public init(first: Duration = .milliseconds(250), longest: Duration = .seconds(30)) {
        self.first = first
        self.longest = longest
    }

    /// The delay before the next try: between half of its bound and all of it, so that clients that
    /// lost their server together do not come back together; never less than a `bye` asked for.
    ///
    /// - Parameter chance: in 0 ..< 1.
    mutating func next(after bye: ServerMessage.Bye?, chance: Double) -> Duration {
        // 2^20 times anything sensible is past `longest`.
        let bound = min(longest, first * (1 << min(attempts, 20)))
        attempts += 1
        let own = bound / 2 + bound / 2 * chance
        guard let bye else { return own }
        let asked = Duration.milliseconds(bye.wait) + .milliseconds(bye.jitter) * chance
        // The first return is the server's to time; one that fails again is ours.
        return attempts == 1 ? asked : max(asked, own)
    }

    mutating func succeeded() { attempts = 0 }
}
