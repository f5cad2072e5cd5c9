/// Where things stand, by the hashes of their keys. The keys are where the things are, and are compared
/// there: a place takes 8 bytes in here, and with what is free 13 to 26.
///
/// Places that are hashed alike follow each other. The order in the table is the order of the hashes, so
/// that it grows without a look at a key.
struct PlaceTable: Sendable {
    /// The hash's first 24 bits and the place, or ``free``. A power of two of them, or none.
    private var slots: [UInt64] = []
    private(set) var count = 0

    private static let placeBits: UInt64 = 40
    /// No place is as large: it is one more than a place that is allowed.
    private static let free: UInt64 = (1 << placeBits) - 1

    init() {}

    mutating func reserve(_ count: Int) {
        var size = max(8, slots.count)
        while count > size / 8 * 5 { size *= 2 }
        if size > slots.count { grow(to: size) }
    }

    /// The place of a key.
    ///
    /// - Parameter isAt: whether the key is the one of that place.
    @inline(__always)
    func place(of hash: UInt64, _ isAt: (Int) -> Bool) -> Int? {
        guard !slots.isEmpty else { return nil }
        let tag = hash >> Self.placeBits
        return slots.withUnsafeBufferPointer { slots in
            var index = Self.index(of: tag, in: slots.count)
            while slots[index] & Self.free != Self.free {
                if slots[index] >> Self.placeBits == tag {
                    let place = Int(slots[index] & Self.free)
                    if isAt(place) { return place }
                }
                index = (index &+ 1) & (slots.count &- 1)
            }
            return nil
        }
    }

    /// Adds a key that is not in the table.
    ///
    /// - Parameter place: 0 ..< 2^40 - 1.
    mutating func insert(_ hash: UInt64, at place: Int) {
        precondition(place >= 0 && UInt64(place) < Self.free, "There is no such place")
        if count >= slots.count / 8 * 5 { grow(to: max(8, slots.count * 2)) }
        put(hash & ~Self.free | UInt64(place))
        count += 1
    }

    private mutating func grow(to size: Int) {
        var new = Array(repeating: Self.free, count: size)
        new.withUnsafeMutableBufferPointer { new in
            for slot in slots where slot & Self.free != Self.free { Self.put(slot, into: new) }
        }
        slots = new
    }

    private mutating func put(_ slot: UInt64) {
        slots.withUnsafeMutableBufferPointer { Self.put(slot, into: $0) }
    }

    /// - Parameter slots: have one that is free.
    @inline(__always)
    private static func put(_ slot: UInt64, into slots: UnsafeMutableBufferPointer<UInt64>) {
        var index = index(of: slot >> placeBits, in: slots.count)
        while slots[index] & free != free { index = (index &+ 1) & (slots.count &- 1) }
        slots[index] = slot
    }

    /// The tag as a fraction of the table.
    @inline(__always)
    private static func index(of tag: UInt64, in size: Int) -> Int {
        let bits = size.trailingZeroBitCount
        return bits <= 24 ? Int(tag >> UInt64(24 - bits)) : Int(tag << UInt64(bits - 24))
    }
}
