import CMemory

/// Records of bytes, one after the other, on pages of a bounded size: a memory that is only ever
/// appended to, and that can be written down piece by piece, as a full page never changes again.
///
/// A record is never split. One that is longer than a page has a page of its own.
public struct RecordPages: Hashable, Sendable {
    /// The most bytes on a page with several records. With its key and its checksum such a page fits
    /// into a page of a SQLite file, which has 4,096.
    public static let pageLengthMax = 3900

    /// The pages that are kept, the oldest first. Never empty, but for a memory without records.
    public private(set) var pages: [[UInt8]] = []
    /// Of the last page. That knows it, too, but would have to be waited for.
    private var lastLength = 0
    /// How many pages have been dropped: the number of the first one that is kept.
    public private(set) var droppedCount = 0

    public init() {}

    /// Pages that were kept before.
    ///
    /// - Parameter droppedCount: the number of the first one.
    public init(pages: [[UInt8]], droppedCount: Int) {
        self.pages = pages
        lastLength = pages.last?.count ?? 0
        self.droppedCount = droppedCount
    }

    /// Has the list of the pages fetched.
    @inline(__always)
    func prefetchPages() {
        pages.withUnsafeBufferPointer { pages in
            guard let first = pages.baseAddress else { return }
            memory_prefetch(UnsafeRawPointer(first) - 32)
        }
    }

    /// Has the end of the last page fetched.
    @inline(__always)
    func prefetchEnd() {
        guard !pages.isEmpty else { return }
        pages[pages.count - 1].withUnsafeBufferPointer { page in
            guard let first = page.baseAddress else { return }
            memory_prefetch(first + lastLength)
            memory_prefetch(first - 32)
        }
    }

    /// How many pages there have ever been.
    public var count: Int { droppedCount + pages.count }

    /// Appends a record.
    ///
    /// - Returns: where it stands.
    @discardableResult
    mutating func append(_ record: UnsafeRawBufferPointer) -> Place {
        let last = pages.count - 1
        // By its index: a second reference to the page would have it copied for every record.
        if last >= 0, pages[last].count + record.count <= Self.pageLengthMax {
            let offset = pages[last].count
            // A page that has so many records gets more, and all of its room at once.
            if offset > 1000, pages[last].capacity < Self.pageLengthMax {
                pages[last].reserveCapacity(Self.pageLengthMax)
            }
            pages[last].append(contentsOf: record)
            lastLength = offset + record.count
            return Place(page: droppedCount + last, offset: offset)
        }
        var page: [UInt8] = []
        // So does every page after the first.
        if last >= 0 { page.reserveCapacity(Self.pageLengthMax) }
        page.append(contentsOf: record)
        pages.append(page)
        lastLength = record.count
        return Place(page: count - 1, offset: 0)
    }

    /// The bytes from there to the end of the page.
    func withBytes<R>(at place: Place, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        pages[place.page - droppedCount].withUnsafeBytes {
            body(UnsafeRawBufferPointer(rebasing: $0[place.offset...]))
        }
    }

    /// Takes the last record back, which begins there.
    mutating func removeLast(from place: Place) {
        let index = place.page - droppedCount
        if place.offset > 0 {
            pages[index].removeSubrange(place.offset...)
        } else {
            pages.removeSubrange(index...)
        }
        lastLength = pages.last?.count ?? 0
    }

    /// The pages as they were when there were so many, and the last one so long.
    public func upTo(page count: Int, length: Int) throws(ImageFault) -> RecordPages {
        let kept = count - droppedCount
        guard kept >= 0, kept <= pages.count, kept > 0 || length == 0 else {
            throw ImageFault("pages are missing")
        }
        var earlier = self
        earlier.pages.removeSubrange(kept...)
        earlier.lastLength = length
        guard kept > 0 else { return earlier }
        guard length <= earlier.pages[kept - 1].count else {
            throw ImageFault("a page is too short")
        }
        earlier.pages[kept - 1].removeSubrange(length...)
        return earlier
    }

    /// Drops the oldest page.
    mutating func dropFirst() {
        pages.removeFirst()
        if pages.isEmpty { lastLength = 0 }
        droppedCount += 1
    }

    /// Where a record begins: the page's number and the offset on it, in one integer, as indices hold
    /// many of them.
    struct Place: Hashable, Sendable {
        let bits: Int

        init(page: Int, offset: Int) { bits = page << 12 | offset }

        init(bits: Int) { self.bits = bits }

        var page: Int { bits >> 12 }
        /// Less than 4096: only a record that has a page of its own can be longer, and it is at 0.
        var offset: Int { bits & 0xfff }
    }
}
