import AuctionRules
import WireProtocol

/// Whoever carries out an administrator's commands: a server, or this process on the database.
protocol Administrator: Sendable {
    /// - Throws: a refusal, or why it could not be asked for.
    func perform(_ command: AdminCommand) async throws(CommandFailure) -> AdminAnswer
    /// Lets go of the connection or the database.
    func close() async
}

extension Administrator {
    /// The lot's currency: what its amounts are read in.
    func currency(of auction: AuctionID) async throws(CommandFailure) -> Currency {
        let answer = try await perform(.showAuction(auction))
        guard case .auction(let detail) = answer else { throw .unexpected(answer) }
        return detail.terms.currency
    }
}

/// Opens the way to the administrator only when there is something to do: a command line that can't
/// be read must not create a database.
actor DeferredAdministrator: Administrator {
    private let place: Place
    private let onlyReads: Bool
    private var administrator: (any Administrator)?

    init(_ place: Place, onlyReads: Bool) {
        self.place = place
        self.onlyReads = onlyReads
    }

    func perform(_ command: AdminCommand) async throws(CommandFailure) -> AdminAnswer {
        if let administrator { return try await administrator.perform(command) }
        let opened = try await Administrators.open(place, onlyReads: onlyReads)
        administrator = opened
        return try await opened.perform(command)
    }

    func close() async { await administrator?.close() }
}

extension CommandFailure {
    /// A server of another version, or a bug.
    static func unexpected(_ answer: AdminAnswer) -> CommandFailure {
        CommandFailure(.internalError, "The answer is not to what was asked: \(answer).")
    }
}
