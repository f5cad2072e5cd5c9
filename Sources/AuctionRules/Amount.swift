/// An amount of money in a lot's currency: a whole number of minor units (cents, yen, fils).
///
/// Amounts that enter from outside are 1 ... ``largest``; inside, the sum of two such amounts is
/// still exact, because ``largest`` is far below `Int64.max`. `+` saturates all the same, so that
/// no arithmetic on an amount can trap.
public struct Amount: Hashable, Sendable {
    public let minorUnits: Int64

    /// 2^53 - 1: the largest integer that every JSON reader holds exactly.
    public static let largest = Amount(unchecked: 9_007_199_254_740_991)

    /// Nil unless `minorUnits` is in 1 ... ``largest``.
    @inlinable
    public init?(minorUnits: Int64) {
        guard minorUnits >= 1, minorUnits <= 9_007_199_254_740_991 else { return nil }
        self.init(unchecked: minorUnits)
    }

    /// For amounts that follow from checked ones.
    @inlinable
    init(unchecked minorUnits: Int64) { self.minorUnits = minorUnits }

    @inlinable
    public static func + (left: Amount, right: Amount) -> Amount {
        let (sum, overflow) = left.minorUnits.addingReportingOverflow(right.minorUnits)
        return Amount(unchecked: overflow ? .max : sum)
    }

    /// This many times the amount; saturates.
    @inlinable
    public func times(_ factor: Int64) -> Amount {
        let (product, overflow) = minorUnits.multipliedReportingOverflow(by: factor)
        return Amount(unchecked: overflow ? .max : product)
    }
}

extension Amount: Comparable {
    @inlinable
    public static func < (left: Amount, right: Amount) -> Bool {
        left.minorUnits < right.minorUnits
    }
}

extension Amount: CustomStringConvertible {
    public var description: String { String(minorUnits) }
}
