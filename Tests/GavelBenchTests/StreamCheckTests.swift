import Testing

@testable import GavelBench

/// What a lying server would send: the checker has to notice each lie.
@Suite("A watcher's stream")
struct StreamCheckTests {
    enum Step: Hashable {
        case snapshot(Int64, price: Int64?, endsAt: Int64?)
        case price(Int64, Int64)
        case end(Int64, at: Int64)
    }

    /// Plays the steps; the first fault, if any.
    private func fault(in steps: [Step]) -> BenchFault? {
        var check = StreamCheck()
        for step in steps {
            do throws(BenchFault) {
                switch step {
                case .snapshot(let seq, let price, let endsAt):
                    try check.begin(lot: "L", seq: seq, price: price, endsAt: endsAt)
                case .price(let seq, let price):
                    try check.note(
                        lot: "L", seq: seq, price: price, endsAt: nil, ends: false, at: 0)
                case .end(let seq, let at):
                    try check.note(lot: "L", seq: seq, price: nil, endsAt: nil, ends: true, at: at)
                }
            } catch { return error }
        }
        return nil
    }

    private static let start = Step.snapshot(7, price: 100, endsAt: 5000)

    @Test("What is right passes")
    func right() {
        let steps: [Step] = [
            Self.start, .price(8, 100), .price(9, 300), .price(10, 300), .end(11, at: 5000),
        ]
        #expect(fault(in: steps) == nil)
        #expect(
            fault(in: [.snapshot(0, price: nil, endsAt: nil), .price(1, 1), .end(2, at: 3)]) == nil)
    }

    @Test(
        "What is wrong does not",
        arguments: [
            ([start, .price(9, 300)], BenchFault.wrongChange(lot: "L", expected: 8, got: 9)),
            ([start, .price(8, 300), .price(8, 300)], .wrongChange(lot: "L", expected: 9, got: 8)),
            (
                [start, .price(8, 300), .price(10, 400), .price(9, 500)],
                .wrongChange(lot: "L", expected: 9, got: 10)
            ),
            ([start, .price(7, 100)], .wrongChange(lot: "L", expected: 8, got: 7)),
            ([.price(1, 100)], .wrongChange(lot: "L", expected: 0, got: 1)),
            ([start, start], .wrongChange(lot: "L", expected: 8, got: 7)),
            ([start, .price(8, 99)], .priceFell(lot: "L", from: 100, to: 99)),
            ([start, .price(8, 300), .price(9, 299)], .priceFell(lot: "L", from: 300, to: 299)),
            ([start, .end(8, at: 4999)], .closedEarly(lot: "L", endsAt: 5000, at: 4999)),
            ([start, .end(8, at: 5000), .price(9, 300)], .changeAfterEnd(lot: "L", seq: 9)),
            ([start, .end(8, at: 5000), .end(9, at: 5001)], .changeAfterEnd(lot: "L", seq: 9)),
        ])
    func wrong(steps: [Step], expected: BenchFault) {
        #expect(fault(in: steps) == expected)
    }
}

@Suite("A bidder's answers")
struct AnswerBookTests {
    @Test("Each bid is answered once, in whatever order, and gives its time back")
    func right() throws {
        var book = AnswerBook()
        let numbers = (1...4).map { book.bid(due: UInt64($0) * 10) }
        #expect(numbers == [0, 1, 2, 3])
        #expect(book.open == 4)
        for number in [2, 0, 3, 1] as [Int64] {
            #expect(try book.answer(number, "") == UInt64(number + 1) * 10)
        }
        #expect(book.open == 0)
        #expect(book.answered == 4)
    }

    @Test("A second answer, and one to nothing, is a fault", arguments: [0, 1, 2, -1, 1 << 40])
    func wrong(number: Int64) throws {
        var book = AnswerBook()
        _ = book.bid(due: 0)
        _ = book.bid(due: 5)
        _ = try book.answer(0, "")
        _ = try book.answer(1, "")
        #expect(throws: BenchFault.wrongAnswer("text")) { try book.answer(number, "text") }
        #expect(book.answered == 2)
    }
}
