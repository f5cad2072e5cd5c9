/// The latest public changes of one lot, for watchers who come back. Kept as bytes, as most are never
/// asked for.
public struct RecentChanges: Hashable, Sendable {
    public private(set) var records = RecordPages()
    /// The seq of the first change on each page.
    private var firstSeqs: [Int64] = []
    private var lastSeq: Int64 = 0
    /// Where the newest change stands, if it was noted here.
    private var lastPlace: RecordPages.Place?

    public init() {}

    /// Those that were kept before.
    ///
    /// - Parameters:
    ///   - records: of a lot's changes, the last of which is the lot's newest.
    ///   - lastSeq: the seq of that one.
    public init(_ records: RecordPages, lastSeq: Int64) throws(ImageFault) {
        self.records = records
        self.lastSeq = lastSeq
        for page in records.pages {
            let seq = try ImageReader.reading(page) { reader throws(ImageFault) in
                try reader.integer()
            }
            guard seq > firstSeqs.last ?? 0, seq <= lastSeq else {
                throw ImageFault("changes are out of order")
            }
            firstSeqs.append(seq)
        }
    }

    /// The seq of the oldest change that is kept; 0 when there is none.
    public var firstSeq: Int64 { firstSeqs.first ?? 0 }

    /// Keeps a change: the newest one, or another one in place of the newest, as of the events of one
    /// command the last one's change stands for all.
    ///
    /// - Parameter max: how many changes are kept at least; a page of them more at most.
    public mutating func note(_ change: PublicChange, max: Int) {
        let seq = change.state.seq
        if seq == lastSeq, let lastPlace {
            records.removeLast(from: lastPlace)
            if records.pages.count < firstSeqs.count { firstSeqs.removeLast() }
        }
        lastPlace = change.append(to: &records)
        if records.pages.count > firstSeqs.count { firstSeqs.append(seq) }
        lastSeq = seq
        while firstSeqs.count > 1, lastSeq - firstSeqs[1] + 1 >= Int64(max) {
            records.dropFirst()
            firstSeqs.removeFirst()
        }
    }

    /// The changes after that seq, the oldest first; nil when they are no longer all here.
    ///
    /// - Parameter state: the lot's, at any time.
    public func after(_ seq: Int64, of state: PublicState) -> [PublicChange]? {
        guard seq >= 0, seq <= lastSeq else { return nil }
        guard seq < lastSeq else { return [] }
        guard let page = firstSeqs.lastIndex(where: { $0 <= seq + 1 }) else { return nil }
        var changes: [PublicChange] = []
        for page in records.pages[page...] {
            let all = try? ImageReader.reading(page) { reader throws(ImageFault) in
                var all: [PublicChange] = []
                while !reader.isAtEnd { all.append(try reader.publicChange(of: state)) }
                return all
            }
            guard let all else { return nil }
            changes += all.drop { $0.state.seq <= seq }
        }
        return changes
    }
}
