import CMemory

/// A lot's commitments, in the order of their acceptance.
///
/// They are kept as bare numbers, and each is put together when it is looked at: a lot may have a hundred
/// thousand of them, each of which is written once and hardly ever read.
public struct Commitments: Hashable, Sendable {
    let book: CommitmentBook
    let participants: Participants
}

extension Commitments: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { book.count }

    /// The commitment of that ordinal.
    public subscript(ordinal: Int) -> Commitment {
        let entry = book[ordinal]
        return Commitment(
            ordinal: ordinal, bidder: participants.bidder(number: Int(entry.number)),
            number: Int(entry.number), kind: entry.kind, amount: entry.amount, at: entry.at,
            seq: entry.ownSeq,
            isVoided: entry.isVoided)
    }
}

/// What a lot keeps of its commitments. An array, but for its growth: what is full is never moved again, nor
/// copied for a change behind it.
struct CommitmentBook: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let amount: Amount
        let at: Instant
        private let seq: Int64
        /// Where the reply stands that it was given: with the bid's name.
        let place: RecordPages.Place
        /// The bidder's on the lot.
        let number: Int32
        let kind: Commitment.Kind
        var isVoided: Bool

        init(
            by number: Int, kind: Commitment.Kind, amount: Amount, at t: Instant, seq: Int64?,
            place: RecordPages.Place, isVoided: Bool = false
        ) {
            self.amount = amount
            at = t
            self.seq = seq ?? .min
            self.place = place
            // Two billion participants no memory holds.
            self.number = Int32(number)
            self.kind = kind
            self.isVoided = isVoided
        }

        /// The public change that it made; nil when it stayed private.
        var ownSeq: Int64? { seq == .min ? nil : seq }
    }

    /// Each with ``chunkLength`` of them.
    private var full: [[Entry]] = []
    /// The newest, fewer than that.
    private var newest: [Entry] = []
    private(set) var count = 0
    /// How many are voided.
    private var voidedCount = 0

    private static let chunkLength = 512
    /// Where there is a bid, there are some.
    private static let firstCapacity = 4

    /// Has the memory fetched where the next one is put.
    @inline(__always)
    func prefetchEnd() {
        newest.withUnsafeBufferPointer { entries in
            guard let first = entries.baseAddress else { return }
            memory_prefetch(first.advanced(by: count & (Self.chunkLength - 1)))
            // What the array knows of itself is before its elements.
            memory_prefetch(UnsafeRawPointer(first) - 32)
        }
    }

    mutating func append(_ entry: Entry) {
        if count == 0 { newest.reserveCapacity(Self.firstCapacity) }
        newest.append(entry)
        count += 1
        if entry.isVoided { voidedCount += 1 }
        guard newest.count == Self.chunkLength else { return }
        full.append(newest)
        newest = []
        // Who has bid so often goes on.
        newest.reserveCapacity(Self.chunkLength)
    }

    /// The ordinals of those that are voided. Of most lots there are none, and then none has to be looked at.
    var voidedOrdinals: [Int] {
        voidedCount == 0 ? [] : (0..<count).filter { self[$0].isVoided }
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

    subscript(ordinal: Int) -> Entry {
        let (chunk, index) = ordinal.quotientAndRemainder(dividingBy: Self.chunkLength)
        return chunk < full.count ? full[chunk][index] : newest[index]
    }

    /// The ordinal of the commitment whose reply stands there; nil when the reply is no acceptance.
    func ordinal(at place: RecordPages.Place) -> Int? {
        // Replies stand in the order in which they were given.
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].place.bits < place.bits { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].place == place ? low : nil
    }
}

extension Auction {
    public var commitments: Commitments {
        Commitments(book: commitmentBook, participants: participants)
    }

    /// The commitment that the request of that key made; nil when it made none.
    func commitment(of key: BidKey) -> Commitment? {
        replies.place(of: key, among: participants)
            .flatMap { commitmentBook.ordinal(at: $0) }.map { commitments[$0] }
    }

    /// What the request is known by that made the commitment.
    public func key(of commitment: Commitment) -> BidKey {
        let place = commitmentBook[commitment.ordinal].place
        return BidKey(bidder: commitment.bidder, id: replies.id(at: place))
    }

    /// The reply that the request got that made the commitment.
    public func reply(to commitment: Commitment) -> Reply {
        replies.reply(at: commitmentBook[commitment.ordinal].place, among: participants)
    }
}
