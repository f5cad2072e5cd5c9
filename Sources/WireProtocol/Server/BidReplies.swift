public import AuctionRules
public import StrictJSON

extension ServerMessage {
    /// What the rules answered to a request, now or when it was sent before: the same reply gives
    /// the same message.
    ///
    /// - Parameter receipt: the content of the receipt that goes with it. A retraction's is asked
    ///   for by itself.
    public init(_ reply: Reply, on auction: AuctionID, receipt content: JSONObject? = nil) {
        let id = reply.request.id
        let receipt = content.map { Receipt(auction: auction, id: id, content: $0) }
        self =
            switch reply.verdict {
            case .accepted(let acceptance):
                .bidAccepted(
                    BidAccepted(
                        auction: auction, id: id, acceptance, at: reply.at,
                        hash: reply.entryHash, receipt: receipt))
            case .retracted(let seq):
                .bidRetracted(BidRetracted(auction: auction, id: id, seq: seq))
            case .refused(let refusal):
                .bidRejected(
                    BidRejected(auction: auction, id: id, refusal, receipt: receipt))
            }
    }

    public struct BidAccepted: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let id: BidID
        public let acceptance: Acceptance
        public let at: Instant
        /// Of the log entry that holds the bid.
        public let hash: EntryHash
        /// A signed receipt, if one was asked for.
        public var receipt: Receipt?

        public init(
            auction: AuctionID, id: BidID, _ acceptance: Acceptance, at: Instant,
            hash: EntryHash, receipt: Receipt? = nil
        ) {
            self.auction = auction
            self.id = id
            self.acceptance = acceptance
            self.at = at
            self.hash = hash
            self.receipt = receipt
        }

        static var placesRef: Bool { true }

        init(_ object: JSONObject) throws(FieldFault) {
            let auction: AuctionID = try object.identifier("auction")
            let id: BidID = try object.identifier("id")
            self.auction = auction
            self.id = id
            acceptance = Acceptance(
                seq: try object.count("seq"),
                isLeading: try object.optionalFlag("leading"),
                ownMax: try object.amount("your_max"),
                price: try object.optionalAmount("price"),
                minimum: try object.optionalAmount("minimum"),
                reserve: try object.choice("reserve"),
                endsAt: try object.optionalInstant("ends_at"))
            at = try object.instant("at")
            guard let hash = EntryHash(hex: try object.text("hash")) else {
                throw FieldFault("hash", "must be 64 lower-case hexadecimal digits")
            }
            self.hash = hash
            receipt = try object.optionalChild("receipt").map {
                Receipt(auction: auction, id: id, content: $0)
            }
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("id", id)
            writer.field("ref", ref)
            writer.field("seq", acceptance.seq)
            writer.field("leading", acceptance.isLeading)
            writer.field("your_max", acceptance.ownMax)
            writer.field("price", acceptance.price)
            writer.field("minimum", acceptance.minimum)
            writer.field("reserve", acceptance.reserve.rawValue)
            writer.field("ends_at", acceptance.endsAt)
            writer.field("at", at)
            writer.field("hash", hash.hex)
            if let receipt { writer.field("receipt", .object(receipt.content)) }
        }
    }

    public struct BidRejected: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let id: BidID
        /// One of the protocol's section 4, or of a later server's.
        public let code: String
        public let message: String
        /// What would have been enough, where that is the point.
        public let minimum: Amount?
        /// For `ask_moved`: the present ask, and its number.
        public let ask: Amount?
        public let askSeq: Int64?
        /// For `closed`: how long after the end the bid came.
        public let lateBy: Milliseconds?
        /// A signed receipt, if one was asked for and the verdict is final.
        public var receipt: Receipt?

        public init(
            auction: AuctionID, id: BidID, _ refusal: Refusal, receipt: Receipt? = nil
        ) {
            self.auction = auction
            self.id = id
            code = refusal.code
            message = refusal.message
            minimum = refusal.minimum
            askSeq = refusal.askSeq
            ask = refusal.askSeq == nil ? nil : refusal.minimum
            lateBy = refusal.lateBy
            self.receipt = receipt
        }

        static var placesRef: Bool { true }

        init(_ object: JSONObject) throws(FieldFault) {
            let auction: AuctionID = try object.identifier("auction")
            let id: BidID = try object.identifier("id")
            self.auction = auction
            self.id = id
            code = try object.text("code")
            message = try object.text("message", scalarsMax: 1000)
            minimum = try object.optionalAmount("minimum")
            ask = try object.optionalAmount("ask")
            askSeq = try object.optionalNumber("ask_seq")
            lateBy = try object.optionalNumber("late_by_ms")
            receipt = try object.optionalChild("receipt").map {
                Receipt(auction: auction, id: id, content: $0)
            }
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("id", id)
            writer.field("ref", ref)
            writer.field("code", code)
            writer.field("message", message)
            writer.fieldIfPresent("minimum", minimum?.minorUnits)
            writer.fieldIfPresent("late_by_ms", lateBy)
            writer.fieldIfPresent("ask", ask?.minorUnits)
            writer.fieldIfPresent("ask_seq", askSeq)
            if let receipt { writer.field("receipt", .object(receipt.content)) }
        }
    }

    public struct BidRetracted: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let id: BidID
        public let seq: Int64

        public init(auction: AuctionID, id: BidID, seq: Int64) {
            self.auction = auction
            self.id = id
            self.seq = seq
        }

        static var placesRef: Bool { true }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            id = try object.identifier("id")
            seq = try object.count("seq")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("id", id)
            writer.field("ref", ref)
            writer.field("seq", seq)
        }
    }

    /// What a bidder can keep as evidence. Its content is signed, and goes through as it is.
    public struct Receipt: Hashable, Sendable, MessageBody {
        public let auction: AuctionID
        public let id: BidID
        /// Everything but the names of the lot and the bid.
        public let content: JSONObject

        public init(auction: AuctionID, id: BidID, content: JSONObject) {
            self.auction = auction
            self.id = id
            self.content = content
        }

        init(_ object: JSONObject) throws(FieldFault) {
            auction = try object.identifier("auction")
            id = try object.identifier("id")
            var content = object
            for key in ["type", "auction", "id", "ref"] { content[key] = nil }
            self.content = content
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("auction", auction)
            writer.field("id", id)
            for member in content.members {
                writer.key(dynamic: member.key)
                writer.value(member.value)
            }
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(auction)
            hasher.combine(id)
        }
    }
}
