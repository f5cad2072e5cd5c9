public import ArgumentParser
import Foundation

/// The command line of Gavel, from its root.
public struct Gavel: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "gavel",
        abstract: "Run auctions: the server, and everything that an auctioneer does.",
        discussion: """
            Without --server, a command finds the running server by the socket beside the database, \
            and works on the database itself when none runs.

            On every command: --database PATH (GAVEL_DATABASE; default gavel.db), --server URL \
            (GAVEL_SERVER) with --token TOKEN (GAVEL_TOKEN), --json, --reveal.

            Amounts are decimal in the lot's currency: 12.50, or 1200 for JPY. Times are RFC 3339 \
            (2026-12-01T20:00:00Z), "now", or an offset like +2h; durations are like 30s, 5m, 2h, \
            1d. Ids are 1 to 64 of the characters A-Z a-z 0-9 . _ : -

            Exit codes: 0 done, 1 refused by the rules (the code and the reason on standard \
            error), 2 usage, 3 not found, 4 the server can't be reached or the database is locked, \
            5 damage found, 6 a server answered a load wrongly, 70 internal.

            To begin: gavel demo
            """,
        version: "gavel \(version)",
        subcommands: [
            ServeCommand.self, DemoCommand.self, AuctionCommands.self, SaleCommands.self,
            BidderCommands.self, AdminCommands.self, BidCommand.self, LogCommands.self,
            ProofCommands.self, WebhookCommands.self, DatabaseCommands.self, BenchCommands.self,
        ])

    public static let version = "0.1.0"

    /// Begins each complaint.
    public static var _errorLabel: String { "gavel" }

    public init() {}

    /// Runs the program's command line and ends the process with the command's exit code.
    public static func runAndExit() async -> Never {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let status = await run(arguments: arguments)
        Foundation.exit(status)
    }

    /// Runs one command line.
    ///
    /// - Parameter complain: says something on standard error.
    /// - Returns: the exit code.
    static func run(
        arguments: [String], complain: (String) -> Void = { Console.complain($0) }
    ) async -> Int32 {
        var command: any ParsableCommand
        do {
            command = try await asyncParseAsRoot(GlobalOptions.hoisted(arguments))
        } catch {
            return report(parsing: await plainer(error, of: arguments), of: arguments, complain)
        }
        do {
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
            return 0
        } catch let failure as CommandFailure {
            complain(failure.complaint(asJSON: arguments.contains("--json")))
            return failure.status.rawValue
        } catch {
            return report(parsing: error, of: arguments, complain)
        }
    }

    /// What is wrong with the command itself, rather than with options that were moved behind it.
    private static func plainer(_ error: any Error, of arguments: [String]) async -> any Error {
        do {
            _ = try await asyncParseAsRoot(GlobalOptions.split(arguments).rest)
            return error
        } catch let plainer {
            return plainer
        }
    }

    /// Help that was asked for is no error; everything else that the parser says is one of usage.
    private static func report(
        parsing error: any Error, of arguments: [String], _ complain: (String) -> Void
    ) -> Int32 {
        let message = fullMessage(for: error)
        guard exitCode(for: error) != .success else {
            Console.standardOutput().print(message)
            return 0
        }
        complain((misspelt(arguments).map { "gavel: \($0)\n" } ?? "") + message)
        return CommandFailure.Status.usage.rawValue
    }

    /// Which command was probably meant, where the first one that there is not resembles one.
    static func misspelt(_ arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = Gavel.self
        var path = "gavel"
        for word in GlobalOptions.split(arguments).rest {
            let names = command.configuration.subcommands.map { ($0._commandName, $0) }
            guard !names.isEmpty, !word.hasPrefix("-") else { return nil }
            if let next = names.first(where: { $0.0 == word }) {
                command = next.1
                path += " " + word
                continue
            }
            let meant = Resemblance.nearest(to: word, among: names.map(\.0))
            return meant.map { "There is no \(path) \(word): did you mean \(path) \($0)?" }
        }
        return nil
    }
}
