/// Every final reply of a lot, for the day that its request is repeated.
///
/// Most replies are never asked for again, and a lot may have a million of them: they are kept as the
/// bytes of their images and only read when they are wanted. That takes less memory, and a server that
/// starts need not make them all.
struct ReplyBook: Hashable, Sendable {
    private(set) var records = RecordPages()
    /// The reply that was given last.
    private(set) var newest: Reply?
    /// Where replies stand, by their keys.
    private var places = PlaceTable()

    init() {}

    /// How many replies there are.
    var count: Int { places.count }

    /// The reply that a request got, or nil when it got no final one.
    func reply(to key: BidKey) -> Reply? {
        let place = places.place(of: key.keyHash) { bits in
            AcceptanceRecord.withBytes(of: key) { wanted in
                records.withBytes(at: RecordPages.Place(bits: bits)) { $0.starts(wanted) }
            }
        }
        guard let place else { return nil }
        let found = RecordPages.Place(bits: place)
        // The book wrote the record itself, or has read it once already.
        return try? ImageReader.reading(records.pages[found.page]) { reader throws(ImageFault) in
            try reader.go(to: found.offset)
            return try reader.reply()
        }
    }

    /// The replies that were given last, at most `max` of them, oldest first.
    func newest(_ max: Int) -> [Reply] {
        var found: [Reply] = []
        for page in records.pages.reversed() where found.count < max {
            // As above: the book knows these bytes.
            let replies = try? ImageReader.reading(page) { reader throws(ImageFault) in
                var replies: [Reply] = []
                while !reader.isAtEnd {
                    replies.append(try reader.reply())
                    _ = try reader.flag()
                }
                return replies
            }
            found = (replies ?? []) + found
        }
        return found.suffix(max)
    }

    /// - Parameter isPublic: whether an acceptance made a public change of its own.
    mutating func keep(_ reply: Reply, isPublic: Bool) {
        AcceptanceRecord.withBytes(of: reply, isPublic: isPublic) { record in
            places.insert(reply.request.keyHash, at: records.append(record).bits)
        }
        newest = reply
    }

    /// Takes over pages that were kept before.
    ///
    /// - Parameters:
    ///   - count: how many replies are on them.
    ///   - body: gets every reply in order, and whether it made a public change.
    init(
        _ records: RecordPages, count: Int,
        _ body: (Reply, _ isPublic: Bool) throws(ImageFault) -> Void
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
                    let reply = try reader.reply()
                    let isPublic = try reader.flag()
                    places.insert(reply.request.keyHash, at: place.bits)
                    try body(reply, isPublic)
                    if number == records.pages.count - 1 { newest = reply }
                }
            }
        }
        guard places.count == count else { throw ImageFault("it should have \(count) replies") }
    }

    static func == (left: ReplyBook, right: ReplyBook) -> Bool { left.records == right.records }

    func hash(into hasher: inout Hasher) { records.hash(into: &hasher) }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes begin with those.
    fileprivate func starts(_ prefix: UnsafeRawBufferPointer) -> Bool {
        count >= prefix.count
            && UnsafeRawBufferPointer(rebasing: self[..<prefix.count]).elementsEqual(prefix)
    }
}
