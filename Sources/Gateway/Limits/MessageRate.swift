/// How often one connection may send: messages over a WebSocket, or requests over HTTP; and how
/// often it may try nevertheless.
struct MessageRate: Sendable {
    enum Verdict: Hashable, Sendable {
        case pass
        /// One too many; nothing is done for it.
        case refuse(RateRefusal)
    }

    private let what: StaticString
    private var messages: TokenBucket
    private var refusals: TokenBucket

    /// - Parameter what: is counted, in the plural, for the refusal's words.
    init(of what: StaticString, limits: GatewayLimits) {
        self.what = what
        messages = TokenBucket(limits.messages)
        refusals = TokenBucket(limits.refusals)
    }

    /// A message has come. `now` is in nanoseconds of a monotonic clock.
    mutating func receive(at now: Int64) -> Verdict {
        guard let wait = messages.spend(at: now) else { return .pass }
        return .refuse(RateRefusal(nanoseconds: wait, what: "\(what)"))
    }

    /// Something was refused for its rate.
    ///
    /// - Returns: whether the peer has kept on for so long that it has to go.
    mutating func noteRefusal(at now: Int64) -> Bool { refusals.spend(at: now) != nil }
}
