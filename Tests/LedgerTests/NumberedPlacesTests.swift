import Ledger
import Testing

@Suite struct NumberedPlacesTests {
    @Test("It holds what a dictionary would, through its growth", arguments: 1...8)
    func agrees(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var places = NumberedPlaces()
        var dictionary: [Int: Int] = [:]
        // Neighbours, and numbers that share a slot.
        let stride = [1, 3, 512, 4096][Int(seed % 4)]
        for place in 0..<3000 {
            let number = Int.random(in: 0..<6000, using: &random) * stride
            #expect(places[number] == dictionary[number])
            guard dictionary[number] == nil else { continue }
            places.insert(number, at: place)
            dictionary[number] = place
        }
        for (number, place) in dictionary { #expect(places[number] == place) }
        #expect(places[6000 * stride] == nil)
    }
}
