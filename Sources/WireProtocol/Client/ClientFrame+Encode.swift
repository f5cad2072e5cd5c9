import AuctionRules
public import StrictJSON

extension ClientFrame {
    public func encoded(as encoding: WireEncoding = .json) -> [UInt8] {
        switch encoding {
        case .json:
            var writer = JSONWriter()
            encode(into: &writer)
            return writer.bytes
        case .protobuf: return ProtoClientFrame(self).encoded()
        }
    }

    /// The frame as one JSON object.
    public func encode(into writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("type", message.type)
            writer.fieldIfPresent("ref", ref)
            switch message {
            case .authenticate(let token): writer.field("token", token)
            case .watch(let target, let feed, let resume):
                target.encode(into: &writer)
                if feed != .latest { writer.field("feed", feed.rawValue) }
                if let resume {
                    writer.field("after", resume.after)
                    writer.field("log", resume.log)
                }
            case .unwatch(let target): target.encode(into: &writer)
            case .bid(let bid): bid.encode(into: &writer)
            case .retract(let auction, let id, let bid):
                writer.field("auction", auction)
                writer.field("id", id)
                writer.field("bid", bid)
            case .buy(let auction, let id), .receipt(let auction, let id),
                .bidStatus(let auction, let id):
                writer.field("auction", auction)
                writer.field("id", id)
            case .time(let time): writer.field("client_time", numberText: time.text)
            }
        }
    }
}

extension WatchTarget {
    func encode(into writer: inout JSONWriter) {
        switch self {
        case .auction(let id): writer.field("auction", id)
        case .sale(let id): writer.field("sale", id)
        }
    }
}

extension BidMessage {
    func encode(into writer: inout JSONWriter) {
        writer.field("auction", auction)
        writer.field("id", id)
        writer.field("amount", amount)
        if kind != .max { writer.field("kind", kind.rawValue) }
        writer.fieldIfPresent("currency", currency)
        writer.fieldIfPresent("ask_seq", askSeq)
        if isConfirmed { writer.field("confirm", true) }
        if wantsReceipt { writer.field("receipt", true) }
    }
}
