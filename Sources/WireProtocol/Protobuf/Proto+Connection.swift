import AuctionRules
import StrictJSON
import SwiftProtobuf

// What concerns the connection: from our own types, and as the fields that JSON has.

extension ProtoWelcome {
    init(_ body: ServerMessage.Welcome) {
        self.init()
        `protocol` = body.protocolName
        serverTime = body.serverTime.milliseconds
        session = body.session
        heartbeatMs = body.heartbeatInterval
        maxMessageBytes = Int64(body.messageBytesMax)
        if let id = body.bidder { bidder = id.text }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("protocol", `protocol`)
        fields.put("server_time", serverTime)
        fields.put("session", session)
        fields.put("heartbeat_ms", heartbeatMs)
        fields.put("max_message_bytes", maxMessageBytes)
        fields.put("bidder", hasBidder ? bidder : nil)
        return fields
    }
}

extension ProtoAuthenticated {
    init(_ body: ServerMessage.Authenticated) {
        self.init()
        bidder = body.bidder.text
        if let instant = body.expiresAt { expiresAt = instant.milliseconds }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("bidder", bidder)
        fields.put("expires_at", hasExpiresAt ? expiresAt : nil)
        return fields
    }
}

extension ProtoWatched {
    init(_ body: ServerMessage.Watched) {
        self.init()
        switch body.target {
        case .auction(let id): auction = id.text
        case .sale(let id): sale = id.text
        }
        if let number = body.seq { seq = number }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        switch target {
        case .auction(let id): fields.put("auction", id)
        case .sale(let id): fields.put("sale", id)
        case nil: break
        }
        fields.put("seq", hasSeq ? seq : nil)
        return fields
    }
}

extension ProtoHeartbeat {
    init(_ body: ServerMessage.Heartbeat) {
        self.init()
        serverTime = body.serverTime.milliseconds
        heads = body.heads.map { head in
            ProtoHead.with { ($0.auction, $0.seq) = (head.auction.text, head.seq) }
        }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("server_time", serverTime)
        let members = heads.map {
            JSONObject.Member(key: $0.auction, value: .integer($0.seq))
        }
        // Without the heads, and so refused, when a lot occurs twice.
        if let heads = JSONObject(members) { fields["heads"] = .object(heads) }
        return fields
    }
}

extension ProtoBye {
    init(_ body: ServerMessage.Bye) {
        self.init()
        code = Int32(body.code.rawValue)
        reconnect = body.reconnects
        waitMs = body.wait
        jitterMs = body.jitter
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("code", Int64(code))
        fields.put("reconnect", reconnect)
        fields.put("wait_ms", waitMs)
        fields.put("jitter_ms", jitterMs)
        return fields
    }
}

extension ProtoNotice {
    init(_ body: ServerMessage.Notice) {
        self.init()
        switch body.target {
        case .auction(let id): auction = id.text
        case .sale(let id): sale = id.text
        }
        text = body.text
        at = body.at.milliseconds
    }

    var fields: JSONObject {
        var fields = JSONObject()
        switch target {
        case .auction(let id): fields.put("auction", id)
        case .sale(let id): fields.put("sale", id)
        case nil: break
        }
        fields.put("text", text)
        fields.put("at", at)
        return fields
    }
}

extension ProtoTime {
    init(_ body: ServerMessage.Time) {
        self.init()
        if let time = body.clientTime {
            if let integer = time.integer {
                clientTime = integer
            } else {
                clientTimeText = time.text
            }
        }
        serverTime = body.serverTime.milliseconds
    }

    var fields: JSONObject {
        var fields = JSONObject()
        switch number {
        case .clientTime(let integer): fields.put("client_time", integer)
        case .clientTimeText(let text): fields.put(numberText: "client_time", text)
        case nil: break
        }
        fields.put("server_time", serverTime)
        return fields
    }
}

extension ProtoError {
    init(_ body: ServerMessage.Failure) {
        self.init()
        code = body.code.rawValue
        message = body.message
        if let delay = body.retryAfter { retryAfterMs = delay }
        if let lot = body.auction { auction = lot.text }
        if let bid = body.id { id = bid.text }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("code", code)
        fields.put("message", message)
        fields.put("retry_after_ms", hasRetryAfterMs ? retryAfterMs : nil)
        fields.put("auction", hasAuction ? auction : nil)
        fields.put("id", hasID ? id : nil)
        return fields
    }
}
