/// Every final reply of a lot, for the day that its request is repeated.
///
/// Most replies are never asked for again, and a lot may have a million of them: they are kept as the
/// bytes of their images and only read when they are wanted. That takes less memory, and a server that
/// starts need not make them all. Who has a number in them the lot's ``Participants`` know.
struct ReplyBook: Hashable, Sendable {
    private(set) var records = RecordPages()
    /// Where the reply stands that was given last.
    private var newestPlace: RecordPages.Place?
    /// And that reply, if it accepted nothing: it is asked for at once. An acceptance is hardly ever.
    private var newestOther: Reply?
    /// Where replies stand, by their keys.
    private var places = PlaceTable()

    init() {}

    /// How many replies there are.
    var count: Int { places.count }

    /// The reply that was given last.
    func newest(among participants: Participants) -> Reply? {
        newestOther ?? newestPlace.map { reply(at: $0, among: participants) }
    }

    /// Where the reply stands that a request got; nil when it got no final one.
    func place(of key: BidKey, among participants: Participants) -> RecordPages.Place? {
        places.place(of: key.keyHash) { bits in
            self.key(at: RecordPages.Place(bits: bits), among: participants) == key
        }.map { RecordPages.Place(bits: $0) }
    }

    /// The same for one that is being decided, nearly always for the first time.
    func reply(to request: BidRequest, among participants: Participants) -> Reply? {
        places.place(of: request.keyHash) { bits in
            self.key(at: RecordPages.Place(bits: bits), among: participants) == request.key
        }.map { reply(at: RecordPages.Place(bits: $0), among: participants) }
    }

    /// The reply that a request got, or nil when it got no final one.
    func reply(to key: BidKey, among participants: Participants) -> Reply? {
        place(of: key, among: participants).map { reply(at: $0, among: participants) }
    }

    /// The reply that stands there.
    func reply(at place: RecordPages.Place, among participants: Participants) -> Reply {
        read(at: place) { reader throws(ImageFault) in
            try reader.keptReply { participants.bidder(ofNumber: $0) }.reply
        }
    }

    /// The name of the bid whose acceptance stands there.
    func id(at place: RecordPages.Place) -> BidID {
        read(at: place) { reader throws(ImageFault) in try reader.keptID() }
    }

    /// Rarely called: for what is repeated, and where hashes are alike.
    @inline(never)
    private func key(at place: RecordPages.Place, among participants: Participants) -> BidKey {
        read(at: place) { reader throws(ImageFault) in
            try reader.keptKey { participants.bidder(ofNumber: $0) }
        }
    }

    private func read<R>(
        at place: RecordPages.Place, _ body: (inout ImageReader) throws(ImageFault) -> R
    ) -> R {
        do {
            return try ImageReader.reading(records.pages[place.page]) { reader throws(ImageFault) in
                try reader.go(to: place.offset)
                return try body(&reader)
            }
        } catch {
            preconditionFailure("The book wrote the record, or has read it before: \(error)")
        }
    }

    /// The replies that were given last, at most `max` of them, oldest first.
    func newest(_ max: Int, among participants: Participants) -> [Reply] {
        var found: [Reply] = []
        for page in records.pages.reversed() where found.count < max {
            // As before: the book knows these bytes.
            let replies = try? ImageReader.reading(page) { reader throws(ImageFault) in
                var replies: [Reply] = []
                while !reader.isAtEnd {
                    replies.append(
                        try reader.keptReply { participants.bidder(ofNumber: $0) }.reply)
                }
                return replies
            }
            found = (replies ?? []) + found
        }
        return found.suffix(max)
    }

    /// Has the memory fetched that a reply to a request of this key is looked for in.
    @inline(__always)
    func prefetch(_ keyHash: UInt64) {
        places.prefetch(keyHash)
        records.prefetchPages()
    }

    /// Has the memory fetched where the next reply is put.
    @inline(__always)
    func prefetchEnd() { records.prefetchEnd() }

    // MARK: - Following the log

    /// Keeps what a bid was told that was accepted.
    ///
    /// - Parameters:
    ///   - number: the bidder's on the lot.
    ///   - isFirst: whether the bid made him a participant.
    ///   - isPublic: whether it made a public change of its own.
    /// - Returns: where it stands.
    mutating func keep(
        _ told: Acceptance, to request: BidRequest, by number: Int, isFirst: Bool, isPublic: Bool,
        at t: Instant, recordedAs hash: EntryHash
    ) -> RecordPages.Place {
        let place =
            AcceptanceRecord.withBytes(
                of: told, to: request, by: number, isFirst: isFirst, isPublic: isPublic, at: t,
                recordedAs: hash
            ) { records.append($0) }
            ?? append(.accepted(told), to: request, isPublic: isPublic, at: t, recordedAs: hash)
        note(request, at: place)
        return place
    }

    /// Keeps a verdict that accepted nothing.
    mutating func keep(
        _ verdict: Verdict, to request: BidRequest, at t: Instant, recordedAs hash: EntryHash
    ) {
        note(request, at: append(verdict, to: request, isPublic: false, at: t, recordedAs: hash))
        newestOther = Reply(request: request, verdict: verdict, at: t, entryHash: hash)
    }

    private mutating func note(_ request: BidRequest, at place: RecordPages.Place) {
        places.insert(request.keyHash, at: place.bits)
        newestPlace = place
        newestOther = nil
    }

    private mutating func append(
        _ verdict: Verdict, to request: BidRequest, isPublic: Bool, at t: Instant,
        recordedAs hash: EntryHash
    ) -> RecordPages.Place {
        var writer = ImageWriter(reserving: 160)
        writer.write(verdict, on: request, at: t, recordedAs: hash)
        writer.write(isPublic)
        return writer.bytes.withUnsafeBytes { records.append($0) }
    }

    /// Takes over pages that were kept before.
    ///
    /// - Parameters:
    ///   - count: how many replies are on them.
    ///   - bidder: who has that number on the lot, by the replies that `body` has got.
    ///   - body: gets every reply in order, whether it made a public change, and where it stands.
    init(
        _ records: RecordPages, count: Int, _ bidder: (Int) -> BidderID?,
        _ body: (Reply, _ isPublic: Bool, RecordPages.Place) throws(ImageFault) -> Void
    ) throws(ImageFault) {
        guard records.droppedCount == 0 else { throw ImageFault("replies are missing") }
        self.records = records
        // No reply is as short as its hash: a wrong count does not fill the memory.
        guard count * 32 <= records.pages.reduce(0, { $0 + $1.count }) else {
            throw ImageFault("there are not so many replies")
        }
        places.reserve(count)
        for (number, page) in records.pages.enumerated() {
            try ImageReader.reading(page) { reader throws(ImageFault) in
                while !reader.isAtEnd {
                    let place = RecordPages.Place(page: number, offset: reader.position)
                    let (reply, isPublic) = try reader.keptReply(bidder)
                    note(reply.request, at: place)
                    try body(reply, isPublic, place)
                }
            }
        }
        guard places.count == count else { throw ImageFault("it should have \(count) replies") }
    }

    static func == (left: ReplyBook, right: ReplyBook) -> Bool { left.records == right.records }

    func hash(into hasher: inout Hasher) { records.hash(into: &hasher) }
}
