/// A lot's state as bytes, and the lot again from them.
///
/// The image holds what its terms and its replies do not tell. The rest, from the commitments to the
/// bidding, follows from the replies in order, which are pages of their own (``replyPages``): they may
/// be many, and full pages never change.
///
/// A new property of a lot, of its terms or of a reply has its place here, and makes images of another
/// version (``House/imageVersion``); a test counts the properties.
extension Auction {
    /// The replies, as they are kept.
    public var replyPages: RecordPages { replies.records }

    public var image: [UInt8] {
        var writer = ImageWriter()
        writer.write(terms)
        writer.write(phase)
        writer.write(seq)
        writer.write(startsAt)
        writer.write(endsAt) { $0.write($1) }
        writer.write(extensions)
        writer.write(extensionsByBids)
        writer.write(newestExtensions) { writer, step in
            writer.write(step.seq)
            writer.write(step.at)
            writer.write(step.endsAt)
            writer.write(step.cause)
        }
        writer.write(outcomeEntry) { $0.write($1) }
        writer.write(reserve) { $0.write($1) }
        writer.write(standing)
        writer.write(block) { $0.write($1) }
        writer.write(commitmentBook.voidedOrdinals) { $0.write($1) }
        writer.write(replyPages.pages.count)
        writer.write(replyPages.pages.last?.count ?? 0)
        writer.write(replies.count)
        writer.write(commitmentBook.count)
        return writer.bytes
    }

    /// The lot that an image shows.
    ///
    /// - Parameter replyPages: the lot's, as they were when the image was taken or later.
    public init(
        id: AuctionID, image: [UInt8], replyPages: RecordPages
    ) throws(ImageFault) {
        self = try ImageReader.reading(image) { reader throws(ImageFault) in
            try reader.auction(id, replyPages)
        }
    }

    /// What a reply says of its lot beyond what the image does.
    ///
    /// - Parameter place: where the reply stands.
    fileprivate mutating func follow(
        _ reply: Reply, isPublic: Bool, at place: RecordPages.Place, voided: Set<Int>
    ) throws(ImageFault) {
        let request = reply.request
        switch reply.verdict {
        case .retracted: break
        case .refused(let refusal):
            guard let amount = refusal.insufficientOffer(of: request.action) else { break }
            refusedOffers[request.bidder] = max(amount, refusedOffers[request.bidder] ?? amount)
        case .accepted(let told):
            let (kind, amount): (Commitment.Kind, Amount)
            switch request.action {
            case .bid(let offered, let offer, _), .bidAtAsk(let offered, let offer, _, _):
                (kind, amount) = (offered == .max ? .max : .exact, offer)
            case .room(let offer): (kind, amount) = (.room, offer)
            case .buy:
                guard let price = terms.buyNow?.price else {
                    throw ImageFault("it can't be bought")
                }
                (kind, amount) = (.buy, price)
            case .retract: throw ImageFault("a retraction is no bid")
            }
            follow(
                amount, by: request.bidder, kind, at: reply.at, seq: isPublic ? told.seq : nil,
                place: place,
                isVoided: !voided.isEmpty && voided.contains(commitmentBook.count))
        }
    }

    private mutating func follow(
        _ amount: Amount, by bidder: BidderID, _ kind: Commitment.Kind, at t: Instant, seq: Int64?,
        place: RecordPages.Place, isVoided: Bool
    ) {
        if !refusedOffers.isEmpty { refusedOffers[bidder] = nil }
        // One whose bids are all voided keeps the number.
        let number = participants.admit(bidder)
        commitmentBook.append(
            CommitmentBook.Entry(
                by: number, kind: kind, amount: amount, at: t, seq: seq, place: place,
                isVoided: isVoided))
        guard !isVoided else { return }
        bidding.commit(amount, by: number, kind, isPublic: seq != nil)
        if seq != nil { publicBids += 1 }
        _ = participants.commit(amount, by: number, isSealed: !isOpenOutcry)
    }
}

