public import AuctionRules
import StrictJSON

/// Reading what a client sent. Unknown keys are ignored, duplicate keys refused, and nothing that
/// can be sent traps.
extension ClientFrame {
    /// Reads one frame.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, as encoding: WireEncoding = .json
    ) throws(WireFault) -> ClientFrame {
        switch encoding {
        case .json:
            if let bid = BidScanner.frame(in: bytes) { return bid }
            return try decodePlainly(bytes)
        case .protobuf: return try decode(try ProtoClientFrame(decoding: bytes).fields())
        }
    }

    /// Any frame in JSON, and every one that is to be refused.
    static func decodePlainly(_ bytes: UnsafeRawBufferPointer) throws(WireFault) -> ClientFrame {
        try decode(try object(in: bytes))
    }

    /// As above, from any bytes.
    public static func decode(
        _ bytes: some Collection<UInt8>, as encoding: WireEncoding = .json
    ) throws(WireFault) -> ClientFrame {
        try Array(bytes).withUnsafeBytes { raw in
            Result { () throws(WireFault) in try decode(raw, as: encoding) }
        }.get()
    }

    /// Reads a frame by its fields, in whatever encoding they came.
    private static func decode(_ object: JSONObject) throws(WireFault) -> ClientFrame {
        let type: String
        do { type = try object.text("type") } catch { throw .badMessage(error.message) }
        let kind = ClientMessage.Kind(rawValue: type)
        var ref: String?
        var refFault: FieldFault?
        do { ref = try object.optionalText("ref", scalarsMax: refLengthMax) } catch {
            refFault = error
        }
        switch kind {
        case .bid, .buy, .retract: return try request(kind, object, ref: ref, refFault)
        default: break
        }
        if let refFault { throw .badMessage(refFault.message) }
        let message: ClientMessage?
        do { message = try ClientMessage(kind, object) } catch {
            throw .badMessage(error.message, ref: ref)
        }
        guard let message else {
            throw .error(.unknownType, message: "There is no such type of message.", ref: ref)
        }
        return ClientFrame(message, ref: ref)
    }

    /// Reads the body of `POST /v1/auctions/ID/bids`: a `bid` without `type` and `auction`.
    public static func decodeBid(
        _ bytes: UnsafeRawBufferPointer, on auction: AuctionID
    ) throws(WireFault) -> BidMessage {
        let object = try object(in: bytes)
        let id: BidID
        do { id = try object.identifier("id") } catch { throw .badMessage(error.message) }
        do {
            return try BidMessage(object, auction: auction, id: id)
        } catch {
            throw .rejected(auction: auction, id: id, error, ref: nil)
        }
    }

    private static func object(in bytes: UnsafeRawBufferPointer) throws(WireFault) -> JSONObject {
        let value: JSONValue
        do { value = try JSONValue.parse(bytes) } catch { throw .badMessage(error.message) }
        guard let object = value.asObject else {
            throw .badMessage("a message is one JSON object")
        }
        return object
    }

    /// A bid, a buy or a retraction: from the moment that its lot and its id are known, what is
    /// wrong with the rest is a verdict on it.
    private static func request(
        _ kind: ClientMessage.Kind?, _ object: JSONObject, ref: String?, _ refFault: FieldFault?
    ) throws(WireFault) -> ClientFrame {
        let auction: AuctionID
        let id: BidID
        do {
            auction = try object.identifier("auction")
            id = try object.identifier("id")
        } catch {
            throw .badMessage(error.message, ref: ref)
        }
        do throws(Refusal) {
            if let refFault { throw .malformed(refFault.message) }
            let message: ClientMessage =
                switch kind {
                case .buy: .buy(auction, id: id)
                case .retract: .retract(auction, id: id, bid: try object.retractedBid())
                default: .bid(try BidMessage(object, auction: auction, id: id))
                }
            return ClientFrame(message, ref: ref)
        } catch {
            throw .rejected(auction: auction, id: id, error, ref: ref)
        }
    }
}

