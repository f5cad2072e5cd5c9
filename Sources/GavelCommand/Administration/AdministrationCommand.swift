import ArgumentParser
import AuctionRules
import BidService
import WireProtocol

/// A command line that is one command of administration: it says which, and the rest is the same
/// for all of them.
protocol AdministrationCommand: AsyncParsableCommand {
    var global: GlobalOptions { get }

    /// The command. Amounts need the lot's currency, so it may ask the administrator first.
    ///
    /// - Parameter now: what offsets count from.
    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand

    /// Whether it does without the lock, and never creates a database.
    static var onlyReads: Bool { get }

    /// What is said while it takes its time.
    static var working: String { get }

    /// Has the administrator do it, and shows meanwhile that it is being done.
    func carryOut(
        _ command: AdminCommand, by administrator: any Administrator
    ) async throws(CommandFailure) -> AdminAnswer

    /// Prints what it came to.
    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure)
}

extension AdministrationCommand {
    static var onlyReads: Bool { false }
    static var working: String { "Working" }

    func carryOut(
        _ command: AdminCommand, by administrator: any Administrator
    ) async throws(CommandFailure) -> AdminAnswer {
        let sign = WaitingSign(Self.working, isQuiet: global.json)
        return try await sign.during { () throws(CommandFailure) in
            try await administrator.perform(command)
        }
    }

    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure) {
        printer.print(answer)
    }

    func run() async throws {
        let now = SystemClock().now()
        let administrator = DeferredAdministrator(try Place(global), onlyReads: Self.onlyReads)
        let answer: AdminAnswer
        var command: AdminCommand?
        do {
            let asked = try await self.command(by: administrator, now: now)
            command = asked
            answer = try await carryOut(asked, by: administrator)
        } catch {
            var failure = error
            if let command, !global.json {
                failure = await Suggestion.completed(failure, of: command, by: administrator)
            }
            await administrator.close()
            throw failure
        }
        await administrator.close()
        try show(
            answer, on: AnswerPrinter(console: .standardOutput(), isJSON: global.json, now: now))
    }
}

/// Reads a value that an option holds as text; its fault names the option.
func reading<Value>(
    _ option: String, _ parse: () throws -> Value
) throws(CommandFailure) -> Value {
    do { return try parse() } catch { throw .usage("\(option): \(error)") }
}