extension ImageWriter {
    mutating func write(_ phase: Auction.Phase) {
        switch phase {
        case .scheduled: write(0)
        case .open: write(1)
        case .paused(let remaining):
            write(2)
            write(remaining) { $0.write($1) }
        case .closed(let outcome, let cause, let at):
            write(3)
            write(outcome)
            write(cause)
            write(at)
        case .cancelled(let at):
            write(4)
            write(at)
        }
    }

    private mutating func write(_ outcome: Outcome) {
        switch outcome {
        case .sold(let winner, let price):
            write(0)
            write(winner)
            write(price)
        case .noBids: write(1)
        case .reserveNotMet: write(2)
        case .passed: write(3)
        }
    }

    mutating func write(_ block: Auction.Block) {
        write(block.ask) { $0.write($1) }
        write(block.askSeq)
        write(block.fairWarnings)
        write(block.since) { $0.write($1) }
    }

    mutating func write(_ standing: Standing) {
        write(standing.price) { $0.write($1) }
        write(standing.leader) { $0.write($1) }
        write(standing.isReserveMet)
    }
}

extension ImageReader {
    fileprivate mutating func auction(
        _ id: AuctionID, _ replyPages: RecordPages
    ) throws(ImageFault) -> Auction {
        var auction = Auction(id: id, terms: try terms())
        auction.phase = try phase()
        auction.seq = try integer()
        auction.startsAt = try instant()
        auction.endsAt = try optionalInstant()
        auction.extensions = try count()
        auction.extensionsByBids = try count()
        for _ in 0..<(try count()) {
            auction.newestExtensions.append(
                Auction.Extension(
                    seq: try integer(), at: try instant(), endsAt: try instant(),
                    cause: try enumeration()))
        }
        auction.outcomeEntry = try flag() ? try hash() : nil
        auction.reserve = try optionalAmount()
        let standing = try standing()
        auction.block = try flag() ? try block() : nil
        var voided: Set<Int> = []
        for _ in 0..<(try count()) { voided.insert(try count()) }
        let (pageCount, lastLength) = (try count(), try count())
        let (replyCount, commitmentCount) = (try count(), try count())
        guard isAtEnd else { throw ImageFault("it is too long") }
        let pages = try replyPages.upTo(page: pageCount, length: lastLength)
        auction.replies = try ReplyBook(pages, count: replyCount) {
            auction.participants.bidder(ofNumber: $0)
        } _: { reply, isPublic, place throws(ImageFault) in
            try auction.follow(reply, isPublic: isPublic, at: place, voided: voided)
        }
        guard auction.commitmentBook.count == commitmentCount else {
            throw ImageFault("it should have \(commitmentCount) bids")
        }
        auction.show(standing)
        return auction
    }

    mutating func phase() throws(ImageFault) -> Auction.Phase {
        switch try integer() {
        case 0: return .scheduled
        case 1: return .open
        case 2: return .paused(remaining: try optionalInteger())
        case 3: return .closed(try outcome(), try enumeration(), at: try instant())
        case 4: return .cancelled(at: try instant())
        case let other: throw ImageFault("\(other) is no phase")
        }
    }

    private mutating func outcome() throws(ImageFault) -> Outcome {
        switch try integer() {
        case 0: return .sold(to: try identifier(), price: try amount())
        case 1: return .noBids
        case 2: return .reserveNotMet
        case 3: return .passed
        case let other: throw ImageFault("\(other) is no outcome")
        }
    }

    private mutating func block() throws(ImageFault) -> Auction.Block {
        Auction.Block(
            ask: try optionalAmount(), askSeq: try integer(), fairWarnings: try count(),
            since: try optionalInstant())
    }

    mutating func standing() throws(ImageFault) -> Standing {
        Standing(
            price: try optionalAmount(), leader: try optionalIdentifier(),
            isReserveMet: try flag())
    }
}
