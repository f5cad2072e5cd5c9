/// One bidder's bids, numbered 0, 1, 2 …, and which of them have been answered: each has to be, once.
struct AnswerBook: Hashable, Sendable {
    /// When the n-th bid was due, in nanoseconds; 0 once it is answered.
    private var due: [UInt64] = []
    private(set) var answered = 0

    var made: Int { due.count }
    var open: Int { due.count - answered }

    /// A bid is made.
    ///
    /// - Parameter due: when it was to be made, above 0.
    /// - Returns: its number.
    mutating func bid(due time: UInt64) -> Int {
        due.append(max(1, time))
        return due.count - 1
    }

    /// An answer came.
    ///
    /// - Returns: when the bid was due. Throws for a bid that was never made or is answered.
    mutating func answer(
        _ number: Int64, _ message: @autoclosure () -> String
    ) throws(BenchFault) -> UInt64 {
        guard number >= 0, number < due.count, due[Int(number)] > 0 else {
            throw .wrongAnswer(message())
        }
        defer { due[Int(number)] = 0 }
        answered += 1
        return due[Int(number)]
    }
}
