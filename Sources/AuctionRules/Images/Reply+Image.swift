extension ImageWriter {
    /// The key comes first: a reply is looked for by it.
    mutating func write(
        _ verdict: Verdict, on request: BidRequest, at t: Instant, recordedAs hash: EntryHash
    ) {
        write(request.key)
        write(request)
        write(t)
        write(hash)
        write(verdict)
    }

    /// All but the key.
    private mutating func write(_ request: BidRequest) {
        write(request.isConfirmed)
        switch request.action {
        case .bid(let kind, let amount, let currency):
            write(0)
            write(kind == .max)
            write(amount)
            write(currency) { $0.write($1) }
        case .buy: write(1)
        case .retract(let bid):
            write(2)
            write(bid)
        case .bidAtAsk(let kind, let amount, let askSeq, let currency):
            write(3)
            write(kind == .max)
            write(amount)
            write(askSeq)
            write(currency) { $0.write($1) }
        case .room(let amount):
            write(4)
            write(amount)
        }
    }

    private mutating func write(_ verdict: Verdict) {
        switch verdict {
        case .accepted(let told):
            write(0)
            write(told.seq)
            write(told.isLeading) { $0.write($1) }
            write(told.ownMax)
            write(told.price) { $0.write($1) }
            write(told.minimum) { $0.write($1) }
            switch told.reserve {
            case .none: write(0)
            case .unmet: write(1)
            case .met: write(2)
            }
            write(told.endsAt) { $0.write($1) }
        case .retracted(let seq):
            write(1)
            write(seq)
        case .refused(let refusal):
            write(2)
            write(refusal)
        }
    }

    private mutating func write(_ refusal: Refusal) {
        switch refusal {
        case .malformed(let why):
            write(0)
            write(why)
        case .wrongCurrency(let expected):
            write(1)
            write(expected)
        case .invalidAmount: write(2)
        case .idempotencyConflict: write(3)
        case .unknownAuction: write(4)
        case .notOpen: write(5)
        case .paused: write(6)
        case .closed(let lateBy):
            write(7)
            write(lateBy)
        case .cancelled: write(8)
        case .notRegistered: write(9)
        case .notApproved: write(10)
        case .suspended: write(11)
        case .selfBidding: write(12)
        case .limitExceeded: write(13)
        case .alreadyLeading: write(14)
        case .maxNotHigher: write(15)
        case .tooLow(let minimum):
            write(16)
            write(minimum)
        case .offLadder: write(17)
        case .confirmRequired(let minimum):
            write(18)
            write(minimum)
        case .unsupported(let what):
            write(19)
            write(what)
        case .unavailable: write(20)
        case .askMoved(let ask, let askSeq):
            write(21)
            write(ask)
            write(askSeq)
        }
    }
}

extension ImageReader {
    mutating func reply() throws(ImageFault) -> Reply {
        let key = try key()
        let request = try request(key)
        let (at, hash) = (try instant(), try hash())
        return Reply(request: request, verdict: try verdict(), at: at, entryHash: hash)
    }

    private mutating func request(_ key: BidKey) throws(ImageFault) -> BidRequest {
        let isConfirmed = try flag()
        let action: BidAction
        switch try integer() {
        case 0:
            let (isMax, amount) = (try flag(), try amount())
            action = .bid(isMax ? .max : .exact, amount: amount, currency: try optionalText())
        case 1: action = .buy
        case 2: action = .retract(try identifier())
        case 3:
            let (isMax, amount) = (try flag(), try amount())
            action = .bidAtAsk(
                isMax ? .max : .exact, amount: amount, askSeq: try integer(),
                currency: try optionalText())
        case 4: action = .room(amount: try amount())
        case let other: throw ImageFault("\(other) is no action")
        }
        return BidRequest(bidder: key.bidder, id: key.id, action: action, isConfirmed: isConfirmed)
    }

    private mutating func verdict() throws(ImageFault) -> Verdict {
        switch try integer() {
        case 0:
            let seq = try integer()
            let isLeading = try optionalFlag()
            let ownMax = try amount()
            let price = try optionalAmount()
            let minimum = try optionalAmount()
            let reserve = try reserveState()
            return .accepted(
                Acceptance(
                    seq: seq, isLeading: isLeading, ownMax: ownMax, price: price,
                    minimum: minimum, reserve: reserve, endsAt: try optionalInstant()))
        case 1: return .retracted(seq: try integer())
        case 2: return .refused(try refusal())
        case let other: throw ImageFault("\(other) is no verdict")
        }
    }

    mutating func reserveState() throws(ImageFault) -> ReserveState {
        switch try integer() {
        case 0: .none
        case 1: .unmet
        case 2: .met
        case let other: throw ImageFault("\(other) is no state of a reserve")
        }
    }

    private mutating func refusal() throws(ImageFault) -> Refusal {
        switch try integer() {
        case 0: return .malformed(try text())
        case 1: return .wrongCurrency(expected: try text())
        case 2: return .invalidAmount
        case 3: return .idempotencyConflict
        case 4: return .unknownAuction
        case 5: return .notOpen
        case 6: return .paused
        case 7: return .closed(lateBy: try integer())
        case 8: return .cancelled
        case 9: return .notRegistered
        case 10: return .notApproved
        case 11: return .suspended
        case 12: return .selfBidding
        case 13: return .limitExceeded
        case 14: return .alreadyLeading
        case 15: return .maxNotHigher
        case 16: return .tooLow(minimum: try amount())
        case 17: return .offLadder
        case 18: return .confirmRequired(minimum: try amount())
        case 19: return .unsupported(try text())
        case 20: return .unavailable
        case 21: return .askMoved(ask: try amount(), askSeq: try integer())
        case let other: throw ImageFault("\(other) is no refusal")
        }
    }
}
