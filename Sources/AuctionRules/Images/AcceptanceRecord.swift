/// The record of an accepted bid in a ``ReplyBook``, as nearly all replies are one: fields of the shortest
/// length that holds them, each by one store, and their lengths and all flags in a head before them.
///
/// The bidder is a number, as the lot knows him; his name is only in the record of his first accepted bid.
/// Every other reply is written by the ``ImageWriter``.
enum AcceptanceRecord {
    /// The record's first byte. One that the writer makes begins with a name's length, at most 64.
    static let mark: UInt8 = 0x80
    static let headLength = 7

    /// Where the head has what, above the mark.
    fileprivate enum Bit {
        static let isConfirmed: UInt64 = 8
        static let isMax: UInt64 = 9
        static let hasCurrency: UInt64 = 10
        static let isPublic: UInt64 = 11
        static let isFirst: UInt64 = 12
        static let hasPrice: UInt64 = 13
        static let hasMinimum: UInt64 = 14
        static let hasEnd: UInt64 = 15
        /// Two bits: not told, no, yes.
        static let leading: UInt64 = 16
        /// Two bits: the number of the case.
        static let reserve: UInt64 = 18
        /// Seven bits.
        static let nameLength: UInt64 = 20
        /// Three bits for each integer in its order: its length less one.
        static let lengths: UInt64 = 27
    }

    /// The head, two names, a hash, eight integers and a currency, and what the last store goes over.
    private static let capacity = headLength + 65 + 64 + 32 + 8 * 8 + 4 + 8

    /// Calls `body` with the record of what was told to a bid; nil, and no call, when it is not as plain as
    /// most of them.
    ///
    /// - Parameters:
    ///   - number: the bidder's on the lot.
    ///   - isFirst: whether the bid made him a participant.
    ///   - isPublic: whether it made a public change of its own.
    @inline(__always)
    static func withBytes<R>(
        of told: Acceptance, to request: BidRequest, by number: Int, isFirst: Bool, isPublic: Bool,
        at t: Instant, recordedAs hash: EntryHash, _ body: (UnsafeRawBufferPointer) -> R
    ) -> R? {
        guard case .bid(let kind, let amount, let currency) = request.action,
            currency.map({ $0.utf8.count == 3 }) ?? true
        else { return nil }
        return StackRecord.withSpace(of: capacity) { record in
            record.skip(headLength)
            var head = UInt64(mark)
            head |= record.write(characters: request.id.text) << Bit.nameLength
            record.write(word: hash.first)
            record.write(word: hash.second)
            record.write(word: hash.third)
            record.write(word: hash.fourth)
            var lengths = record.write(shortest: Int64(number))
            lengths |= record.write(shortest: amount.minorUnits) << 3
            lengths |= record.write(shortest: t.milliseconds) << 6
            lengths |= record.write(shortest: told.seq) << 9
            lengths |= record.write(shortest: told.ownMax.minorUnits) << 12
            if let price = told.price {
                head |= 1 << Bit.hasPrice
                lengths |= record.write(shortest: price.minorUnits) << 15
            }
            if let minimum = told.minimum {
                head |= 1 << Bit.hasMinimum
                lengths |= record.write(shortest: minimum.minorUnits) << 18
            }
            if let endsAt = told.endsAt {
                head |= 1 << Bit.hasEnd
                lengths |= record.write(shortest: endsAt.milliseconds) << 21
            }
            if let currency {
                head |= 1 << Bit.hasCurrency
                _ = record.write(characters: currency)
            }
            if isFirst {
                head |= 1 << Bit.isFirst
                record.write(request.bidder)
            }
            if request.isConfirmed { head |= 1 << Bit.isConfirmed }
            if kind == .max { head |= 1 << Bit.isMax }
            if isPublic { head |= 1 << Bit.isPublic }
            if let isLeading = told.isLeading { head |= (isLeading ? 2 : 1) << Bit.leading }
            switch told.reserve {
            case .none: break
            case .unmet: head |= 1 << Bit.reserve
            case .met: head |= 2 << Bit.reserve
            }
            record.begin(withSeven: head | lengths << Bit.lengths)
            return body(record.written)
        }
    }
}

