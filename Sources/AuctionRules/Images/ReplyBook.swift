/// Every final reply of a lot, for the day that its request is repeated.
///
/// Most replies are never asked for again, and a lot may have a million of them: they are kept as the
/// bytes of their images and only read when they are wanted. That takes less memory, and a server that
/// starts need not make them all.
struct ReplyBook: Hashable, Sendable {
    private(set) var records = RecordPages()
    /// The reply that was given last.
    private(set) var newest: Reply?
    /// Where replies stand, by a hash of their keys. Two keys of one hash are very rare: the later one
    /// is under the next free number.
    private var places: [Int: RecordPages.Place] = [:]

    init() {}

    /// How many replies there are.
    var count: Int { places.count }

    /// The reply that a request got, or nil when it got no final one.
    func reply(to key: BidKey) -> Reply? {
        var writer = ImageWriter()
        writer.write(key)
        let wanted = writer.bytes
        var hash = wanted.withUnsafeBytes(Self.hash)
        while let place = places[hash] {
            let page = records.pages[place.page]
            if page[place.offset...].starts(with: wanted) {
                // The book wrote the record itself, or has read it once already.
                return try? ImageReader.reading(page) { reader throws(ImageFault) in
                    try reader.go(to: place.offset)
                    return try reader.reply()
                }
            }
            hash &+= 1
        }
        return nil
    }

    /// - Parameter isPublic: whether an acceptance made a public change of its own.
    mutating func keep(_ reply: Reply, isPublic: Bool) {
        var writer = ImageWriter()
        writer.write(reply)
        writer.write(isPublic)
        let place = records.append(writer.bytes)
        writer.bytes.withUnsafeBytes { record in
            enter(
                UnsafeRawBufferPointer(rebasing: record[..<Self.keyLength(of: record)]), at: place)
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
        places.reserveCapacity(count)
        for (number, page) in records.pages.enumerated() {
            try ImageReader.reading(page) { reader throws(ImageFault) in
                while !reader.isAtEnd {
                    let place = RecordPages.Place(page: number, offset: reader.position)
                    let reply = try reader.reply()
                    let isPublic = try reader.flag()
                    let record = reader.read(since: place.offset)
                    enter(
                        UnsafeRawBufferPointer(rebasing: record[..<Self.keyLength(of: record)]),
                        at: place)
                    try body(reply, isPublic)
                    if number == records.pages.count - 1 { newest = reply }
                }
            }
        }
        guard places.count == count else { throw ImageFault("it should have \(count) replies") }
    }

    private mutating func enter(_ key: UnsafeRawBufferPointer, at place: RecordPages.Place) {
        var hash = Self.hash(key)
        while places[hash] != nil { hash &+= 1 }
        places[hash] = place
    }

    /// How many bytes the key has at the beginning of a record: two ids, each after its length.
    private static func keyLength(of record: UnsafeRawBufferPointer) -> Int {
        let bidder = 1 + Int(record[0])
        return bidder + 1 + Int(record[bidder])
    }

    /// With the process's own seed, so that nobody can choose ids that collide.
    private static func hash(_ key: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: key)
        return hasher.finalize()
    }

    static func == (left: ReplyBook, right: ReplyBook) -> Bool { left.records == right.records }

    func hash(into hasher: inout Hasher) { records.hash(into: &hasher) }
}
