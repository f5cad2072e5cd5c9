import ArgumentParser
import AuctionRules
import BidService
import Foundation
import WireProtocol

struct ImportAuctions: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Create the lots of a catalogue, all or none.",
        discussion: """
            FILE is CSV or YAML, by its name's end. Every fault is named with its line, and then \
            nothing is created.

            CSV begins with a heading; each further row is a lot. The fields are those of "gavel \
            auction create":

            \(LotField.names).

            title and start are needed, and closes (which may be "none"). Several \
            soft_close_stages or related_parties share a cell, with blanks between. An empty cell \
            is as good as none.

            YAML is a list of lots with these fields, or "auctions:" with such a list and \
            "defaults:" with the fields that its lots share.

            Example: gavel auction import spring.csv, with
              title,start,closes,currency,reserve,soft_close
              "Vase, Ming",120,+2h,EUR,500,catawiki
              Chair,40,+2h,EUR,,catawiki
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The catalogue, .csv, .yaml or .yml.", completion: .file())
    var file: String

    func command(
        by administrator: any Administrator, now: Instant
    ) async throws(CommandFailure) -> AdminCommand {
        .importAuctions(try catalogue(now: now).lots)
    }

    /// Before anything is asked of anybody, the file must be sound; and what the rules object to is
    /// told by the file's lines, too.
    func run() async throws {
        let now = SystemClock().now()
        let catalogue = try catalogue(now: now)
        let administrator = try await Administrators.open(try Place(global), onlyReads: false)
        let answer: AdminAnswer
        let sign = WaitingSign(
            "Creating \(catalogue.lots.count) lots", isQuiet: global.json)
        do {
            answer = try await sign.during { () throws(CommandFailure) in
                try await administrator.perform(.importAuctions(catalogue.lots))
            }
        } catch {
            await administrator.close()
            throw located(error, in: catalogue)
        }
        await administrator.close()
        try show(
            answer, on: AnswerPrinter(console: .standardOutput(), isJSON: global.json, now: now))
    }

    private func located(_ failure: CommandFailure, in catalogue: Catalogue) -> CommandFailure {
        guard !failure.items.isEmpty else { return failure }
        let lines = failure.items.map { item in
            let line =
                catalogue.lines.indices.contains(item.index) ? catalogue.lines[item.index] : 0
            return "\(file):\(line): \(item.code): \(item.message)"
        }
        return CommandFailure(
            failure.status, code: failure.code,
            (["Nothing was created: the rules object to \(lines.count) of the lots."] + lines)
                .joined(separator: "\n"))
    }

    private func catalogue(now: Instant) throws(CommandFailure) -> Catalogue {
        guard let kind = CatalogueFile.Kind(path: file) else {
            throw .usage("\(file): a catalogue's name ends in .csv, .yaml or .yml")
        }
        let bytes = try FileBytes.read(file, max: CatalogueFile.bytesMax)
        let bar = ProgressBar("Reading \(file)", isQuiet: global.json)
        defer { bar.clear() }
        do {
            return try CatalogueFile.parse(bytes, as: kind, now: now) { bar.note($0, of: $1) }
        } catch {
            let lines = error.list.prefix(Self.faultsShownMax).map { "\(file):\($0)" }
            let hidden = error.list.count - lines.count
            throw .usage(
                (["Nothing was created: the catalogue has faults."] + lines
                    + (hidden > 0 ? ["and \(hidden) more"] : [])).joined(separator: "\n"))
        }
    }

    /// More than anybody mends at once.
    private static let faultsShownMax = 100
}

/// Files of a bounded size, read whole.
enum FileBytes {
    /// - Parameter max: one byte more is read, so that the caller sees that there is more.
    static func read(_ path: String, max: Int) throws(CommandFailure) -> [UInt8] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure(.notFound, "There is no file \(path).")
        }
        guard !isDirectory.boolValue, let handle = FileHandle(forReadingAtPath: path) else {
            throw .usage("\(path) can't be read: check that it is a file, and its permissions.")
        }
        defer { try? handle.close() }
        do {
            var bytes: [UInt8] = []
            // Read in parts: a pipe gives what it has, not what was asked for.
            while bytes.count <= max, let part = try handle.read(upToCount: max + 1 - bytes.count) {
                guard !part.isEmpty else { break }
                bytes += part
            }
            return bytes
        } catch {
            throw .usage("\(path) can't be read: \(error.localizedDescription)")
        }
    }
}
