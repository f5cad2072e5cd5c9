import ArgumentParser
import AuctionRules
import Foundation
import Testing

@testable import GavelCommand

@Suite("The command line")
struct CommandLineTests {
    /// Runs a command line that is expected to fail, on a database that does not exist.
    private func complaint(of arguments: [String]) async -> (status: Int32, words: String) {
        let folder = FileManager.default.temporaryDirectory
        let database = folder.appendingPathComponent("gavel-none-\(UUID().uuidString).db").path
        var words = ""
        let place = arguments.contains { $0.hasPrefix("--server") } ? [] : ["--database", database]
        let status = await Gavel.run(
            arguments: place + arguments, complain: { words += $0 + "\n" })
        #expect(!FileManager.default.fileExists(atPath: database), "A database was created")
        return (status, words)
    }

    @Test(
        "What is no command ends with 2 and says what to write",
        arguments: [
            (["frobnicate"], "frobnicate"), (["auction", "frobnicate"], "frobnicate"),
            (["auction", "show"], "Missing expected argument"),
            (["auction", "show", "a b"], "not an id"),
            (["auction", "show", String(repeating: "x", count: 65)], "not an id"),
            (["auction", "show", "L1", "--at", "-1"], "--at"),
            (["auction", "show", "L1", "--at=nine"], "not a whole number"),
            (["auction", "show", "L1", "L2"], "Unexpected argument"),
            (["auction", "list", "--status", "sold"], "use one of scheduled"),
            (["auction", "list", "--sale"], "Missing value"),
            (["auction", "create", "X", "--closes", "+1h"], "--start"),
            (
                ["auction", "create", "X", "--start", "1", "--closes", "+1h", "--colour"],
                "--colour"
            ),
            (["auction", "extend", "L1"], "either --by or --to"),
            (["auction", "extend", "L1", "--by", "5m", "--to", "now"], "either --by or --to"),
            (["auction", "extend", "L1", "--by", "0s"], "longer than zero"),
            (["auction", "extend", "L1", "--by", "5"], "without a unit"),
            (["auction", "lower-reserve", "L1"], "--to"), (["auction", "watch"], "which lots"),
            (["auction", "watch", "L1", "--sale", "S"], "which lots"),
            (["auction", "void-bid", "L1", "b1"], "--reason"),
            (["auction", "import", "lots.xls"], ".csv, .yaml or .yml"),
            (["auction", "explain", "L1"], "Missing expected argument"),
            (["auction", "explain", "L1", "0"], "from 1"),
            (["log", "export", "--auction", "a b"], "not an id"),
            (["log", "verify", "--server", "http://x:1"], "on the database itself"),
            (["db", "restore"], "Missing expected argument"),
            (["sale", "create", "X", "--stagger", "soon"], "not a duration"),
            (["bidder", "token", "anna", "--ttl", "forever"], "not a duration"),
            (["admin", "revoke", "ABC"], "not a hash"), (["bid", "L1"], "--amount"),
            (["bid", "L1", "--amount", "5"], "--token"),
            (["auction", "list", "--server", "ftp://x"], "http://HOST:PORT"),
            (["auction", "list", "--server", "http://x:1"], "needs --token"),
            (["serve", "--listen", "nowhere"], "no port"),
            (["serve", "--min-reopen", "5 minutes"], "--min-reopen"),
            (["serve", "--log-level", "loud"], "not a log level"),
            (["serve", "--origin", "auctions.example"], "not an origin"),
            (["demo", "--duration", "0s"], "longer than zero"),
            (["demo", "--listen", "::1:80"], "brackets"),
        ])
    func usage(arguments: [String], complaint expected: String) async {
        let (status, words) = await complaint(of: arguments)
        #expect(status == 2, "\(words)")
        #expect(words.contains(expected), "\(words)")
    }

