/// The steps by which a price rises: half-open bands `[from, step]`, in minor units.
///
/// Valid when the first band starts at 0, starts rise strictly, steps are positive and never fall
/// as the price rises (rulebook, section 1).
public struct IncrementTable: Hashable, Sendable {
    /// From the price `from` on, the increment is `step`, until the next band starts.
    public struct Band: Hashable, Sendable {
        public let from: Int64
        public let step: Amount

        public init(from: Int64, step: Amount) {
            self.from = from
            self.step = step
        }
    }

    public let bands: [Band]

    /// The most bands that a table may have: more is a mistake, and every price looks them up.
    public static let bandsMax = 64

    /// Checks the table; throws the first rule that it breaks.
    public init(bands: [Band]) throws(IncrementTableFault) {
        guard let first = bands.first else { throw .empty }
        guard bands.count <= Self.bandsMax else { throw .tooManyBands(bands.count) }
        guard first.from == 0 else { throw .firstBandNotAtZero(first.from) }
        for (lower, upper) in zip(bands, bands.dropFirst()) {
            guard upper.from > lower.from else { throw .startsNotRising(upper.from) }
            guard upper.from <= Amount.largest.minorUnits else { throw .startTooLarge(upper.from) }
            guard upper.step >= lower.step else { throw .stepFalls(atFrom: upper.from) }
        }
        self.bands = bands
    }

    /// One step for every price.
    public init(flat step: Amount) {
        bands = [Band(from: 0, step: step)]
    }

    /// The step of the last band whose `from` is at most `price`.
    public func increment(at price: Amount) -> Amount {
        var step = bands[0].step
        for index in 1..<max(1, bands.count) {
            guard bands[index].from <= price.minorUnits else { break }
            step = bands[index].step
        }
        return step
    }

    /// Whether `amount` is a rung of the ladder that starts at `start` and climbs by the table:
    /// `start`, `start + increment(start)`, and so on.
    public func isOnLadder(_ amount: Amount, from start: Amount) -> Bool {
        var rung = start.minorUnits
        for (index, band) in bands.enumerated() {
            let end = index + 1 < bands.count ? bands[index + 1].from : Int64.max
            guard rung < end else { continue }
            // All rungs of this band are `rung + n * step`; the first at or past `end` starts the
            // next one. Rungs and steps are at most 2^53, so nothing here overflows.
            let step = band.step.minorUnits
            let target = amount.minorUnits
            guard target >= rung else { return false }
            guard end <= target else { return (target - rung) % step == 0 }
            rung += (end - rung + step - 1) / step * step
        }
        return rung == amount.minorUnits
    }
}

/// Why a list of bands is no increment table.
public enum IncrementTableFault: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case tooManyBands(Int)
    case firstBandNotAtZero(Int64)
    case startsNotRising(Int64)
    case startTooLarge(Int64)
    case stepFalls(atFrom: Int64)

    public var description: String {
        switch self {
        case .empty: "an increment table needs at least one band"
        case .tooManyBands(let count):
            "an increment table has at most \(IncrementTable.bandsMax) bands, this one has \(count)"
        case .firstBandNotAtZero(let from):
            "the first band of an increment table must start at 0, not at \(from)"
        case .startsNotRising(let from):
            "the bands of an increment table must start at rising prices; \(from) does not rise"
        case .startTooLarge(let from): "a band can't start at \(from): no price gets there"
        case .stepFalls(let from):
            "the steps of an increment table must not fall as the price rises; they fall at \(from)"
        }
    }
}
