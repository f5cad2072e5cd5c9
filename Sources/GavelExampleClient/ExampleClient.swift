import AuctionRules
import Foundation
import GavelClient
import WireProtocol

/// A whole client, to be read and copied: it bids once on a lot, up to an amount, and tells what
/// happens until the lot has ended.
///
///     GAVEL_TOKEN=gvl_… gavel-example-client http://127.0.0.1:8080 vase 5000
///
/// The amount is in minor units: 5000 is 50.00 dollars. Run it again after a crash: it goes on where
/// it was, and doesn't bid twice.
@main
struct ExampleClient {
    let client: GavelClient
    let lot: AuctionID
    let amount: Amount

    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let minorUnits = Int64(arguments[3]),
            let amount = Amount(minorUnits: minorUnits),
            let token = ProcessInfo.processInfo.environment["GAVEL_TOKEN"]
        else {
            complain("Usage: GAVEL_TOKEN=… gavel-example-client SERVER LOT AMOUNT")
            exit(2)
        }
        do {
            let lot = try AuctionID(arguments[2])
            let configuration = GavelClient.Configuration(try Endpoint(arguments[1]), token: token)
            try await GavelClient.with(configuration) { client in
                try await ExampleClient(client: client, lot: lot, amount: amount).run()
            }
        } catch {
            complain("\(error)")
            exit(1)
        }
    }

    func run() async throws {
        // From here on no change of the lot is missed, whatever happens to the connection.
        let updates = await client.watch(.auction(lot), feed: .full)
        let settlement = Task { try await settle() }
        defer { settlement.cancel() }
        let isTaken = try await bid()
        let outcome = try await follow(updates)
        // What concerns one bidder alone comes after what everybody is told.
        if isTaken, outcome != "withdrawn" { say(try await settlement.value) }
    }

    /// Bids, until it is known what became of it.
    private func bid() async throws -> Bool {
        // The id follows from what is wanted, so that another run asks for the same bid.
        let bid = BidMessage(
            auction: lot, id: try BidID("example-\(amount.minorUnits)"), amount: amount)
        while true {
            let outcome: BidOutcome
            do {
                outcome = try await client.bid(bid)
            } catch {
                guard error == .unknownOutcome else { throw error }
                // Under the same id it counts once, however often it is sent.
                say("no answer yet, asking again")
                continue
            }
            switch outcome {
            case .accepted(let accepted):
                say(accepted.acceptance.isLeading == true ? "accepted, leading" : "accepted")
                return true
            case .rejected(let rejected):
                say("refused: \(rejected.code): \(rejected.message)")
                return false
            case .retracted: return false
            }
        }
    }

    /// Shows every change of the lot.
    ///
    /// - Returns: how it ended.
    private func follow(_ updates: WatchUpdates) async throws -> String? {
        for try await update in updates {
            switch update {
            case .snapshot(let snapshot):
                say("\(snapshot.lot.title) is \(snapshot.lot.status)")
                if let outcome = snapshot.lot.outcome { return outcome }
            case .price(let price):
                let units = price.price.map { "\($0.minorUnits)" } ?? "unknown"
                say("price \(units), \(price.leader ?? "nobody") leads")
            case .status(let status):
                say("the lot is \(status.status)")
                if let outcome = status.outcome { return outcome }
            case .notice(let notice): say("notice: \(notice.text)")
            case .watching: say("live")
            case .missed(_, let changes): say("missed changes \(changes)")
            case .disconnected(let reason, let delay):
                say("disconnected (\(reason)); what is shown may be old. Back in \(delay)")
            }
        }
        return nil
    }

    /// Tells what concerns this bidder alone.
    ///
    /// - Returns: whether the lot is won.
    private func settle() async throws -> String {
        for try await message in client.privateMessages {
            switch message {
            case .outbid(let outbid) where outbid.auction == lot: say("outbid")
            case .won(let won) where won.auction == lot:
                return "won, \(won.due?.minorUnits ?? 0) is due"
            case .lost(let lost) where lost.auction == lot: return "lost"
            default: break
            }
        }
        throw CancellationError()
    }
}

/// Prints a line at once, also into a pipe.
private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

private func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
