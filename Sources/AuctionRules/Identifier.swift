/// A name of something: 1 ... 64 characters of `A-Z a-z 0-9 . _ : -` (wire protocol, section 1).
///
/// The phantom `Subject` keeps a bidder's name from being used where an auction's is meant.
public struct Identifier<Subject>: Hashable, Sendable {
    /// The text as it was given; identifiers are case-sensitive.
    public let text: String

    /// The longest identifier, in characters.
    public static var lengthMax: Int { 64 }

    /// Fails when `text` is empty, too long or has a character outside the alphabet.
    @inlinable
    public init(_ text: String) throws(InvalidIdentifier) {
        guard Self.isValid(text) else { throw InvalidIdentifier(text: text) }
        self.text = text
    }

    @usableFromInline
    static func isValid(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard !utf8.isEmpty, utf8.count <= lengthMax else { return false }
        return utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "-"):
                true
            default:
                false
            }
        }
    }

    @inlinable
    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    @inlinable
    public func hash(into hasher: inout Hasher) { text.hash(into: &hasher) }
}

extension Identifier: Comparable {
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension Identifier: CustomStringConvertible {
    public var description: String { text }
}

/// The text is no identifier.
public struct InvalidIdentifier: Error, Equatable, CustomStringConvertible {
    public let text: String

    @usableFromInline
    init(text: String) { self.text = text }

    public var description: String {
        "\"\(text.prefix(80))\" is not an id: use 1 to 64 of the characters A-Z a-z 0-9 . _ : -"
    }
}

public typealias AuctionID = Identifier<Auction>
public typealias SaleID = Identifier<Sale>
/// Lots of one sale that late bids extend together; the name is the sale's own.
public typealias SoftCloseGroup = Identifier<SoftClose>
/// A bidder, a seller, a consignor: anybody who can be a party to an auction.
public typealias BidderID = Identifier<Bidder>
/// The client's own name of one bid, buy or retraction; what makes it safe to repeat.
public typealias BidID = Identifier<BidRequest>
