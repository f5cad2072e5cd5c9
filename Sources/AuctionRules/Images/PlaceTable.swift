import CMemory

/// Where things stand, by the hashes of their keys. The keys are where the things are, and are compared
/// there: a place takes 8 bytes in here, and with what is free 13 to 26.
///
/// Places that are hashed alike follow each other. The order in the table is the order of the hashes, so
/// that it grows without a look at a key.
struct PlaceTable: Sendable {
    /// The hash's first 24 bits and the place, or ``free``.
    private var slots: [UInt64] = []
    /// How many slots: a power of two, or none. The array knows, too, but would have to be waited for.
    private var size = 0
    private(set) var count = 0

    private static let placeBits: UInt64 = 40
    /// No place is as large: it is one more than a place that is allowed.
    private static let free: UInt64 = (1 << placeBits) - 1
    /// From so many slots on, 4 MiB, a table has large pages: as it is written to all over, it would be had
    /// from the system page by page.
    private static let largeSize = 1 << 19

    init() {}

    mutating func reserve(_ count: Int) {
        var size = max(8, size)
        while count > size / 8 * 5 { size *= 2 }
        if size > self.size { grow(to: size) }
    }

    /// The place of a key.
    ///
    /// - Parameter isAt: whether the key is the one of that place.
    @inline(__always)
    func place(of hash: UInt64, _ isAt: (Int) -> Bool) -> Int? {
        guard size > 0 else { return nil }
        let tag = hash >> Self.placeBits
        return withSlots { slots in
            var index = Self.index(of: tag, in: size)
            while slots[index] & Self.free != Self.free {
                if slots[index] >> Self.placeBits == tag {
                    let place = Int(slots[index] & Self.free)
                    if isAt(place) { return place }
                }
                index = (index &+ 1) & (size &- 1)
            }
            return nil
        }
    }

    /// Has the memory fetched that a look for this hash begins at.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        guard size > 0 else { return }
        let index = Self.index(of: hash >> Self.placeBits, in: size)
        withSlots { memory_prefetch($0.baseAddress?.advanced(by: index)) }
    }

    /// Adds a key that is not in the table.
    ///
    /// - Parameter place: 0 ..< 2^40 - 1.
    mutating func insert(_ hash: UInt64, at place: Int) {
        precondition(place >= 0 && UInt64(place) < Self.free, "There is no such place")
        if count >= size / 8 * 5 { grow(to: max(8, size * 2)) }
        let slot = hash & ~Self.free | UInt64(place)
        slots.withUnsafeMutableBufferPointer { Self.put(slot, into: $0) }
        count += 1
    }

    private mutating func grow(to size: Int) {
        let old = slots
        slots = Array(unsafeUninitializedCapacity: size) { new, count in
            if size >= Self.largeSize {
                memory_prefer_large_pages(new.baseAddress, size * MemoryLayout<UInt64>.stride)
            }
            new.initialize(repeating: Self.free)
            for slot in old where slot & Self.free != Self.free { Self.put(slot, into: new) }
            count = size
        }
        self.size = size
    }

    /// - Parameter slots: all of them, of which one is free at least.
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

    /// The slots, without a look at how many there are.
    @inline(__always)
    private func withSlots<R>(_ body: (UnsafeBufferPointer<UInt64>) -> R) -> R {
        slots.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(start: $0.baseAddress, count: size))
        }
    }
}