    @Test("What is not there ends with 3")
    func notFound() async {
        let (status, words) = await complaint(of: ["auction", "list"])
        #expect(status == 3)
        #expect(words.contains("There is no database"))
        let (fileStatus, _) = await complaint(of: ["auction", "import", "no-such-file.csv"])
        #expect(fileStatus == 3)
    }

    @Test("A server that can't be reached ends with 4")
    func unreachable() async {
        let (status, words) = await complaint(of: [
            "auction", "list", "--server", "http://127.0.0.1:1", "--token", "x",
        ])
        #expect(status == 4)
        #expect(words.contains("127.0.0.1:1"))
    }

    @Test("With --json a complaint is an object, too")
    func jsonComplaint() async {
        let (status, words) = await complaint(of: ["--json", "auction", "list"])
        #expect(status == 3)
        #expect(words.hasPrefix(#"{"error":{"code":"not_found","message":"There is no database"#))
    }

    @Test("All faults of a lot are told at once, by their options")
    func lotFaults() async {
        let (status, words) = await complaint(of: [
            "auction", "create", "X", "--start", "0", "--closes", "later", "--buy-now", "x",
            "--soft-close-window", "5m",
        ])
        #expect(status == 2)
        for option in ["--start:", "--closes:", "--soft-close-extend:"] {
            #expect(words.contains(option), "\(words)")
        }
    }

    @Test("Every field of a lot is an option, and means the same")
    func lotOptions() throws {
        let options = try LotOptions.parse([
            "Vase", "--start", "10", "--closes", "+2h", "--id", "L1", "--sale", "S1", "--currency",
            "EUR", "--format", "english", "--increments", "0:1, 10:2", "--reserve", "50",
            "--buy-now", "90", "--buy-now-availability", "always", "--opens", "+1h",
            "--soft-close", "mws", "--soft-close-window", "1m", "--soft-close-extend", "2m",
            "--soft-close-mode", "add", "--soft-close-stage", "5m:reset:5m", "--soft-close-stage",
            "1m:add:1m", "--soft-close-trigger", "leader", "--soft-close-group", "g",
            "--max-extensions", "3", "--hard-end",
            "+3h", "--min-resume", "1m", "--seller", "house", "--related-party", "a",
            "--related-party", "b", "--confirm-above", "10", "--ladder-only",
            "--complete-increment-on-raise", "--retraction", "ebay", "--show-sealed-bid-count",
            "--tie", "live_wins", "--plus-one",
        ])
        for field in LotField.allCases {
            #expect(options.text[field] != nil, "\(field) can't be given")
        }
        #expect(options.text[.softCloseStages] == "5m:reset:5m,1m:add:1m")
        #expect(options.text[.relatedParties] == "a,b")
    }

    @Test("Global options may stand before the command, too")
    func hoisting() {
        #expect(
            GlobalOptions.hoisted(["--json", "--database", "x.db", "auction", "list"])
                == ["auction", "list", "--json", "--database", "x.db"])
        #expect(
            GlobalOptions.hoisted(["--token=t", "auction", "announce", "L1", "--", "--hi"])
                == ["auction", "announce", "L1", "--token=t", "--", "--hi"])
        #expect(
            GlobalOptions.hoisted(["auction", "list", "--json"]) == ["auction", "list", "--json"])
        #expect(GlobalOptions.hoisted(["--json"]) == ["--json"])
        #expect(GlobalOptions.hoisted(["--help"]) == ["--help"])
    }

    @Test("Every command says what it does, and shows an example")
    func help() throws {
        var commands: [any ParsableCommand.Type] = [Gavel.self]
        var leaves = 0
        while let command = commands.popLast() {
            let configuration = command.configuration
            #expect(!configuration.abstract.isEmpty, "\(command)")
            commands += configuration.subcommands
            guard configuration.subcommands.isEmpty else { continue }
            leaves += 1
            #expect(configuration.discussion.contains("Example: "), "\(command)")
        }
        #expect(leaves >= 33)
    }
}
