import StrictJSON
import SwiftProtobuf

extension ProtoServerFrame {
    /// Reads a server's frame.
    init(decoding bytes: some Collection<UInt8>) throws(WireMismatch) {
        let frame =
            bytes.withContiguousStorageIfAvailable { Self(reading: UnsafeRawBufferPointer($0)) }
            ?? Array(bytes).withUnsafeBytes { Self(reading: $0) }
        guard let frame else {
            throw WireMismatch(message: "it is no ServerFrame of gavel.v1.proto")
        }
        guard frame.message != nil || !frame.unknownFields.data.isEmpty else {
            throw WireMismatch(message: "none of the messages of a ServerFrame is set")
        }
        self = frame
    }

    /// A message of a later server has no form here: it is heard, and never said.
    init(_ frame: ServerFrame) {
        self.init()
        if let text = frame.ref { ref = text }
        message = Self.message(frame.message)
    }

    private static func message(_ message: ServerMessage) -> OneOf_Message? {
        switch message {
        case .welcome(let body): .welcome(ProtoWelcome(body))
        case .authenticated(let body): .authenticated(ProtoAuthenticated(body))
        case .snapshot(let body): .snapshot(ProtoSnapshot(body))
        case .watching(let body): .watching(ProtoWatched(body))
        case .unwatched(let body): .unwatched(ProtoWatched(body))
        case .price(let body): .price(ProtoPrice(body))
        case .status(let body): .status(ProtoStatus(body))
        case .heartbeat(let body): .heartbeat(ProtoHeartbeat(body))
        case .bye(let body): .bye(ProtoBye(body))
        case .notice(let body): .notice(ProtoNotice(body))
        case .bidAccepted(let body): .bidAccepted(ProtoBidAccepted(body))
        case .bidRejected(let body): .bidRejected(ProtoBidRejected(body))
        case .bidRetracted(let body): .bidRetracted(ProtoBidRetracted(body))
        case .outbid(let body): .outbid(ProtoOutbid(body))
        case .won(let body): .won(ProtoSettled(body))
        case .lost(let body): .lost(ProtoSettled(body))
        case .bidVoided(let body): .bidVoided(ProtoBidVoided(body))
        case .belowOffer(let body): .belowOffer(ProtoBelowOffer(body))
        case .receipt(let body): .receipt(ProtoReceipt(body))
        case .time(let body): .time(ProtoTime(body))
        case .error(let body): .error(ProtoError(body))
        case .unknown: nil
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

    private func messageFields() -> (ServerMessage.Kind?, JSONObject) {
        switch message {
        case .welcome(let message): (.welcome, message.fields)
        case .authenticated(let message): (.authenticated, message.fields)
        case .snapshot(let message): (.snapshot, message.fields)
        case .watching(let message): (.watching, message.fields)
        case .unwatched(let message): (.unwatched, message.fields)
        case .price(let message): (.price, message.fields)
        case .status(let message): (.status, message.fields)
        case .heartbeat(let message): (.heartbeat, message.fields)
        case .bye(let message): (.bye, message.fields)
        case .notice(let message): (.notice, message.fields)
        case .bidAccepted(let message): (.bidAccepted, message.fields)
        case .bidRejected(let message): (.bidRejected, message.fields)
        case .bidRetracted(let message): (.bidRetracted, message.fields)
        case .outbid(let message): (.outbid, message.fields)
        case .won(let message): (.won, message.fields)
        case .lost(let message): (.lost, message.fields)
        case .bidVoided(let message): (.bidVoided, message.fields)
        case .belowOffer(let message): (.belowOffer, message.fields)
        case .receipt(let message): (.receipt, message.fields)
        case .time(let message): (.time, message.fields)
        case .error(let message): (.error, message.fields)
        case nil: (nil, JSONObject())
        }
    }
}
