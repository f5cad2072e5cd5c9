import AuctionRules
import StrictJSON

/// An event as its public payload tells it.
struct PublicEvent {
    enum Content {
        case created(PublicTerms)
        case opened
        case bid(bidder: String, standing: PublicStanding)
        /// Only that the number of bids may have changed.
        case sealedBid
        /// `bids`: the public changes that the voided bids had made.
        case voided(bids: [Int64], standing: PublicStanding?, outcome: PublicOutcome?)
        case reserveLowered(ReserveState)
        case extended(to: Instant, Extender)
        case paused
        case resumed(endsAt: Instant?)
        case closed(PublicOutcome, Closed.Cause)
        case cancelled
        case announced
        case refusedLate(by: Milliseconds)
        /// `standing`: of a live-room lot that comes on the block.
        case asked(Amount, standing: PublicStanding?)
        case warned
        case reopened
    }

    /// What moved an end.
    enum Extender: Hashable {
        /// A bid on the lot.
        case bid
        /// A late bid on another lot of its group.
        case groupsBid(on: String)
        case other
    }

    let content: Content
    let seq: Int64?
}

/// The bidding as everybody sees it; people are aliases.
struct PublicStanding: Hashable {
    let price: Amount?
    let leader: String?
    let reserve: ReserveState
}

/// How a lot ended, as everybody sees it.
struct PublicOutcome: Hashable {
    let code: String
    /// Of a lot that was sold.
    let winner: String?
    let price: Amount?
}

/// The terms that the price and the end follow from.
struct PublicTerms {
    let format: Format
    let start: Amount
    let hasReserve: Bool
    let cap: Amount?
    let increments: IncrementTable
    let opensAt: Instant
    let closesAt: Instant?
    let softClose: SoftClose?
    let resumeMin: Milliseconds
    let sale: String?
}

extension PublicEvent {
    /// Reads a public payload of a lot's event.
    init(kind: String, payload: [UInt8]) throws(EventCodingError) {
        do {
            guard let object = try JSONValue(parsing: payload).asObject else {
                throw EventCodingError(kind, "is no object")
            }
            let fields = PayloadFields(kind: kind, object: object)
            guard try fields.integer("v") == EventCodec.version else {
                throw fields.fault("v", "is another version than this Gavel reads")
            }
            content = try Self.content(fields)
            seq = try fields.optionalInteger("seq")
        } catch let error as EventCodingError {
            throw error
        } catch {
            throw EventCodingError(kind, "can't be read: \(error)")
        }
    }

    private static func content(_ fields: PayloadFields) throws -> Content {
        switch fields.kind {
        case "auction_created": .created(try PublicTerms(fields))
        case "auction_opened": .opened
        case "bid_accepted":
            if let bidder = try fields.optionalString("bidder") {
                .bid(bidder: bidder, standing: try PublicStanding(fields))
            } else {
                .sealedBid
            }
        case "bids_voided":
            .voided(
                bids: try fields.object.array("bids").map { value in
                    guard case .integer(let seq) = value else {
                        throw fields.fault("bids", "must hold integers")
                    }
                    return seq
                },
                standing: try fields.optionalString("reserve") == nil
                    ? nil : try PublicStanding(fields),
                outcome: try fields.optionalObject("result").map(PublicOutcome.init))
        case "reserve_lowered": .reserveLowered(try fields.member("reserve"))
        case "auction_extended":
            .extended(to: try fields.instant("ends_at"), try extender(fields))
        case "auction_paused": .paused
        case "auction_resumed": .resumed(endsAt: try fields.optionalInstant("ends_at"))
        case "auction_closed":
            .closed(try PublicOutcome(fields), try fields.member("cause"))
        case "auction_cancelled": .cancelled
        case "auction_announced": .announced
        case "ask_set":
            .asked(
                try ask(fields),
                standing: try fields.optionalString("reserve") == nil
                    ? nil : try PublicStanding(fields))
        case "fair_warning_given": .warned
        case "auction_reopened": .reopened
        case "bid_refused": .refusedLate(by: try fields.integer("late_by"))
        default: throw EventCodingError(fields.kind, "is of no kind that an auction's event has")
        }
    }

    private static func extender(_ fields: PayloadFields) throws -> Extender {
        switch try fields.string("cause") {
        case "soft_close": .bid
        case "soft_close_group": .groupsBid(on: try fields.string("bid_on"))
        default: .other
        }
    }
}

extension PublicEvent {
    fileprivate static func ask(_ fields: PayloadFields) throws -> Amount {
        guard let ask = Amount.derived(try fields.integer("ask")) else {
            throw fields.fault("ask", "is no amount")
        }
        return ask
    }
}

extension PublicStanding {
    fileprivate init(_ fields: PayloadFields) throws {
        price = try fields.optionalAmount("price")
        leader = try fields.optionalString("leader")
        reserve = try fields.member("reserve")
    }
}

extension PublicOutcome {
    fileprivate init(_ fields: PayloadFields) throws {
        code = try fields.string("outcome")
        winner = try fields.optionalString("winner")
        price = winner == nil ? nil : try fields.amount("price")
    }
}

extension PublicTerms {
    fileprivate init(_ fields: PayloadFields) throws {
        format = try fields.member("format")
        start = try fields.amount("start")
        let reserve: ReserveState = try fields.member("reserve")
        hasReserve = reserve != .none
        cap = try fields.optionalObject("buy_now")?.amount("price")
        increments = try EventCodec.incrementTable(fields)
        opensAt = try fields.instant("opens_at")
        closesAt = try fields.optionalInstant("closes_at")
        softClose = try fields.optionalObject("soft_close").map(EventCodec.softClose)
        resumeMin = try fields.integer("resume_min")
        sale = try fields.optionalString("sale")
    }
}
