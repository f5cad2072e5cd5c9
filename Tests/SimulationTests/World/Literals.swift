import AuctionRules

// Names that the simulation makes up itself: one that is none is a mistake in it, and stops it.

extension Identifier: ExpressibleByUnicodeScalarLiteral,
    ExpressibleByExtendedGraphemeClusterLiteral,
    ExpressibleByStringLiteral
{
    init(stringLiteral value: String) {
        do {
            try self.init(value)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
