public import AuctionRules
import StrictJSON

/// What concerns the connection, not one lot's bidding.
extension ServerMessage {
    /// The first message on every connection.
    public struct Welcome: Hashable, Sendable, MessageBody {
        public let protocolName: String
        public let serverTime: Instant
        public let session: String
        public let heartbeatInterval: Milliseconds
        public let messageBytesMax: Int
        /// Who the connection speaks for, when its upgrade carried a token.
        public let bidder: BidderID?

        public init(
            protocolName: String = "gavel.v1", serverTime: Instant, session: String,
            heartbeatInterval: Milliseconds = 15_000, messageBytesMax: Int = 16_384,
            bidder: BidderID? = nil
        ) {
            self.protocolName = protocolName
            self.serverTime = serverTime
            self.session = session
            self.heartbeatInterval = heartbeatInterval
            self.messageBytesMax = messageBytesMax
            self.bidder = bidder
        }

        init(_ object: JSONObject) throws(FieldFault) {
            protocolName = try object.text("protocol")
            serverTime = try object.instant("server_time")
            session = try object.text("session")
            heartbeatInterval = try object.duration("heartbeat_ms")
            messageBytesMax = Int(try object.count("max_message_bytes"))
            bidder = try object.optionalIdentifier("bidder")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("protocol", protocolName)
            writer.field("server_time", serverTime)
            writer.field("session", session)
            writer.field("heartbeat_ms", heartbeatInterval)
            writer.field("max_message_bytes", messageBytesMax)
            writer.field("bidder", bidder)
        }
    }

    public struct Authenticated: Hashable, Sendable, MessageBody {
        public let bidder: BidderID
        public let expiresAt: Instant?

        public init(bidder: BidderID, expiresAt: Instant?) {
            self.bidder = bidder
            self.expiresAt = expiresAt
        }

        init(_ object: JSONObject) throws(FieldFault) {
            bidder = try object.identifier("bidder")
            expiresAt = try object.optionalInstant("expires_at")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("bidder", bidder)
            writer.field("expires_at", expiresAt)
        }
    }

    /// `watching` or `unwatched`: a lot with its newest seq, or a whole sale.
    public struct Watched: Hashable, Sendable, MessageBody {
        public let target: WatchTarget
        /// The lot's newest public change; nil for a sale.
        public let seq: Int64?

        public init(_ auction: AuctionID, seq: Int64) {
            target = .auction(auction)
            self.seq = seq
        }

        public init(_ sale: SaleID) {
            target = .sale(sale)
            seq = nil
        }

        init(_ object: JSONObject) throws(FieldFault) {
            target = try WatchTarget(object)
            seq = try object.optionalNumber("seq", in: 0 ... .max)
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            target.encode(into: &writer)
            writer.fieldIfPresent("seq", seq)
        }
    }

    /// The connection lives; `heads` says what was newest of what changed since the last one.
    public struct Heartbeat: Hashable, Sendable, MessageBody {
        public struct Head: Hashable, Sendable {
            public let auction: AuctionID
            public let seq: Int64

            public init(auction: AuctionID, seq: Int64) {
                self.auction = auction
                self.seq = seq
            }
        }

        public let serverTime: Instant
        /// Each lot at most once.
        public let heads: [Head]

        public init(serverTime: Instant, heads: [Head]) {
            self.serverTime = serverTime
            self.heads = heads
        }

        init(_ object: JSONObject) throws(FieldFault) {
            serverTime = try object.instant("server_time")
            var heads: [Head] = []
            for member in try object.child("heads").members {
                guard let auction = try? AuctionID(member.key),
                    case .integer(let seq) = member.value
                else { throw FieldFault("heads", "must hold lots with their newest seq") }
                heads.append(Head(auction: auction, seq: seq))
            }
            self.heads = heads
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("server_time", serverTime)
            writer.object("heads") { writer in
                for head in heads {
                    writer.key(dynamic: head.auction.text)
                    writer.value(head.seq)
                }
            }
        }
    }

    /// Before every close that the server starts.
    public struct Bye: Hashable, Sendable, MessageBody {
        public let code: CloseCode
        public let reconnects: Bool
        /// How long to stay away, and up to how much more at random.
        public let wait: Milliseconds
        public let jitter: Milliseconds

        public init(_ code: CloseCode, wait: Milliseconds, jitter: Milliseconds) {
            self.code = code
            reconnects = code.reconnects
            self.wait = wait
            self.jitter = jitter
        }

        init(_ object: JSONObject) throws(FieldFault) {
            code = CloseCode(rawValue: UInt16(try object.number("code", in: 1000...4999)))
            reconnects = try object.flag("reconnect")
            wait = try object.duration("wait_ms")
            jitter = try object.duration("jitter_ms")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("code", Int64(code.rawValue))
            writer.field("reconnect", reconnects)
            writer.field("wait_ms", wait)
            writer.field("jitter_ms", jitter)
        }
    }

    /// Words from the auctioneer.
    public struct Notice: Hashable, Sendable, MessageBody {
        public let target: WatchTarget
        public let text: String
        public let at: Instant

        public init(_ target: WatchTarget, text: String, at: Instant) {
            self.target = target
            self.text = text
            self.at = at
        }

        init(_ object: JSONObject) throws(FieldFault) {
            target = try WatchTarget(object)
            text = try object.text("text", scalarsMax: 4096)
            at = try object.instant("at")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            target.encode(into: &writer)
            writer.field("text", text)
            writer.field("at", at)
        }
    }

    public struct Time: Hashable, Sendable, MessageBody {
        /// As the client wrote it; nil when it asked over HTTP.
        public let clientTime: ClientTime?
        public let serverTime: Instant

        public init(clientTime: ClientTime?, serverTime: Instant) {
            self.clientTime = clientTime
            self.serverTime = serverTime
        }

        init(_ object: JSONObject) throws(FieldFault) {
            clientTime = object["client_time"] == nil ? nil : try ClientTime(object)
            serverTime = try object.instant("server_time")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            if let clientTime { writer.field("client_time", numberText: clientTime.text) }
            writer.field("server_time", serverTime)
        }
    }

    /// `error`: the message was refused, the connection goes on.
    public struct Failure: Hashable, Sendable, MessageBody {
        public let code: ErrorCode
        /// What is wrong and what to do.
        public let message: String
        /// For `rate_limited`.
        public let retryAfter: Milliseconds?
        /// The bid that it is about, if it is about one: for clients that send no `ref`.
        public let auction: AuctionID?
        public let id: BidID?

        public init(
            _ code: ErrorCode, message: String, retryAfter: Milliseconds? = nil,
            auction: AuctionID? = nil, id: BidID? = nil
        ) {
            self.code = code
            self.message = message
            self.retryAfter = retryAfter
            self.auction = auction
            self.id = id
        }

        static var placesRef: Bool { true }

        init(_ object: JSONObject) throws(FieldFault) {
            code = ErrorCode(rawValue: try object.text("code"))
            message = try object.text("message", scalarsMax: 4096)
            retryAfter = try object.optionalNumber("retry_after_ms", in: 0 ... .max)
            auction = try object.optionalIdentifier("auction")
            id = try object.optionalIdentifier("id")
        }

        func encode(into writer: inout JSONWriter, ref: String?) {
            writer.field("code", code.rawValue)
            writer.field("message", message)
            writer.field("ref", ref)
            writer.fieldIfPresent("retry_after_ms", retryAfter)
            writer.fieldIfPresent("auction", auction?.text)
            writer.fieldIfPresent("id", id?.text)
        }
    }
}
