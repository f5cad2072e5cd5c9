import AuctionRules
import GavelClient
import WireProtocol

/// Somebody who bids on all lots of a round as fast as he is answered, until his connection breaks.
struct CrashBidder: Sendable {
    let name: String
    let token: String
    let round: Int
    /// The last one is this round's own, and closes during it or soon after.
    let lots: [String]

    /// So many are on their way at most.
    private static let window = 16
    static let bidsMax = 4000

    /// Everything about a bid follows from the round and its number, so that it can be sent again.
    func frame(_ number: Int) throws -> ClientFrame {
        guard let amount = Amount(minorUnits: Self.amount(round, number))
        else { throw Failure("no amount") }
        return ClientFrame(
            .bid(
                BidMessage(
                    auction: try AuctionID(lots[number % lots.count]), id: try BidID(id(number)),
                    amount: amount)))
    }

    /// In minor units: each round's are higher than all before.
    static func amount(_ round: Int, _ number: Int) -> Int64 {
        Int64(round * bidsMax + number) * 10 + 1000
    }

    func id(_ number: Int) -> String { "r\(round)-\(name)-\(number)" }

    /// - Returns: the number up to which bids were sent; what is not among the told has no verdict.
    func bid(on server: TestServer, into told: ToldBids) async -> Int {
        guard let connection = try? await server.connect(token: token) else { return 0 }
        var sent = 0
        var open = 0
        do {
            var messages = connection.messages.makeAsyncIterator()
            while sent < Self.bidsMax {
                while open < Self.window {
                    let frame = try frame(sent)
                    sent += 1
                    open += 1
                    try await connection.sendAndWait(frame)
                }
                guard let message = try await messages.next()?.message else { return sent }
                guard let id = message.finalVerdictID else { continue }
                open -= 1
                told.note(.init(id: id, verdict: message), to: name)
            }
        } catch {
            // The server was killed; that is what this is about.
        }
        return sent
    }
}
