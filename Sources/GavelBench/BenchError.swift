/// Why a measurement has not come about, or has no figure.
public enum BenchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A setting that can't be measured with: what is wrong with it.
    case badSetting(String)
    /// So many files may be open at once, and the run needs more.
    case tooFewFiles(permitted: Int, needed: Int)
    /// The system refused something: which call, and `errno`.
    case system(call: String, errno: Int32)
    /// The own server can't be started, or did not end in order.
    case server(String)
    /// The given server can't be reached, or refused to set the scene.
    case unreachable(String)
    /// The server refused what the load does, and which of its settings is in the way.
    case limited(String)
    /// The server answered wrongly, or not at all: there is no figure.
    case fault(BenchFault)
    /// Ctrl-C, or SIGTERM.
    case interrupted

    public var description: String {
        switch self {
        case .badSetting(let words), .server(let words), .unreachable(let words),
            .limited(let words):
            words
        case .tooFewFiles(let permitted, let needed):
            "Only \(permitted) files may be open at once, and \(needed) are needed: run "
                + "\"ulimit -n \(needed)\" in this shell before, as root where it is refused."
        case .system(let call, let errno): "\(call) failed with errno \(errno)."
        case .fault(let fault): "\(fault)"
        case .interrupted: "The measurement was interrupted: there are no figures."
        }
    }
}

/// What a server did wrong under load. A run with one has no figure.
public enum BenchFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A watcher was sent another change than the next one: one is missing, doubled or out of order.
    case wrongChange(lot: String, expected: Int64, got: Int64)
    /// A lot's price went down without anybody having voided a bid.
    case priceFell(lot: String, from: Int64, to: Int64)
    /// A lot ended before its time; both in Unix milliseconds.
    case closedEarly(lot: String, endsAt: Int64, at: Int64)
    /// Something came after a lot's end.
    case changeAfterEnd(lot: String, seq: Int64)
    /// An answer to a bid that was never made, on another lot than it was made on, or a second one.
    case wrongAnswer(String)
    /// A bid that had to be accepted was not.
    case refused(String)
    /// A message that has no place in this scenario.
    case unexpected(String)
    /// The server closed a connection.
    case hungUp(String)
    /// What is on the wire is no WebSocket's.
    case nonsense(String)
    /// So many answers or changes had not come when the time for them was over.
    case missing(String)
    /// The lots do not stand as the answers said.
    case wrongTotal(String)

    public var description: String {
        switch self {
        case .wrongChange(let lot, let expected, let got):
            "\(lot): change \(expected) had to come, and \(got) came."
        case .priceFell(let lot, let from, let to): "\(lot): the price fell from \(from) to \(to)."
        case .closedEarly(let lot, let endsAt, let at):
            "\(lot): it ended \(endsAt - at) ms before its time."
        case .changeAfterEnd(let lot, let seq): "\(lot): change \(seq) came after the end."
        case .wrongAnswer(let text): "Not the answer to a bid: \(text)"
        case .refused(let text): "A bid had to be accepted: \(text)"
        case .unexpected(let text): "Nobody asked for this: \(text)"
        case .hungUp(let text): "The server hung up: \(text)"
        case .nonsense(let text): "That is no WebSocket: \(text)"
        case .missing(let text): "Something did not come: \(text)"
        case .wrongTotal(let text): "The lots do not add up: \(text)"
        }
    }
}
