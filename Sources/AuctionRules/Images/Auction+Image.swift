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
        writer.write(commitments.voidedOrdinals) { $0.write($1) }
        writer.write(replyPages.pages.count)
        writer.write(replyPages.pages.last?.count ?? 0)
        writer.write(replies.count)
        writer.write(commitments.count)
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
    fileprivate mutating func follow(
        _ reply: Reply, isPublic: Bool, voided: Set<Int>
    ) throws(ImageFault) {
        let bidder = reply.request.bidder
        switch (reply.verdict, reply.request.action) {
        case (.accepted(let told), .bid(let kind, let amount, _)):
            follow(
                Commitment(
                    ordinal: commitments.count, key: reply.request.key,
                    kind: kind == .max ? .max : .exact, amount: amount, at: reply.at,
                    seq: isPublic ? told.seq : nil,
                    isVoided: !voided.isEmpty && voided.contains(commitments.count)))
        case (.accepted(let told), .buy):
            guard let price = terms.buyNow?.price else { throw ImageFault("it can't be bought") }
            follow(
                Commitment(
                    ordinal: commitments.count, key: reply.request.key, kind: .buy,
                    amount: price, at: reply.at, seq: isPublic ? told.seq : nil,
                    isVoided: !voided.isEmpty && voided.contains(commitments.count)))
        case (.accepted(let told), .bidAtAsk(let kind, let amount, _, _)):
            follow(
                Commitment(
                    ordinal: commitments.count, key: reply.request.key,
                    kind: kind == .max ? .max : .exact, amount: amount, at: reply.at,
                    seq: isPublic ? told.seq : nil,
                    isVoided: !voided.isEmpty && voided.contains(commitments.count)))
        case (.accepted(let told), .room(let amount)):
            follow(
                Commitment(
                    ordinal: commitments.count, key: reply.request.key, kind: .room,
                    amount: amount, at: reply.at, seq: isPublic ? told.seq : nil,
                    isVoided: !voided.isEmpty && voided.contains(commitments.count)))
        case (.accepted, .retract): throw ImageFault("a retraction is no bid")
        case (.refused(let refusal), let action):
            guard let amount = refusal.insufficientOffer(of: action) else { break }
            refusedOffers[bidder] = max(amount, refusedOffers[bidder] ?? amount)
        case (.retracted, _): break
        }
    }

    private mutating func follow(_ commitment: Commitment) {
        commitments.append(commitment)
        let bidder = commitment.key.bidder
        if !refusedOffers.isEmpty { refusedOffers[bidder] = nil }
        // One whose bids are all voided keeps the number.
        let number = participants.admit(bidder)
        guard !commitment.isVoided else { return }
        bidding.commit(commitment)
        if commitment.seq != nil { publicBids += 1 }
        _ = participants.commit(commitment.amount, by: number, isSealed: !isOpenOutcry)
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
            reply, isPublic throws(ImageFault) in
            try auction.follow(reply, isPublic: isPublic, voided: voided)
        }
        guard auction.commitments.count == commitmentCount else {
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
