/// A lot's commitments, in the order of their acceptance. An array, but for its growth: a lot may have a
/// hundred thousand of them, and what is full is never moved again, nor copied for a change behind it.
public struct Commitments: Hashable, Sendable {
    /// Each with ``chunkLength`` of them.
    private var full: [[Commitment]] = []
    /// The newest, fewer than that.
    private var newest: [Commitment] = []
    public private(set) var count = 0
    /// How many are voided.
    private var voidedCount = 0

    private static let chunkLength = 512

    init() {}

    mutating func append(_ commitment: Commitment) {
        newest.append(commitment)
        count += 1
        if commitment.isVoided { voidedCount += 1 }
        guard newest.count == Self.chunkLength else { return }
        full.append(newest)
        newest = []
        // Who has bid so often goes on.
        newest.reserveCapacity(Self.chunkLength)
    }

    /// The ordinals of those that are voided. Of most lots there are none, and then none has to be looked at.
    var voidedOrdinals: [Int] {
        voidedCount == 0 ? [] : filter(\.isVoided).map(\.ordinal)
    }

    /// The commitment of that ordinal, which is not voided yet, is taken out of the bidding.
    mutating func void(_ ordinal: Int) {
        voidedCount += 1
        let (chunk, index) = ordinal.quotientAndRemainder(dividingBy: Self.chunkLength)
        if chunk < full.count {
            full[chunk][index].isVoided = true
        } else {
            newest[index].isVoided = true
        }
    }
}

extension Commitments: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    /// The commitment of that ordinal.
    public subscript(ordinal: Int) -> Commitment {
        let (chunk, index) = ordinal.quotientAndRemainder(dividingBy: Self.chunkLength)
        return chunk < full.count ? full[chunk][index] : newest[index]
    }
}
