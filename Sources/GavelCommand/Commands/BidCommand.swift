import ArgumentParser
import AuctionRules
import Foundation
import GavelClient
import WireProtocol

struct BidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bid", abstract: "Place a bid over the WebSocket.",
        discussion: """
            The token is the bidder's (see "gavel bidder token"). Repeating a bid under the same \
            --id is safe: it gets the same answer.

            Goes to --server, else to the server that runs on the database, else to \
            http://127.0.0.1:8080.

            Example: gavel bid L1 --amount 120.50 --token $TOKEN
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID
    @Option(help: ArgumentHelp("How much, in the lot's currency.", valueName: "amount"))
    var amount: String
    @Flag(help: "Bid exactly this, instead of up to it.")
    var exact = false
    @Flag(help: "Bid it though it is far above the minimum.")
    var confirm = false
    @Option(
        help: ArgumentHelp(
            "For a live-room lot on the block: the number of the ask that the bid answers.",
            valueName: "n"))
    var askSeq: Int64?
    @Option(
        help: ArgumentHelp("The bid's own id (default: one is made up).", valueName: "id"),
        transform: { try ValueText.identifier($0) as BidID })
    var id: BidID?
    @Option(
        help: ArgumentHelp("Save a signed receipt to this new file.", valueName: "file"),
        completion: .file())
    var receipt: String?

    func run() async throws {
        if let receipt, access(receipt, F_OK) == 0 {
            throw CommandFailure.usage(
                "--receipt: \(receipt) exists: a receipt never overwrites, take another name")
        }
        let place = try Place(global)
        guard let token = place.token else {
            throw CommandFailure.usage(
                "a bid needs --token (or GAVEL_TOKEN): make one with \"gavel bidder token BIDDER\"")
        }
        var configuration = GavelClient.Configuration(place.bidding, token: token)
        configuration.connection.trust = place.trust
        let client = GavelClient(configuration)
        let outcome: BidOutcome
        let lot: PublicLot
        do {
            lot = try await Self.lot(auction, from: client)
            outcome = try await client.bid(try message(on: lot))
        } catch {
            await client.close()
            throw (error as? GavelClientError).map(place.failure) ?? error
        }
        await client.close()
        // Before a refusal ends the command: that has one, too.
        if let receipt { try save(outcome.receipt, to: receipt) }
        try report(outcome, on: lot)
    }

    private func message(on lot: PublicLot) throws -> BidMessage {
        guard let currency = Currency(code: lot.currency), currency.exponent == lot.exponent else {
            throw CommandFailure(
                .internalError,
                "The lot is sold in \(lot.currency), which this Gavel does not know.")
        }
        let amount = try reading("--amount") { try ValueText.amount(self.amount, in: currency) }
        let id = try id ?? BidID("cli-" + UUID().uuidString.lowercased())
        return BidMessage(
            auction: auction, id: id, amount: amount, kind: exact ? .exact : .max,
            currency: currency.code, askSeq: askSeq, isConfirmed: confirm,
            wantsReceipt: receipt != nil)
    }

    private func save(_ receipt: ServerMessage.Receipt?, to path: String) throws {
        guard let receipt else {
            return Console.complain("gavel: warning: the server gave no receipt")
        }
        do { try ProofFile.write(receipt.content, to: path) } catch {
            // The bid stands all the same.
            Console.complain(
                "gavel: warning: \(error.message); the same bid with --id \(receipt.id) gets it again"
            )
        }
    }

    private static let attemptsMax = 5

    /// The lot as it stands; what the amount is read by.
    private static func lot(
        _ auction: AuctionID, from client: GavelClient
    ) async throws -> PublicLot {
        var attempts = 0
        for try await update in await client.watch(.auction(auction)) {
            switch update {
            case .snapshot(let snapshot): return snapshot.lot
            // It comes back by itself, if the server lets it.
            case .disconnected(let reason, _):
                attempts += 1
                guard attempts < Self.attemptsMax else {
                    throw GavelClientError.connectionClosed(reason)
                }
            default: continue
            }
        }
        throw CommandFailure(.unreachable, "The server went away.")
    }

    private func report(_ outcome: BidOutcome, on lot: PublicLot) throws {
        let console = Console.standardOutput()
        switch outcome {
        case .accepted(let accepted):
            guard !global.json else {
                return console.print(json: ServerFrame(.bidAccepted(accepted)).encoded())
            }
            let acceptance = accepted.acceptance
            let standing: String
            switch acceptance.isLeading {
            case true?: standing = "you lead"
            case false?: standing = "you are outbid"
            case nil:
                standing =
                    lot.block == nil
                    ? "your bid is sealed" : "your absentee bid waits for the block"
            }
            var words = ["accepted: \(standing)"]
            if let price = acceptance.price {
                words.append("price \(lot.text(price)) \(lot.currency)")
            }
            if let minimum = acceptance.minimum {
                words.append("minimum \(lot.text(minimum))")
            }
            console.print(words.joined(separator: ", ") + "  [\(accepted.id)]")
        case .rejected(let rejected):
            if global.json {
                console.print(json: ServerFrame(.bidRejected(rejected)).encoded())
            }
            let minimum = rejected.minimum.map { " (\(lot.text($0)) \(lot.currency))" } ?? ""
            throw CommandFailure(
                rejected.code == "unknown_auction" ? .notFound : .refused, code: rejected.code,
                rejected.message + minimum)
        case .retracted:
            throw CommandFailure(.internalError, "The server took the bid for a retraction.")
        }
    }
}

extension BidOutcome {
    fileprivate var receipt: ServerMessage.Receipt? {
        switch self {
        case .accepted(let accepted): accepted.receipt
        case .rejected(let rejected): rejected.receipt
        case .retracted: nil
        }
    }
}

extension Place {
    /// Where bidders and watchers connect: the server named, the one that runs on the database, or
    /// the usual address.
    var bidding: Endpoint {
        switch location {
        case .server(let endpoint): return endpoint
        case .database(let path):
            let socket = Self.socketPath(besideDatabase: path)
            if LocalSocket.isAlive(socket) { return .unix(path: socket) }
            let standard = ListenAddress.standard
            return .tcp(host: standard.host, port: standard.port)
        }
    }

    /// As the error says, and what to do where no server runs on the database.
    func failure(_ error: GavelClientError) -> CommandFailure {
        guard case .cannotConnect = error, case .database(let path) = location,
            case .tcp = bidding
        else { return CommandFailure(error) }
        return CommandFailure(
            .unreachable,
            "\(error), and no server runs on \(path): start one with \"gavel serve\", or say where "
                + "one runs with --database or --server.")
    }
}