extension ImageReader {
    /// The reply that was kept here, and whether an acceptance made a public change of its own.
    ///
    /// - Parameter bidder: who has that number on the lot.
    mutating func keptReply(
        _ bidder: (Int) -> BidderID?
    ) throws(ImageFault) -> (reply: Reply, isPublic: Bool) {
        guard next == AcceptanceRecord.mark else { return (try reply(), try flag()) }
        let head = try acceptanceHead()
        let id: BidID = try identifier(length: head.nameLength)
        let hash = try hash()
        let number = try integer(length: head.length(0))
        let offer = try amount(length: head.length(1))
        let at = Instant(milliseconds: try integer(length: head.length(2)))
        let told = Acceptance(
            seq: try integer(length: head.length(3)),
            isLeading: head.isLeading,
            ownMax: try amount(length: head.length(4)),
            price: head.has(AcceptanceRecord.Bit.hasPrice)
                ? try amount(length: head.length(5)) : nil,
            minimum: head.has(AcceptanceRecord.Bit.hasMinimum)
                ? try amount(length: head.length(6)) : nil,
            reserve: try head.reserve(),
            endsAt: head.has(AcceptanceRecord.Bit.hasEnd)
                ? Instant(milliseconds: try integer(length: head.length(7))) : nil)
        let currency =
            head.has(AcceptanceRecord.Bit.hasCurrency) ? try text(length: 3) : nil
        let named: BidderID? =
            head.has(AcceptanceRecord.Bit.isFirst)
            ? try identifier() : bidder(Int(truncatingIfNeeded: number))
        guard let named else { throw ImageFault("nobody has the number \(number)") }
        let request = BidRequest(
            bidder: named, id: id,
            action: .bid(
                head.has(AcceptanceRecord.Bit.isMax) ? .max : .exact, amount: offer,
                currency: currency),
            isConfirmed: head.has(AcceptanceRecord.Bit.isConfirmed))
        return (
            Reply(request: request, verdict: .accepted(told), at: at, entryHash: hash),
            head.has(AcceptanceRecord.Bit.isPublic)
        )
    }

    /// The key that a reply here is for.
    mutating func keptKey(_ bidder: (Int) -> BidderID?) throws(ImageFault) -> BidKey {
        guard next == AcceptanceRecord.mark else { return try key() }
        return try keptReply(bidder).reply.request.key
    }

    /// The name of the bid that was accepted here.
    mutating func keptID() throws(ImageFault) -> BidID {
        guard next == AcceptanceRecord.mark else { return try key().id }
        return try identifier(length: try acceptanceHead().nameLength)
    }

    private mutating func acceptanceHead() throws(ImageFault) -> AcceptanceHead {
        AcceptanceHead(
            bits: UInt64(bitPattern: try integer(length: AcceptanceRecord.headLength)))
    }

    private mutating func amount(length: Int) throws(ImageFault) -> Amount {
        Amount(unchecked: try integer(length: length))
    }
}

private struct AcceptanceHead {
    let bits: UInt64

    func has(_ bit: UInt64) -> Bool { bits >> bit & 1 != 0 }

    /// Of the integer in that place.
    func length(_ place: UInt64) -> Int {
        Int(bits >> (AcceptanceRecord.Bit.lengths + 3 * place) & 7) + 1
    }

    var nameLength: Int { Int(bits >> AcceptanceRecord.Bit.nameLength & 0x7f) }

    var isLeading: Bool? {
        let told = bits >> AcceptanceRecord.Bit.leading & 3
        return told == 0 ? nil : told == 2
    }

    func reserve() throws(ImageFault) -> ReserveState {
        switch bits >> AcceptanceRecord.Bit.reserve & 3 {
        case 0: .none
        case 1: .unmet
        case 2: .met
        default: throw ImageFault("there is no such state of a reserve")
        }
    }
}
