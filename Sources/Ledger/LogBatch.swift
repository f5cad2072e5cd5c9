public import AuctionRules
import Proof
import StrictJSON

/// Events decided together, encoded and chained, with every table row that they add or change.
///
/// Built beside the live house, without touching a database: record every event, seal once, append.
/// While one batch is being made durable the next one can be recorded after its head. A batch that
/// is dropped costs nothing but the house that it was recorded into, which then is ahead of the log.
public struct LogBatch: Sendable {
    /// Where the log must stand for the batch to be appended.
    public let expected: LogHead
    /// Where the log stands after it.
    public private(set) var head: LogHead

    /// The entries' hashed bytes, and the texts of the rows. Rows refer to it by range, so that a
    /// text is bound without a copy.
    private(set) var bytes: [UInt8]
    private(set) var entries: [EntryRow]
    private(set) var voids: [VoidRow] = []
    /// The rows of the state tables, once sealed.
    private(set) var state: StateRows?

    /// The certificates of the lots that it closes.
    public private(set) var certificates: [Certificate] = []
    /// A signature that goes with it: over its own certificates, or older ones, or both.
    public var certificateTree: CertificateTree?
    /// What of the snapshot is renewed with it, if anything. It may be all that there is to write.
    public var snapshot: SnapshotRows?
    /// What changes with it of what is kept of webhooks. It, too, may be all that there is to write.
    public var webhooks: WebhookRows?

    private var touched = Touched()
    /// Most batches have nothing but accepted bids, which need none of these.
    private var writer = JSONWriter(reservingCapacity: 0)
    private var publicWriter = JSONWriter(reservingCapacity: 0)
    /// What its entries' salts are made from, for the batch after it to go on with.
    public private(set) var salts: SaltKey

    /// An empty batch for a log that stands, or will stand, at `head`.
    ///
    /// - Parameters:
    ///   - salts: what its entries' salts are made from.
    ///   - count: how many entries there will be about, such as there were in the batch before: an array
    ///     that grows to 200 KiB is moved a dozen times, and each time to memory that has to be cleared.
    ///   - space: an earlier batch's, to be written over. Where somebody still reads it, as much is had anew.
    public init(
        after head: LogHead, salts: SaltKey = .random(), expecting count: Int = 0,
        in space: consuming Space = Space()
    ) {
        expected = head
        self.head = head
        self.salts = salts
        (bytes, entries) = space.cleared(for: min(max(0, count), Space.entriesMax))
    }

    /// What a batch has written its entries to. To have and to give back such large pieces for every batch
    /// costs all that is allocated meanwhile a search for neighbours, and new memory has to be cleared.
    public struct Space: Sendable {
        private var bytes: [UInt8] = []
        private var entries: [EntryRow] = []

        public init() {}

        fileprivate init(_ bytes: [UInt8], _ entries: [EntryRow]) {
            // What one large batch needed is not kept for good.
            guard entries.capacity <= 2 * Self.entriesMax,
                bytes.capacity <= 2 * Self.entriesMax * Self.bytesExpected
            else { return }
            (self.bytes, self.entries) = (bytes, entries)
        }

        /// - Parameter count: for how many entries there is to be room.
        fileprivate consuming func cleared(
            for count: Int
        ) -> (bytes: [UInt8], entries: [EntryRow]) {
            bytes.removeAll(keepingCapacity: true)
            entries.removeAll(keepingCapacity: true)
            bytes.reserveCapacity(count * Self.bytesExpected)
            entries.reserveCapacity(count)
            return (bytes, entries)
        }

        fileprivate static let entriesMax = 1024
        /// An accepted bid has some 600 to 700 with names of ten characters, the chained ones included.
        fileprivate static let bytesExpected = 768
    }

    /// Its own, for a later batch.
    public var space: Space { Space(bytes, entries) }

