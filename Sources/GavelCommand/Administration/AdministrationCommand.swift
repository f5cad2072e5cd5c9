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

    /// Prints what it came to.
    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure)
}

extension AdministrationCommand {
    static var onlyReads: Bool { false }

    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure) {
        printer.print(answer)
    }

    func run() async throws {
        let now = SystemClock().now()
        let administrator = DeferredAdministrator(try Place(global), onlyReads: Self.onlyReads)
        let answer: AdminAnswer
        do {
            answer = try await administrator.perform(
                try await command(by: administrator, now: now))
        } catch {
            await administrator.close()
            throw error
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
