/// A name of something: 1 ... 64 characters of `A-Z a-z 0-9 . _ : -` (wire protocol, section 1).
///
/// The phantom `Subject` keeps a bidder's name from being used where an auction's is meant.
public struct Identifier<Subject>: Hashable, Sendable {
    /// The text as it was given; identifiers are case-sensitive.
    public let text: String
    /// The text's ``KeyHash``, made once: a bid is looked up by its names a dozen times on its way.
    @usableFromInline
    let keyHash: UInt64

    /// The longest identifier, in characters.
    public static var lengthMax: Int { KeyHash.nameLengthMax }

    /// Fails when `text` is empty, too long or has a character outside the alphabet.
    @inlinable
    public init(_ text: String) throws(InvalidIdentifier) {
        guard let keyHash = KeyHash.hash(ofName: text) else {
            throw InvalidIdentifier(text: text)
        }
        self.text = text
        self.keyHash = keyHash
    }

    @inlinable
    public static func == (left: Self, right: Self) -> Bool {
        left.keyHash == right.keyHash && left.text == right.text
    }

    @inlinable
    public func hash(into hasher: inout Hasher) { hasher.combine(keyHash) }
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
