import Testing

@testable import Gateway

@Suite("A dictionary of which most hold one pair")
struct FewTests {
    @Test("It holds what a dictionary would", arguments: 0..<20)
    func agrees(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var few = Few<Int, Int>()
        var dictionary: [Int: Int] = [:]
        for _ in 0..<500 {
            let key = Int.random(in: 0..<4, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0...3:
                let value = Int.random(in: 0..<100, using: &random)
                few[key] = value
                dictionary[key] = value
            case 4...6:
                few[key] = nil
                dictionary[key] = nil
            default:
                let bound = Int.random(in: 0..<50, using: &random)
                few.removeAll { $0 < bound }
                dictionary = dictionary.filter { $0.value >= bound }
            }
            #expect(few.count == dictionary.count)
            #expect(few.isEmpty == dictionary.isEmpty)
            #expect(few.keys.sorted() == dictionary.keys.sorted())
            #expect(few.values.sorted() == dictionary.values.sorted())
            #expect((0..<4).allSatisfy { few[$0] == dictionary[$0] })
            #expect(few.any.map { dictionary.values.contains($0) } ?? dictionary.isEmpty)
        }
    }
}
