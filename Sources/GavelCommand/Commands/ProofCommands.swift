import ArgumentParser
import AuctionRules
import Foundation
import GavelClient
import Proof
import StrictJSON

struct ProofCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proof", abstract: "Check what a server has signed.",
        subcommands: [CheckProof.self, ShowKeys.self])
}

struct CheckProof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a receipt or a certificate that was saved.",
        discussion: """
            Without --keys the server is asked for its keys. Keys that prove something against a \
            server are those that were saved earlier, with "gavel proof keys --json".

            Ends with 5 when something is not what the server signed.

            Example: gavel proof check receipt.json --keys keys.json
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A receipt or a certificate, as JSON.", completion: .file())
    var file: String
    @Option(help: ArgumentHelp("The server's keys, as JSON.", valueName: "file"))
    var keys: String?

    func run() async throws {
        let object = try ProofFile.read(file)
        let keys = try await keySet()
        let printer = ProofPrinter(console: .standardOutput(), isJSON: global.json)
        do {
            // A certificate has two statements in it, a receipt is one.
            let members = ["certificate", "late"].compactMap { object[$0]?.asObject }
            for member in members.isEmpty ? [object] : members {
                let signed = try SignedStatement(member)
                try printer.print(signed, head: signed.verify(with: keys))
            }
        } catch {
            throw CommandFailure(.damage, "\(file): \(error)")
        }
    }

    private func keySet() async throws -> KeySet {
        guard let keys else { return try await ProofClient.keys(of: try Place(global)) }
        do { return try KeySet(try ProofFile.read(keys)) } catch let fault as ProofFault {
            throw CommandFailure.usage("\(keys): \(fault)")
        }
    }
}

struct ShowKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Show every key that the server has signed with.",
        discussion: "Example: gavel proof keys --json > keys.json")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let keys = try await ProofClient.keys(of: try Place(global))
        let console = Console.standardOutput()
        guard !global.json else {
            var writer = JSONWriter()
            keys.encode(into: &writer)
            return console.print(json: writer.bytes)
        }
        var table = Table([
            .init(heading: "KEY"), .init(heading: "FROM"), .init(heading: "UNTIL"),
            .init(heading: "PUBLIC KEY"),
        ])
        for key in keys.keys {
            table.add([
                .init(key.key.id, key.until == nil ? .strong : .plain),
                .init(TimeText.format(key.from)), .init(key.until.map(TimeText.format) ?? "–"),
                .init(key.key.hex),
            ])
        }
        console.print(table)
    }
}

extension ProofClient {
    /// Of the server that runs at the place.
    static func keys(of place: Place) async throws(CommandFailure) -> KeySet {
        do { return try await ProofClient(place.bidding, trust: place.trust).keys() } catch {
            throw place.failure(error)
        }
    }
}

/// Files with what a server has signed.
enum ProofFile {
    /// A certificate with its thousand late bids takes some KiB, one with many extensions more.
    private static let bytesMax = 64 << 20

    static func read(_ path: String) throws(CommandFailure) -> JSONObject {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: bytesMax + 1)
        else {
            throw CommandFailure(.notFound, "\(path) can't be read: check the path.")
        }
        guard data.count <= bytesMax, let object = (try? JSONValue(parsing: data))?.asObject else {
            throw .usage("\(path) is no JSON object: give what a server has signed.")
        }
        return object
    }

    /// Writes an object to a new file; never over one that is there.
    static func write(_ object: JSONObject, to path: String) throws(CommandFailure) {
        var writer = JSONWriter()
        writer.value(.object(object))
        do {
            try Data(writer.bytes + [UInt8(ascii: "\n")])
                .write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch {
            throw CommandFailure(
                .internalError, "\(path) can't be written: \(error.localizedDescription)")
        }
    }
}