    /// How many entries it adds to the log.
    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }
    /// Whether it makes lots, or has events of the house: most batches have nothing but bids.
    public var changesHouse: Bool { touched.changesHouse }
    var isSealed: Bool { state != nil }
    /// Whether there is something to append, be it an entry or only what is kept beside the log.
    public var hasRows: Bool {
        !isEmpty || snapshot != nil || certificateTree != nil || webhooks != nil
    }

    /// Takes an event into the batch and the house: encodes it, chains it, applies it, and takes
    /// note of the rows that it adds and of the lot, bidder or sale that it touches.
    ///
    /// - Parameters:
    ///   - event: decided against this very house.
    ///   - t: the engine's time of it.
    ///   - house: the house as all earlier events leave it.
    ///   - lot: where the event's lot stands there, if that is known.
    /// - Returns: the entry's hash.
    @discardableResult
    public mutating func record(
        _ event: Event, at t: Instant, in house: inout House, on lot: Auctions.Place? = nil
    ) -> EntryHash {
        precondition(!isSealed, "A sealed batch takes no more events: start the next one")
        let lot = lot ?? event.auction.flatMap { house.auctions.place(of: $0) }
        if case .auction(_, .bidAccepted(let bid)) = event, let lot {
            let told = recordQuickly(bid, at: t, in: &house, on: lot)
            if told != nil { return head.hash }
        }
        return recordPlainly(event, at: t, in: &house, on: lot)
    }

    /// The same for a bid that was accepted on that lot.
    ///
    /// - Returns: what its bidder is told.
    public mutating func record(
        _ bid: BidAccepted, at t: Instant, in house: inout House, on lot: Auctions.Place
    ) -> Reply {
        if let told = recordQuickly(bid, at: t, in: &house, on: lot) {
            return Reply(
                request: bid.request, verdict: .accepted(told), at: t, entryHash: head.hash)
        }
        let id = house.auctions.with(lot) { $0.id }
        record(.auction(id, .bidAccepted(bid)), at: t, in: &house, on: lot)
        guard let reply = house.auctions.with(lot, { $0.newestReply }) else {
            preconditionFailure("A request's verdict is its lot's newest reply")
        }
        return reply
    }

    /// - Returns: what its bidder is told; nil, and nothing done, when it is not as plain as most of them.
    private mutating func recordQuickly(
        _ bid: BidAccepted, at t: Instant, in house: inout House, on lot: Auctions.Place
    ) -> Acceptance? {
        precondition(!isSealed, "A sealed batch takes no more events: start the next one")
        let position = head.position + 1
        let salt = salts.salt(at: position)
        let entry = house.auctions.with(lot) {
            AcceptedBidEntry(
                bid, on: $0, previousHash: head.hash, position: position, at: t, salt: salt,
                appendingTo: &bytes)
        }
        guard let entry else { return nil }
        let hash = entry.image.hash
        head = LogHead(position: position, hash: hash)
        touched.noteBid(on: lot)
        let told = house.apply(bid, on: lot, at: t, recordedAs: hash)
        entries.append(
            EntryRow(
                position: position, at: t, seq: bid.seq, image: entry.image,
                answer: AnswerColumns(
                    bidder: entry.bidder, bid: entry.bid,
                    told: ToldColumns(told),
                    commitment: CommitmentColumns(
                        ordinal: bid.ordinal, amount: bid.amount, alias: entry.alias))))
        return told
    }

    /// An event of any kind.
    private mutating func recordPlainly(
        _ event: Event, at t: Instant, in house: inout House, on lot: Auctions.Place?
    ) -> EntryHash {
        writer.removeAll()
        EventCodec.encode(event, to: &writer)
        publicWriter.removeAll()
        EventCodec.encodePublic(event, in: house, on: lot, to: &publicWriter)
        let position = head.position + 1
        let image = EntryImage(
            previousHash: head.hash, position: position, at: t, kind: event.kind,
            auction: event.auction?.text, salt: salts.salt(at: position), payload: writer.bytes,
            publicPayload: publicWriter.bytes, appendingTo: &bytes)
        let hash = image.hash
        head = LogHead(position: position, hash: hash)
        var row = EntryRow(position: position, at: t, seq: event.seq, image: image)
        switch event {
        case .auction(let id, let event):
            if let lot {
                follow(event, on: lot, as: &row, in: &house)
                touched.note(event, on: lot)
            } else {
                house.apply(.auction(id, event), at: t, recordedAs: hash)
                if let lot = house.auctions.place(of: id) { touched.note(event, on: lot) }
            }
        case .house(let event):
            house.apply(.house(event), at: t, recordedAs: hash)
            touched.note(event)
        }
        entries.append(row)
        return hash
    }

    /// Reads the state rows of all that was touched, once per lot however many bids it got.
    ///
    /// - Parameter house: the house that the events were recorded into, before any later event.
    public mutating func seal(with house: House) {
        precondition(!isSealed, "A batch is sealed once")
        state = StateRows(of: touched, in: house, appendingTo: &bytes)
    }

    private mutating func follow(
        _ event: AuctionEvent, on lot: Auctions.Place, as row: inout EntryRow,
        in house: inout House
    ) {
        var certified: EntryHash?
        switch event {
        // A lot that was reopened has had a close before.
        case .bidsVoided, .closed:
            certified = house.auctions.with(lot) { $0.outcomeEntry }
        default: break
        }
        house.apply(event, on: lot, at: row.at, recordedAs: head.hash)
        switch event {
        case .bidAccepted(let event):
            house.auctions.with(lot) { auction in
                guard let alias = auction.number(of: event.request.bidder) else {
                    preconditionFailure("Who has bid is a participant")
                }
                row.answer = answer(
                    to: event.request, on: auction,
                    commitment: CommitmentColumns(
                        ordinal: event.ordinal, amount: event.amount, alias: alias))
            }
        case .bidRefused(let event):
            house.auctions.with(lot) { row.answer = answer(to: event.request, on: $0) }
        case .bidsVoided(let event):
            voids += event.ordinals.map {
                VoidRow(auction: row.auction, ordinal: $0, position: row.position)
            }
            house.auctions.with(lot) { certify($0, replacing: certified) }
            guard case .retraction(let request) = event.cause else { return }
            house.auctions.with(lot) { row.answer = answer(to: request, on: $0) }
        case .closed: house.auctions.with(lot) { certify($0, replacing: certified) }
        case .created, .opened, .reserveLowered, .extended, .paused, .resumed, .cancelled,
            .announced, .askSet, .fairWarned, .reopened:
            break
        }
    }

    /// Makes the lot's certificate, if the newest entry is the one that says how it ended.
    private mutating func certify(_ auction: Auction, replacing replaced: EntryHash?) {
        guard auction.outcomeEntry == head.hash,
            let statement = CertificateStatement.text(
                of: auction, position: head.position, hash: head.hash, replacing: replaced)
        else { return }
        certificates.append(
            Certificate(position: head.position, auction: auction.id, statement: statement))
    }

    /// The reply that the event has just left on the lot, as columns of its row.
    private mutating func answer(
        to request: BidRequest, on auction: Auction, commitment: CommitmentColumns = .none
    ) -> AnswerColumns {
        guard let reply = auction.newestReply else {
            preconditionFailure("A request's verdict is its lot's newest reply")
        }
        let code =
            if case .refused(let refusal) = reply.verdict { refusal.code } else { "" }
        return AnswerColumns(
            bidder: append(text: request.bidder.text), bid: append(text: request.id.text),
            told: ToldColumns(reply.verdict, code: append(text: code)), commitment: commitment)
    }

    private mutating func append(text: String) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        return start..<bytes.count
    }
}
