import AuctionRules
import StrictJSON
import SwiftProtobuf

extension ProtoClientFrame {
    /// Reads a client's frame.
    init(decoding bytes: UnsafeRawBufferPointer) throws(WireFault) {
        guard let frame = Self(reading: bytes) else {
            throw .badMessage("it is no ClientFrame of gavel.v1.proto")
        }
        guard frame.message != nil || !frame.unknownFields.data.isEmpty else {
            throw .badMessage("none of the messages of a ClientFrame is set")
        }
        self = frame
    }

    init(_ frame: ClientFrame) {
        self.init()
        if let text = frame.ref { ref = text }
        message = Self.message(frame.message)
    }

    private static func message(_ message: ClientMessage) -> OneOf_Message {
        switch message {
        case .authenticate(let token): .authenticate(.with { $0.token = token })
        case .watch(let target, let feed, let resume):
            .watch(ProtoWatch(target, feed: feed, resume: resume))
        case .unwatch(let target): .unwatch(ProtoUnwatch(target))
        case .bid(let bid): .bid(ProtoBid(bid))
        case .buy(let lot, let id): .buy(.with { ($0.auction, $0.id) = (lot.text, id.text) })
        case .retract(let lot, let id, let bid):
            .retract(
                .with { ($0.auction, $0.id, $0.bid) = (lot.text, id.text, bid.text) })
        case .receipt(let lot, let id):
            .receipt(.with { ($0.auction, $0.id) = (lot.text, id.text) })
        case .bidStatus(let lot, let id):
            .bidStatus(.with { ($0.auction, $0.id) = (lot.text, id.text) })
        case .time(let time): .time(ProtoTimeRequest(time))
        }
    }

    /// The fields that the frame has in JSON. A message that is not known is of a type that is not
    /// known.
    func fields() -> JSONObject {
        let (kind, own) = messageFields()
        var fields = own
        fields["type"] = .string(kind?.rawValue ?? "")
        fields.put("ref", hasRef ? ref : nil)
        return fields
    }

    private func messageFields() -> (ClientMessage.Kind?, JSONObject) {
        switch message {
        case .authenticate(let message): (.authenticate, message.fields)
        case .watch(let message): (.watch, message.fields)
        case .unwatch(let message): (.unwatch, message.fields)
        case .bid(let message): (.bid, message.fields)
        case .buy(let message): (.buy, message.fields)
        case .retract(let message): (.retract, message.fields)
        case .receipt(let message): (.receipt, message.fields)
        case .bidStatus(let message): (.bidStatus, message.fields)
        case .time(let message): (.time, message.fields)
        case nil: (nil, JSONObject())
        }
    }
}

extension ProtoAuthenticate {
    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        fields.put("token", hasToken ? token : nil)
        return fields
    }
}

extension ProtoWatch {
    fileprivate init(_ target: WatchTarget, feed: Feed, resume: ResumePoint?) {
        self.init()
        switch target {
        case .auction(let id): auction = id.text
        case .sale(let id): sale = id.text
        }
        if let resume { (after, log) = (resume.after, resume.log) }
        if feed != .latest { self.feed = ProtoFeed(feed) }
    }

    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        switch target {
        case .auction(let id): fields.put("auction", id)
        case .sale(let id): fields.put("sale", id)
        case nil: break
        }
        fields.put("after", hasAfter ? after : nil)
        fields.put("log", hasLog ? log : nil)
        fields.put("feed", feed)
        return fields
    }
}

extension ProtoUnwatch {
    fileprivate init(_ target: WatchTarget) {
        self.init()
        switch target {
        case .auction(let id): auction = id.text
        case .sale(let id): sale = id.text
        }
    }

    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        switch target {
        case .auction(let id): fields.put("auction", id)
        case .sale(let id): fields.put("sale", id)
        case nil: break
        }
        return fields
    }
}

extension ProtoBid {
    fileprivate init(_ bid: BidMessage) {
        self.init()
        auction = bid.auction.text
        id = bid.id.text
        amount = bid.amount.minorUnits
        if bid.kind != .max { kind = ProtoBidKind(bid.kind) }
        if let currency = bid.currency { self.currency = currency }
        if let askSeq = bid.askSeq { self.askSeq = askSeq }
        if bid.isConfirmed { confirm = true }
        if bid.wantsReceipt { receipt = true }
    }

    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", hasAuction ? auction : nil)
        fields.put("id", hasID ? id : nil)
        fields.put("amount", hasAmount ? amount : nil)
        fields.put("kind", kind)
        fields.put("currency", hasCurrency ? currency : nil)
        fields.put("confirm", hasConfirm ? confirm : nil)
        fields.put("receipt", hasReceipt ? receipt : nil)
        fields.put("ask_seq", hasAskSeq ? askSeq : nil)
        fields.put("quantity", hasQuantity ? quantity : nil)
        return fields
    }
}

extension ProtoBuy {
    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", hasAuction ? auction : nil)
        fields.put("id", hasID ? id : nil)
        return fields
    }
}

extension ProtoRetract {
    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", hasAuction ? auction : nil)
        fields.put("id", hasID ? id : nil)
        fields.put("bid", hasBid ? bid : nil)
        return fields
    }
}

extension ProtoReceiptRequest {
    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", hasAuction ? auction : nil)
        fields.put("id", hasID ? id : nil)
        return fields
    }
}

extension ProtoBidStatus {
    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", hasAuction ? auction : nil)
        fields.put("id", hasID ? id : nil)
        return fields
    }
}

extension ProtoTimeRequest {
    fileprivate init(_ time: ClientTime) {
        self.init()
        if let integer = time.integer { clientTime = integer } else { clientTimeText = time.text }
    }

    fileprivate var fields: JSONObject {
        var fields = JSONObject()
        switch number {
        case .clientTime(let integer): fields.put("client_time", integer)
        case .clientTimeText(let text): fields.put(numberText: "client_time", text)
        case nil: break
        }
        return fields
    }
}

extension ClientTime {
    /// Nil for a number that is no such integer, or is written in another way than usual.
    var integer: Int64? {
        guard let integer = Int64(text), String(integer) == text else { return nil }
        return integer
    }
}
