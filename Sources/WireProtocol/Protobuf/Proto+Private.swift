import AuctionRules
import StrictJSON
import SwiftProtobuf

// What one bidder is told, and nobody else: from our own types, and as the fields that JSON has.

extension ProtoOutbid {
    init(_ body: ServerMessage.Outbid) {
        self.init()
        auction = body.auction.text
        seq = body.seq
        if let amount = body.price { price = amount.minorUnits }
        if let amount = body.minimum { minimum = amount.minorUnits }
        if let amount = body.ownMax { yourMax = amount.minorUnits }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("seq", seq)
        fields.put("price", hasPrice ? price : nil)
        fields.put("minimum", hasMinimum ? minimum : nil)
        fields.put("your_max", hasYourMax ? yourMax : nil)
        return fields
    }
}

extension ProtoSettled {
    init(_ body: ServerMessage.Settled) {
        self.init()
        auction = body.auction.text
        seq = body.seq
        if let amount = body.price { price = amount.minorUnits }
        if let amount = body.due { due = amount.minorUnits }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("seq", seq)
        fields.put("price", hasPrice ? price : nil)
        fields.put("due", hasDue ? due : nil)
        return fields
    }
}

extension ProtoBidVoided {
    init(_ body: ServerMessage.BidVoided) {
        self.init()
        auction = body.auction.text
        seq = body.seq
        if let amount = body.price { price = amount.minorUnits }
        if let amount = body.minimum { minimum = amount.minorUnits }
        reason = body.reason
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("seq", seq)
        fields.put("price", hasPrice ? price : nil)
        fields.put("minimum", hasMinimum ? minimum : nil)
        fields.put("reason", reason)
        return fields
    }
}

extension ProtoBelowOffer {
    init(_ body: ServerMessage.BelowOffer) {
        self.init()
        auction = body.auction.text
        seq = body.seq
        if let amount = body.price { price = amount.minorUnits }
        if let amount = body.minimum { minimum = amount.minorUnits }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("seq", seq)
        fields.put("price", hasPrice ? price : nil)
        fields.put("minimum", hasMinimum ? minimum : nil)
        return fields
    }
}
