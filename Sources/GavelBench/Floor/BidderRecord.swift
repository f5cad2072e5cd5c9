/// One bidder under load.
struct BidderRecord {
    let lots: [Int]
    var line: PollLine?
    /// The bids that have to be accepted, or in a race may be refused.
    var bids = AnswerBook()
    /// Those that are too low on purpose.
    var lowBids = AnswerBook()
    /// Of the newest acceptance, when there is one lot only.
    var price: Int64 = 0
    /// Frames that are not sent yet.
    var outgoing: [UInt8] = []

    /// The lot of the n-th bid.
    func lot(of number: Int) -> Int { lots[number % lots.count] }
}