extension ClientMessage {
    /// What is neither bid nor buy nor retraction; nil for an unknown type.
    fileprivate init?(_ kind: Kind?, _ object: JSONObject) throws(FieldFault) {
        switch kind {
        case .authenticate:
            self = .authenticate(token: try object.text("token", scalarsMax: 4096))
        case .watch:
            let target = try WatchTarget(object)
            let feed: Feed? = try object.optionalChoice("feed")
            let resume = try ResumePoint(object, watching: target)
            self = .watch(target, feed: feed ?? .latest, resume: resume)
        case .unwatch: self = .unwatch(try WatchTarget(object))
        case .receipt:
            self = .receipt(try object.identifier("auction"), id: try object.identifier("id"))
        case .bidStatus:
            self = .bidStatus(try object.identifier("auction"), id: try object.identifier("id"))
        case .time: self = .time(try ClientTime(object))
        case .bid, .buy, .retract, nil: return nil
        }
    }
}

extension WatchTarget {
    init(_ object: JSONObject) throws(FieldFault) {
        let auction: AuctionID? = try object.optionalIdentifier("auction")
        let sale: SaleID? = try object.optionalIdentifier("sale")
        switch (auction, sale) {
        case (let auction?, nil): self = .auction(auction)
        case (nil, let sale?): self = .sale(sale)
        default: throw FieldFault("exactly one of the fields \"auction\" and \"sale\" is needed")
        }
    }
}

extension ResumePoint {
    /// Nil without `after` and `log`. The lots of a sale are numbered each by itself, so that no
    /// one number says where its watcher left off.
    fileprivate init?(_ object: JSONObject, watching target: WatchTarget) throws(FieldFault) {
        let after = try object.optionalNumber("after", in: 0 ... .max)
        let log = try object.optionalText("log", scalarsMax: 64)
        switch (after, log, target) {
        case (nil, nil, _): return nil
        case (let after?, let log?, .auction): self.init(after: after, log: log)
        case (_, _, .sale):
            throw FieldFault("\"after\" is for an auction: resume each lot of the sale by itself")
        default: throw FieldFault("the fields \"after\" and \"log\" are needed together")
        }
    }
}

extension ClientTime {
    init(_ object: JSONObject) throws(FieldFault) {
        switch object["client_time"] {
        case .integer(let integer)?: self.init(integer)
        case .number(let text)?: self.init(number: text)
        default: throw FieldFault("client_time", "must be a number")
        }
    }
}

extension BidMessage {
    fileprivate init(
        _ object: JSONObject, auction: AuctionID, id: BidID
    ) throws(Refusal) {
        let kind: BidKind?
        let currency: String?
        let quantity: Int64?
        let askSeq: Int64?
        let isConfirmed: Bool?
        let wantsReceipt: Bool?
        do throws(FieldFault) {
            kind = try object.optionalChoice("kind")
            currency = try object.optionalText("currency", scalarsMax: 64)
            quantity = try object.optionalNumber("quantity")
            askSeq = try object.optionalNumber("ask_seq")
            isConfirmed = try object.optionalFlag("confirm")
            wantsReceipt = try object.optionalFlag("receipt")
        } catch {
            throw .malformed(error.message)
        }
        if let quantity, quantity != 1 {
            throw .unsupported("This lot is sold as one unit: bid without a quantity")
        }
        self.init(
            auction: auction, id: id, amount: try object.offeredAmount(), kind: kind ?? .max,
            currency: currency, askSeq: askSeq, isConfirmed: isConfirmed ?? false,
            wantsReceipt: wantsReceipt ?? false)
    }
}

extension JSONObject {
    fileprivate func retractedBid() throws(Refusal) -> BidID {
        do { return try identifier("bid") } catch { throw .malformed(error.message) }
    }

    /// What was meant as an amount and is none is `invalid_amount`; anything else is `malformed`.
    fileprivate func offeredAmount() throws(Refusal) -> Amount {
        switch self["amount"] {
        case .integer(let minorUnits)?:
            guard let amount = Amount(minorUnits: minorUnits) else { throw .invalidAmount }
            return amount
        case .number?, .string?: throw .invalidAmount
        case nil: throw .malformed("field \"amount\" is missing; it must be an integer")
        default: throw .malformed("field \"amount\" must be an integer")
        }
    }
}
