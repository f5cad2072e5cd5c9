import AuctionRules
import StrictJSON
import SwiftProtobuf

// What everybody may see of a lot: from our own types, and as the fields that JSON has.

extension ProtoSnapshot {
    init(_ body: ServerMessage.Snapshot) {
        self.init()
        let lot = body.lot
        auction = lot.auction.text
        log = body.log
        seq = lot.seq
        title = lot.title
        format = lot.format
        currency = lot.currency
        exponent = Int32(lot.exponent)
        status = lot.status
        if let word = lot.outcome { outcome = word }
        if let amount = lot.price { price = amount.minorUnits }
        if let amount = lot.minimum { minimum = amount.minorUnits }
        if let alias = lot.leader { leader = alias }
        if let isLeading = body.viewer?.isLeading { leading = isLeading }
        if let amount = body.viewer?.ownMax { yourMax = amount.minorUnits }
        bids = Int64(lot.bids)
        reserve = ProtoReserve(lot.reserve)
        startsAt = lot.startsAt.milliseconds
        if let instant = lot.endsAt { endsAt = instant.milliseconds }
        extensions = Int64(lot.extensions)
        if let id = lot.sale { sale = id.text }
        if let amount = lot.buyNow { buyNow = amount.minorUnits }
        serverTime = body.serverTime.milliseconds
        if let block = lot.block {
            if let amount = block.ask { ask = amount.minorUnits }
            askSeq = block.askSeq
            fairWarnings = Int64(block.fairWarnings)
        }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("log", log)
        fields.put("seq", seq)
        fields.put("title", title)
        fields.put("format", format)
        fields.put("currency", currency)
        fields.put("exponent", Int64(exponent))
        fields.put("status", status)
        fields.put("outcome", hasOutcome ? outcome : nil)
        fields.put("price", hasPrice ? price : nil)
        fields.put("minimum", hasMinimum ? minimum : nil)
        fields.put("leader", hasLeader ? leader : nil)
        fields.put("leading", hasLeading ? leading : nil)
        fields.put("your_max", hasYourMax ? yourMax : nil)
        fields.put("bids", bids)
        fields.put("reserve", reserve)
        fields.put("starts_at", startsAt)
        fields.put("ends_at", hasEndsAt ? endsAt : nil)
        fields.put("extensions", extensions)
        fields.put("sale", hasSale ? sale : nil)
        fields.put("buy_now", hasBuyNow ? buyNow : nil)
        fields.put("server_time", serverTime)
        fields.put("ask", hasAsk ? ask : nil)
        fields.put("ask_seq", hasAskSeq ? askSeq : nil)
        fields.put("fair_warnings", hasFairWarnings ? fairWarnings : nil)
        return fields
    }
}

extension ProtoPrice {
    init(_ body: ServerMessage.Price) {
        self.init()
        auction = body.auction.text
        seq = body.seq
        if let amount = body.price { price = amount.minorUnits }
        if let amount = body.minimum { minimum = amount.minorUnits }
        if let alias = body.leader { leader = alias }
        bids = Int64(body.bids)
        reserve = ProtoReserve(body.reserve)
        if let instant = body.endsAt { endsAt = instant.milliseconds }
        extensions = Int64(body.extensions)
        at = body.at.milliseconds
        if let amount = body.buyNow { buyNow = amount.minorUnits }
        if let block = body.block {
            if let amount = block.ask { ask = amount.minorUnits }
            askSeq = block.askSeq
            fairWarnings = Int64(block.fairWarnings)
        }
        if let word = body.status { status = word }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("seq", seq)
        fields.put("price", hasPrice ? price : nil)
        fields.put("minimum", hasMinimum ? minimum : nil)
        fields.put("leader", hasLeader ? leader : nil)
        fields.put("bids", bids)
        fields.put("reserve", reserve)
        fields.put("ends_at", hasEndsAt ? endsAt : nil)
        fields.put("extensions", extensions)
        fields.put("at", at)
        fields.put("buy_now", hasBuyNow ? buyNow : nil)
        fields.put("ask", hasAsk ? ask : nil)
        fields.put("ask_seq", hasAskSeq ? askSeq : nil)
        fields.put("fair_warnings", hasFairWarnings ? fairWarnings : nil)
        fields.put("status", hasStatus ? status : nil)
        return fields
    }
}

extension ProtoStatus {
    init(_ body: ServerMessage.Status) {
        self.init()
        auction = body.auction.text
        seq = body.seq
        status = body.status
        if let word = body.outcome { outcome = word }
        if let amount = body.price { price = amount.minorUnits }
        if let alias = body.winner { winner = alias }
        reserve = ProtoReserve(body.reserve)
        startsAt = body.startsAt.milliseconds
        if let instant = body.endsAt { endsAt = instant.milliseconds }
        if let words = body.reason { reason = words }
        at = body.at.milliseconds
        if let block = body.block {
            if let amount = block.ask { ask = amount.minorUnits }
            askSeq = block.askSeq
            fairWarnings = Int64(block.fairWarnings)
        }
        if let alias = body.leader { leader = alias }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("seq", seq)
        fields.put("status", status)
        fields.put("outcome", hasOutcome ? outcome : nil)
        fields.put("price", hasPrice ? price : nil)
        fields.put("winner", hasWinner ? winner : nil)
        fields.put("reserve", reserve)
        fields.put("starts_at", startsAt)
        fields.put("ends_at", hasEndsAt ? endsAt : nil)
        fields.put("reason", hasReason ? reason : nil)
        fields.put("at", at)
        fields.put("ask", hasAsk ? ask : nil)
        fields.put("ask_seq", hasAskSeq ? askSeq : nil)
        fields.put("fair_warnings", hasFairWarnings ? fairWarnings : nil)
        fields.put("leader", hasLeader ? leader : nil)
        return fields
    }
}
