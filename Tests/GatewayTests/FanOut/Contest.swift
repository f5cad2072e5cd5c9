import AuctionRules
import BidService

@testable import Gateway

/// What a contest for one lot leads to: answers to questions, and news to whom a bid displaced.
struct Contest {
    private(set) var answers: [(question: Question, answer: Answer)] = []
    private(set) var notices: [PrivateNotice] = []

    /// - Parameter bids: so many, by two bidders in turn, one of them ann.
    init(bids: Int) throws {
        var house = House()
        let lot = try AuctionID("a")
        let bidders = [try BidderID("ann"), try BidderID(String(repeating: "b", count: 64))]
        let noon = Saleroom.noon
        func perform(_ command: Command) {
            for event in house.decide(command, at: noon).events {
                let leader = house.auctions[lot]?.standing.leader
                house.apply(event, at: noon, recordedAs: EntryHash(words: .init(repeating: 7)))
                guard case .auction(_, let event) = event else { continue }
                notices +=
                    house.auctions[lot]?.privateNotices(after: event, leaderBefore: leader) ?? []
            }
        }
        for bidder in bidders { perform(.addBidder(Bidder(id: bidder))) }
        perform(.createAuction(lot, try Saleroom.terms { _ in }))
        // With none, with one, with one that needs an escape, which is left to the plain way.
        let refs = [nil, "r-1", "\"", String(repeating: "y", count: 64)]
        for number in 0..<bids {
            guard let amount = Amount(minorUnits: Int64(number + 1) * 10_000) else { continue }
            let request = BidRequest(
                bidder: bidders[number % 2], id: try BidID("bid-\(number)"),
                action: .bid(.max, amount: amount))
            perform(.request(request, on: lot))
            guard let reply = house.auctions[lot]?.reply(to: request.key) else { continue }
            let question = Question(
                kind: number % 5 == 4 ? .status : .request, auction: lot, id: request.id,
                ref: refs[number % refs.count])
            answers.append((question, number % 7 == 6 ? .notSeen : .reply(reply)))
        }
    }
}
