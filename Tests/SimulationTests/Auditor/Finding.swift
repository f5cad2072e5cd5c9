import AuctionRules

/// A promise that was broken.
struct Finding: Hashable, Sendable, CustomStringConvertible {
    enum Promise: String, Hashable, Sendable {
        case unreadable = "what the server says can be read"
        case staysDown = "the server comes back when its disk is sound"
        case sameReply = "a request gets one final verdict, word for word"
        case verdictGiven = "a request that is repeated gets its verdict"
        case kept = "what was acknowledged is in the log, once and where it was said to be"
        case asked = "only what was asked for is in the log"
        case nothingHappened = "of what is unavailable nothing happens"
        case oneTruth = "everybody is told the same of each change"
        case published = "nothing is published that is not in the log"
        case noHole = "a watcher hears of each change, in order"
        case secret = "nobody hears what is for somebody else"
        case inTime = "no bid is taken at or after its lot's end"
        case oneWinner = "a lot has one winner"
        case price = "the leader is the earliest highest, and the price is between him and the next"
        case numbered = "changes are numbered without a hole"
        case forward = "time never runs backwards in the log"
        case onlyGrows = "what was in the log stays in it"
        case tables = "the tables say what the log says"
        case signed = "what was signed is in the log, and stays there"
        case receiptGiven = "who asks for a receipt of a verdict gets one"
        case certified = "a lot that is closed has its signed certificate"
    }

    let promise: Promise
    let detail: String

    var description: String { "Broken: \(promise.rawValue). \(detail)" }
}

/// A request's name: what it is known by.
struct RequestName: Hashable, Comparable, CustomStringConvertible {
    let auction: AuctionID
    let bidder: BidderID
    let id: BidID

    static func < (left: RequestName, right: RequestName) -> Bool {
        (left.auction, left.bidder, left.id) < (right.auction, right.bidder, right.id)
    }

    var description: String { "\(bidder)'s \(id) on \(auction)" }
}
