/// Who bids on what and who watches what.
struct FloorPlan: Sendable {
    /// What every lot's name begins with; the rest is its number.
    let prefix: String
    let lots: Int
    /// Whether somebody holds a huge max on each lot, so that each bid moves the price.
    let isEnglish: Bool
    /// The lots of each bidder, which it bids on in turn.
    let bidderLots: [[Int]]
    let watchers: Int
    /// The sale that every watcher watches; nil: the n-th watches one lot, the n-th and round again.
    let watchedSale: String?
    /// Bidders share lots, so that some of their bids come too late and are too low.
    let isRace: Bool
    /// A bid in so many is too low on purpose; 0: none.
    let lowEvery: Int
    /// How many lots, from the first, end while it is measured.
    let ending: Int
    /// Whether the ends of lots are compared with this machine's clock, which is the server's.
    let hasServersClock: Bool

    /// How many lots' changes a watcher is sent.
    var watched: Int { watchedSale == nil ? 1 : lots }

    /// The lot that a watcher watches first.
    func lot(ofWatcher number: Int) -> Int { watchedSale == nil ? number % lots : 0 }

    func name(of lot: Int) -> String { "\(prefix)\(lot)" }

    /// What is sent to watch.
    func watchMessage(of watcher: Int) -> String {
        if let watchedSale {
            return #"{"type":"watch","sale":"\#(watchedSale)","feed":"full"}"#
        }
        return #"{"type":"watch","auction":"\#(name(of: lot(ofWatcher: watcher)))","feed":"full"}"#
    }

    /// So many bidders on so many lots: each has lots of its own, or shares one with others.
    static func share(lots: Int, among bidders: Int) -> [[Int]] {
        (0..<bidders).map { bidder in
            lots >= bidders ? Array(stride(from: bidder, to: lots, by: bidders)) : [bidder % lots]
        }
    }
}
