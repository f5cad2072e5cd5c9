/// Where in a list each of a batch's lots stands, by its number in the house.
///
/// A dictionary, but for its hash and its growth: nearly every bid may be on another lot of a thousand, and is
/// looked for in two of these.
package struct NumberedPlaces: Sendable {
    /// Half as large as with integers of the usual size: each batch has new ones, and they have to be cleared.
    private struct Slot {
        /// Plus 1; 0: the slot is free.
        var number: UInt32 = 0
        var place: UInt32 = 0
    }

    /// As many as a power of two, and never full.
    private var slots: [Slot] = []
    private var count = 0

    /// A lone bid's batch has one lot.
    private static let slotsMin = 16

    package init() {}

    /// Where it stands; nil when it is not there.
    package subscript(number: Int) -> Int? {
        guard !slots.isEmpty else { return nil }
        let slot = slots[slot(of: Self.key(number))]
        return slot.number == 0 ? nil : Int(slot.place)
    }

    /// Takes a number in that is not there yet.
    package mutating func insert(_ number: Int, at place: Int) {
        if 2 * count >= slots.count { grow() }
        count += 1
        let key = Self.key(number)
        slots[slot(of: key)] = Slot(number: key, place: UInt32(place))
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: max(Self.slotsMin, 4 * old.count))
        for taken in old where taken.number != 0 { slots[slot(of: taken.number)] = taken }
    }

    /// A house has no four thousand million lots.
    private static func key(_ number: Int) -> UInt32 { UInt32(number + 1) }

    /// The slot that has the number, or a free one for it: there always is one.
    private func slot(of key: UInt32) -> Int {
        slots.withUnsafeBufferPointer { slots in
            // Lots that are bid on together were often made together: their slots are neighbours.
            var index = Int(key) & (slots.count - 1)
            while slots[index].number != 0, slots[index].number != key {
                index = (index + 1) & (slots.count - 1)
            }
            return index
        }
    }
}
