/// What the signals mean that tell a server to stop: the first one to stop in order, the next one to stop
/// at once.
struct StopSignals {
    enum Meaning {
        case stopInOrder
        case stopAtOnce
        /// The same one once more: `timeout` sends its own to the program and to its group, so that the
        /// program gets two where one was meant.
        case echo
    }

    /// How long after the first one the same signal is its echo. Nobody who waits in vain is as quick.
    static let echoes = Duration.milliseconds(500)

    private var first: (signal: Int32, time: ContinuousClock.Instant)?

    /// - Parameter time: when it came; not before the signals before it.
    mutating func receive(_ signal: Int32, at time: ContinuousClock.Instant) -> Meaning {
        guard let first else {
            first = (signal, time)
            return .stopInOrder
        }
        return signal == first.signal && time - first.time < Self.echoes ? .echo : .stopAtOnce
    }
}
