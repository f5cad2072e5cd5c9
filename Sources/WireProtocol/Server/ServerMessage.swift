public import StrictJSON

/// What the server says (protocol, section 3). Each payload is a type of its own, nested here.
///
/// What everybody may see (``Snapshot``, ``Price``, ``Status``) can be made from a `PublicState`
/// only, and what one bidder may see is made from other types: so no leak can compile. Everything
/// can be decoded, too: that is how the client library reads it.
public enum ServerMessage: Hashable, Sendable {
    case welcome(Welcome)
    case authenticated(Authenticated)
    case snapshot(Snapshot)
    case watching(Watched)
    case unwatched(Watched)
    case price(Price)
    case status(Status)
    case heartbeat(Heartbeat)
    case bye(Bye)
    case notice(Notice)
    case bidAccepted(BidAccepted)
    case bidRejected(BidRejected)
    case bidRetracted(BidRetracted)
    case outbid(Outbid)
    case won(Settled)
    case lost(Settled)
    case bidVoided(BidVoided)
    case belowOffer(BelowOffer)
    case receipt(Receipt)
    case time(Time)
    case error(Failure)
    /// A message of a later server; a client passes over it.
    case unknown(type: String)

    /// All that there is to say, by the `type` of the messages.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case welcome
        case authenticated
        case snapshot
        case watching
        case unwatched
        case price
        case status
        case heartbeat
        case bye
        case notice
        case bidAccepted = "bid_accepted"
        case bidRejected = "bid_rejected"
        case bidRetracted = "bid_retracted"
        case outbid
        case won
        case lost
        case bidVoided = "bid_voided"
        case belowOffer = "below_offer"
        case receipt
        case time
        case error
    }

    /// Nil for a message of a later server.
    public var kind: Kind? {
        switch self {
        case .welcome: .welcome
        case .authenticated: .authenticated
        case .snapshot: .snapshot
        case .watching: .watching
        case .unwatched: .unwatched
        case .price: .price
        case .status: .status
        case .heartbeat: .heartbeat
        case .bye: .bye
        case .notice: .notice
        case .bidAccepted: .bidAccepted
        case .bidRejected: .bidRejected
        case .bidRetracted: .bidRetracted
        case .outbid: .outbid
        case .won: .won
        case .lost: .lost
        case .bidVoided: .bidVoided
        case .belowOffer: .belowOffer
        case .receipt: .receipt
        case .time: .time
        case .error: .error
        case .unknown: nil
        }
    }

    /// The message's `type`.
    public var type: String {
        if case .unknown(let type) = self { return type }
        return kind?.rawValue ?? ""
    }
}

/// One frame from the server: a message, and the `ref` of what it answers.
public struct ServerFrame: Hashable, Sendable {
    public var message: ServerMessage
    public var ref: String?

    public init(_ message: ServerMessage, ref: String? = nil) {
        self.message = message
        self.ref = ref
    }
}

/// The bytes are no message of the protocol.
public struct WireMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    public let message: String

    public var description: String { "The server's message can't be read: \(message)." }
}

/// A part of the protocol with fields of its own. `ref` stands where the protocol lists it, null
/// when there is none; where it does not, it comes last and only when there is one.
protocol MessageBody {
    /// Whether ``encode(into:ref:)`` writes `ref` itself.
    static var placesRef: Bool { get }
    init(_ object: JSONObject) throws(FieldFault)
    func encode(into writer: inout JSONWriter, ref: String?)
}

extension MessageBody {
    static var placesRef: Bool { false }
}

extension ServerFrame {
    public func encoded(as encoding: WireEncoding = .json) -> [UInt8] {
        switch encoding {
        case .json:
            if case .bidAccepted(let body) = message,
                let bytes = AcceptanceScribe.bytes(of: body, ref: ref)
            {
                return bytes
            }
            return encodedPlainly()
        case .protobuf: return ProtoServerFrame(self).encoded()
        }
    }

    /// Any frame in JSON.
    func encodedPlainly() -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 384)
        encode(into: &writer)
        return writer.bytes
    }

    /// The frame as one JSON object.
    public func encode(into writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("type", message.type)
            guard let body = message.body else { return }
            body.encode(into: &writer, ref: ref)
            if !type(of: body).placesRef { writer.fieldIfPresent("ref", ref) }
        }
    }

    /// Reads one frame.
    public static func decode(
        _ bytes: some Collection<UInt8>, as encoding: WireEncoding = .json
    ) throws(WireMismatch) -> ServerFrame {
        switch encoding {
        case .json: try ServerFrame(try object(in: bytes))
        case .protobuf: try ServerFrame(try ProtoServerFrame(decoding: bytes).fields())
        }
    }

    private static func object(
        in bytes: some Collection<UInt8>
    ) throws(WireMismatch) -> JSONObject {
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch {
            throw WireMismatch(message: error.message)
        }
        guard let object = value.asObject else {
            throw WireMismatch(message: "a message is one JSON object")
        }
        return object
    }

    /// Reads a frame by its fields, in whatever encoding they came.
    private init(_ object: JSONObject) throws(WireMismatch) {
        do throws(FieldFault) {
            let type = try object.text("type")
            self.init(
                try ServerMessage(type: type, object), ref: try object.optionalText("ref"))
        } catch {
            throw WireMismatch(message: error.message)
        }
    }
}

extension ServerMessage {
    fileprivate var body: (any MessageBody)? {
        switch self {
        case .welcome(let body): body
        case .authenticated(let body): body
        case .snapshot(let body): body
        case .watching(let body), .unwatched(let body): body
        case .price(let body): body
        case .status(let body): body
        case .heartbeat(let body): body
        case .bye(let body): body
        case .notice(let body): body
        case .bidAccepted(let body): body
        case .bidRejected(let body): body
        case .bidRetracted(let body): body
        case .outbid(let body): body
        case .won(let body), .lost(let body): body
        case .bidVoided(let body): body
        case .belowOffer(let body): body
        case .receipt(let body): body
        case .time(let body): body
        case .error(let body): body
        case .unknown: nil
        }
    }

    fileprivate init(type: String, _ object: JSONObject) throws(FieldFault) {
        self =
            switch Kind(rawValue: type) {
            case .welcome: .welcome(try Welcome(object))
            case .authenticated: .authenticated(try Authenticated(object))
            case .snapshot: .snapshot(try Snapshot(object))
            case .watching: .watching(try Watched(object))
            case .unwatched: .unwatched(try Watched(object))
            case .price: .price(try Price(object))
            case .status: .status(try Status(object))
            case .heartbeat: .heartbeat(try Heartbeat(object))
            case .bye: .bye(try Bye(object))
            case .notice: .notice(try Notice(object))
            case .bidAccepted: .bidAccepted(try BidAccepted(object))
            case .bidRejected: .bidRejected(try BidRejected(object))
            case .bidRetracted: .bidRetracted(try BidRetracted(object))
            case .outbid: .outbid(try Outbid(object))
            case .won: .won(try Settled(object))
            case .lost: .lost(try Settled(object))
            case .bidVoided: .bidVoided(try BidVoided(object))
            case .belowOffer: .belowOffer(try BelowOffer(object))
            case .receipt: .receipt(try Receipt(object))
            case .time: .time(try Time(object))
            case .error: .error(try Failure(object))
            case nil: .unknown(type: type)
            }
    }
}
