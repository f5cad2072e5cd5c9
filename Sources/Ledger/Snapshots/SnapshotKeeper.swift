public import AuctionRules

/// When what of the snapshot is renewed. It is fuzzy, as a database's checkpoint is: with each commit go
/// the images of a few parts that have changed, those first that changed longest ago. So no commit has
/// much more to do than without it, and a start follows no more of the log than since the oldest part's
/// image.
public struct SnapshotKeeper: Sendable {
    /// How much a start may have to do, and how much is written at a time.
    public struct Limits: Hashable, Sendable {
        /// A part is renewed when it has been another one for this many entries: what a start follows.
        public var entriesMax: Int64 = 20_000
        /// How many pages of 4 KiB a commit writes for it, or little more: no commit should take
        /// noticeably longer for it. Counted by the bytes: of ten thousand lots most have a page that
        /// is not full.
        public var pagesMax = 32

        public init() {}
    }

    /// What has an image of its own.
    enum Part: Hashable, Sendable {
        case house
        case lot(AuctionID)
    }

    /// How many pages of a lot have been written for good.
    struct WrittenPages: Hashable, Sendable {
        var replies = 0
        var changes = 0
    }

    /// What a row has beside its image or page: its key, two hashes, numbers.
    private static let rowLength = 128

    private let limits: Limits
    /// The parts that have changed since their images, in the order in which they began to, and the log
    /// before that.
    private var changed = OrderedParts()
    private var written: [AuctionID: WrittenPages] = [:]
    /// The lots that have an image.
    private var imaged: Set<AuctionID> = []

    /// - Parameter snapshot: what there is; nil: nothing.
    public init(_ limits: Limits = Limits(), after snapshot: StateSnapshot? = nil) {
        self.limits = limits
        guard let snapshot else {
            changed.note(.house, since: .empty)
            return
        }
        written = snapshot.written
        imaged = Set(written.keys)
    }

    /// Takes note of something that happened.
    ///
    /// - Parameters:
    ///   - lot: the lot that it concerns; nil: the house.
    ///   - head: the log before it, or before the batch that it is in.
    public mutating func note(_ lot: AuctionID?, since head: LogHead) {
        changed.note(lot.map(Part.lot) ?? .house, since: head)
    }

    /// Whether there is something to be written now.
    ///
    /// - Parameter head: where the log stands.
    public func isBehind(_ head: LogHead) -> Bool {
        guard let oldest = changed.first else { return false }
        return head.position - oldest.since.position > limits.entriesMax
    }

    /// What goes with the next commit; nil: nothing.
    ///
    /// - Parameters:
    ///   - house: as the commit's last entry leaves it.
    ///   - head: the log with that entry.
    ///   - changes: the latest public changes of a lot, up to it; nil: none are kept.
    public mutating func rows(
        of house: House, at head: LogHead, changes: (AuctionID) -> RecordPages?
    ) -> SnapshotRows? {
        guard isBehind(head) else { return nil }
        var rows = SnapshotRows(extent: SnapshotRows.Extent(head: head, lots: 0))
        var room = limits.pagesMax * RecordPages.pageLengthMax
        while room > 0, isBehind(head), let part = changed.first?.part {
            switch part {
            case .house:
                let image = house.image
                rows.house = SnapshotRows.HouseRow(head: head, image: image)
                room -= Self.rowLength + image.count
                changed.removeFirst()
            case .lot(let id):
                let isComplete =
                    house.auctions.with(id) { auction in
                        add(
                            auction, number: house.auctions.number(of: id) ?? 0,
                            changes(id) ?? RecordPages(),
                            at: head, to: &rows, room: &room)
                    } ?? true
                if isComplete { changed.removeFirst() }
            }
        }
        rows.extent = SnapshotRows.Extent(
            head: changed.first?.since ?? head, lots: imaged.count)
        return rows
    }

    /// - Returns: whether all of the lot is written with it; otherwise the room is used up.
    private mutating func add(
        _ auction: Auction, number: Int, _ changes: RecordPages, at head: LogHead,
        to rows: inout SnapshotRows, room: inout Int
    ) -> Bool {
        var written = self.written[auction.id] ?? WrittenPages()
        let replies = auction.replyPages
        written.changes = max(written.changes, changes.droppedCount)
        let isReady =
            Self.add(
                replies, of: auction.id, .replies, from: &written.replies, to: &rows, room: &room)
            && Self.add(
                changes, of: auction.id, .changes, from: &written.changes, to: &rows, room: &room)
        self.written[auction.id] = written
        guard isReady else { return false }
        imaged.insert(auction.id)
        let image = auction.image
        rows.lots.append(
            SnapshotRows.LotRow(
                auction: auction.id, number: number, head: head, image: image,
                changes: SnapshotRows.PageExtent(of: changes)))
        room -= Self.rowLength + image.count
        return true
    }

    /// Adds pages as long as there is room. The last one is always let through: it is written again
    /// each time until it is full, and would take the room of the next book for good.
    ///
    /// - Parameter written: how many are written for good: all but the last one, when it is added.
    private static func add(
        _ pages: RecordPages, of auction: AuctionID, _ book: SnapshotRows.Book,
        from written: inout Int, to rows: inout SnapshotRows, room: inout Int
    ) -> Bool {
        var next = written
        while next < pages.count {
            guard room > 0 || next == pages.count - 1 else { return false }
            let bytes = pages.pages[next - pages.droppedCount]
            rows.pages.append(
                SnapshotRows.PageRow(auction: auction, book: book, number: next, bytes: bytes))
            room -= rowLength + bytes.count
            next += 1
            written = min(next, pages.count - 1)
        }
        return true
    }
}

/// Parts in the order in which they were noted first.
private struct OrderedParts: Sendable {
    struct Entry: Sendable {
        let part: SnapshotKeeper.Part
        let since: LogHead
    }

    private var entries: [Entry] = []
    /// Where the first one stands: what is before it is removed now and then, not each time.
    private var start = 0
    private var noted: Set<SnapshotKeeper.Part> = []

    var first: Entry? { start < entries.count ? entries[start] : nil }

    mutating func note(_ part: SnapshotKeeper.Part, since head: LogHead) {
        guard noted.insert(part).inserted else { return }
        entries.append(Entry(part: part, since: head))
    }

    mutating func removeFirst() {
        noted.remove(entries[start].part)
        start += 1
        guard start > 1024, start * 2 > entries.count else { return }
        entries.removeFirst(start)
        start = 0
    }
}
