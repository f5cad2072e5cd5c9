public import WireProtocol

/// Why a client could not do what it was asked to.
public enum GavelClientError: Error, Hashable, Sendable {
    /// The text is no address; it says what to write.
    case badAddress(String)
    /// The file of authorities to trust can't be used; it says what to do.
    case badAuthorities(String)
    /// Nobody answers there, or not as it should.
    case cannotConnect(Endpoint, why: String)
    /// The server answered the upgrade or the call with this HTTP status.
    case refused(status: Int, message: String)
    /// No answer in time; nothing was changed, or asking again is harmless.
    case timedOut(String)
    /// The server answered with an `error`.
    case rejected(ServerMessage.Failure)
    /// The administrator's command was not done.
    case fault(AdminFault)
    /// No answer to a bid, a buy or a retraction in time. It may have been done or not: ask
    /// `bidStatus`, or repeat it under the same id.
    case unknownOutcome
    /// The connection is closed, and the client does not come back.
    case connectionClosed(CloseReason)
    /// What came is not of the protocol.
    case protocolViolation(String)
    /// The answer was larger than this client takes.
    case answerTooLarge(bytesMax: Int)
    /// The client was closed, or the task cancelled.
    case cancelled
}

extension GavelClientError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badAddress(let why): "Not an address: \(why)"
        case .badAuthorities(let why): "No authorities to trust: \(why)"
        case .cannotConnect(let endpoint, let why): "Can't connect to \(endpoint): \(why)"
        case .refused(let status, let message):
            "The server refused with HTTP status \(status)"
                + (message.isEmpty ? "." : ": \(message)")
        case .timedOut(let what): "Timed out: \(what)"
        case .rejected(let failure): failure.message
        case .fault(let fault): fault.message
        case .unknownOutcome:
            "No answer in time; the bid may stand or not: ask for its status by its id."
        case .connectionClosed(let reason): "The connection was closed: \(reason)"
        case .protocolViolation(let what): "The server does not keep to the protocol: \(what)"
        case .answerTooLarge(let bytesMax): "The answer is larger than \(bytesMax) bytes."
        case .cancelled: "Cancelled."
        }
    }
}

/// How a WebSocket connection ended.
public struct CloseReason: Hashable, Sendable {
    /// Nil when it broke off without a close frame.
    public var code: CloseCode?
    /// The close frame's words.
    public var text: String = ""
    /// The `bye` before it.
    public var bye: ServerMessage.Bye?
    /// What was wrong on this side.
    public var fault: String?

    /// - Parameters:
    ///   - code: of the close frame; nil when there was none.
    ///   - text: the close frame's words.
    ///   - bye: the message before it.
    ///   - fault: what was wrong on this side.
    public init(
        code: CloseCode? = nil, text: String = "", bye: ServerMessage.Bye? = nil,
        fault: String? = nil
    ) {
        self.code = code
        self.text = text
        self.bye = bye
        self.fault = fault
    }

    /// Whether to come back: as `bye` says, or else the close code; a connection that broke off is
    /// worth another try.
    public var reconnects: Bool {
        bye?.reconnects ?? code?.reconnects ?? true
    }
}

extension CloseReason: CustomStringConvertible {
    public var description: String {
        var words: [String] = []
        if let code = code ?? bye?.code { words.append("code \(code.rawValue)") }
        if !text.isEmpty { words.append(text) }
        if let fault { words.append(fault) }
        return words.isEmpty ? "it broke off" : words.joined(separator: ", ")
    }
}
