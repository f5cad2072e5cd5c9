import AuctionRules
import GavelClient
import Ledger
import WireProtocol

/// Why a command ends without having done what it was asked for: the exit code, and what is told on
/// standard error.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
    /// The exit codes, fixed for scripts.
    enum Status: Int32, Hashable, Sendable {
        case refused = 1
        case usage = 2
        case notFound = 3
        /// The server can't be reached, or the database is locked.
        case unreachable = 4
        case damage = 5
        /// A server under load did not do what it promises.
        case wrongServer = 6
        case internalError = 70
    }

    let status: Status
    /// The protocol's or the rules' word for it, where there is one.
    let code: String?
    /// One line or more: what is wrong and what to do.
    let message: String
    /// For a catalogue: what is wrong with which of its lots.
    let items: [AdminFault.Item]

    init(
        _ status: Status, code: String? = nil, _ message: String, items: [AdminFault.Item] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.items = items
    }

    var description: String {
        if let code { "\(code): \(message)" } else { message }
    }

    static func usage(_ message: String) -> CommandFailure { CommandFailure(.usage, message) }
}

extension CommandFailure {
    /// What a command of administration was refused with.
    init(_ fault: AdminFault) {
        self.init(
            Self.status(of: fault), code: fault.code,
            ([fault.message] + fault.items.map { "lot \($0.index + 1): \($0.message)" })
                .joined(separator: "\n"), items: fault.items)
    }

    private static func status(of fault: AdminFault) -> Status {
        if fault.isNotFound { return .notFound }
        switch AdminFault.Code(rawValue: fault.code) {
        case .badRequest, .tooLarge: return .usage
        case .unauthenticated, .forbidden: return .refused
        case .unknownCommand, .internalError: return .internalError
        case .unknownOutcome: return .unreachable
        case .unknownWebhook: return .notFound
        case nil: break
        }
        // What could not be stored is no verdict of the rules: the same command may be repeated.
        return fault.code == Objection.Kind.unavailable.rawValue ? .unreachable : .refused
    }

    /// Why the server could not be asked, or what it said.
    init(_ error: GavelClientError) {
        switch error {
        case .fault(let fault): self.init(fault)
        case .badAddress, .badAuthorities: self.init(.usage, "\(error)")
        case .connectionClosed(let reason) where !reason.reconnects && reason.code != nil:
            self.init(reason)
        case .cannotConnect, .timedOut, .connectionClosed, .unknownOutcome:
            self.init(.unreachable, "\(error)")
        case .refused(let status, _):
            self.init([401, 403].contains(status) ? .refused : .unreachable, "\(error)")
        case .rejected(let failure):
            let isMissing = failure.code == .unknownAuction
            self.init(
                isMissing ? .notFound : .refused, code: failure.code.rawValue, failure.message)
        case .protocolViolation, .answerTooLarge, .cancelled:
            self.init(.internalError, "\(error)")
        }
    }

    /// The server has closed a connection and does not want it back.
    private init(_ reason: CloseReason) {
        switch reason.code {
        case .badToken?:
            self.init(
                .refused, code: "unauthenticated",
                "The token is not valid: it is wrong, or was revoked, or has expired.")
        case .revoked?:
            self.init(.refused, code: "unauthenticated", "The token was revoked.")
        case .suspended?:
            self.init(.refused, code: "suspended", "The bidder is suspended.")
        default:
            self.init(.unreachable, "\(GavelClientError.connectionClosed(reason))")
        }
    }

    /// Why the database can't be used.
    init(_ error: LedgerError) {
        let status: Status =
            switch error.kind {
            case .locked, .busy: .unreachable
            case .fileMissing: .notFound
            case .directoryMissing, .cannotOpen, .readOnly, .foreign, .newerSchema, .olderSchema:
                .usage
            case .notADatabase, .changedMigration, .corrupt, .constraint: .damage
            case .notDurable, .diskFull, .ioError, .headMoved, .poisoned, .closed, .stopped,
                .sqlite:
                .internalError
            }
        self.init(status, error.message)
    }
}
