/// One lot under load: what was bid on it, and when.
struct LotRecord: Sendable {
    /// What a bid's message begins with, up to the number.
    let bidHead: [UInt8]
    /// The newest change before the first bid.
    var base: Int64 = 0
    /// How many bids were made that have to be accepted.
    var made = 0
    /// How many of them were accepted.
    var accepted = 0
    /// When the n-th of them was due.
    var due: [UInt64] = []
    /// How many watchers have its change.
    var reached: [Int32] = []
    /// How many watch the lot.
    var watchers: Int32 = 0

    init(name: String) {
        bidHead = Array(#"{"type":"bid","auction":"\#(name)","id":""#.utf8)
    }

    /// The newest change that watchers have to get.
    var newest: Int64 { base + Int64(made) }

    /// Which bid made a change; nil: none of ours.
    func bid(of seq: Int64) -> Int? {
        let number = seq - base - 1
        return number >= 0 && number < due.count ? Int(number) : nil
    }
}
