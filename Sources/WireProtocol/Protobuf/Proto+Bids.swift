import AuctionRules
import FoundationEssentials
import StrictJSON
import SwiftProtobuf

// What is said of one bid: from our own types, and as the fields that JSON has.

extension ProtoBidAccepted {
    init(_ body: ServerMessage.BidAccepted) {
        self.init()
        let acceptance = body.acceptance
        auction = body.auction.text
        id = body.id.text
        seq = acceptance.seq
        if let isLeading = acceptance.isLeading { leading = isLeading }
        yourMax = acceptance.ownMax.minorUnits
        if let amount = acceptance.price { price = amount.minorUnits }
        if let amount = acceptance.minimum { minimum = amount.minorUnits }
        reserve = ProtoReserve(acceptance.reserve)
        if let instant = acceptance.endsAt { endsAt = instant.milliseconds }
        at = body.at.milliseconds
        hash = body.hash.data
        if let content = body.receipt?.content { receipt = content.text }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("id", id)
        fields.put("seq", seq)
        fields.put("leading", hasLeading ? leading : nil)
        fields.put("your_max", yourMax)
        fields.put("price", hasPrice ? price : nil)
        fields.put("minimum", hasMinimum ? minimum : nil)
        fields.put("reserve", reserve)
        fields.put("ends_at", hasEndsAt ? endsAt : nil)
        fields.put("at", at)
        fields.put("hash", EntryHash(hash)?.hex ?? "")
        if hasReceipt { fields.put(receipt: "receipt", receipt) }
        return fields
    }
}

extension ProtoBidRejected {
    init(_ body: ServerMessage.BidRejected) {
        self.init()
        auction = body.auction.text
        id = body.id.text
        code = body.code
        message = body.message
        if let amount = body.minimum { minimum = amount.minorUnits }
        if let span = body.lateBy { lateByMs = span }
        if let amount = body.ask { ask = amount.minorUnits }
        if let number = body.askSeq { askSeq = number }
        if let content = body.receipt?.content { receipt = content.text }
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("id", id)
        fields.put("code", code)
        fields.put("message", message)
        fields.put("minimum", hasMinimum ? minimum : nil)
        fields.put("late_by_ms", hasLateByMs ? lateByMs : nil)
        fields.put("ask", hasAsk ? ask : nil)
        fields.put("ask_seq", hasAskSeq ? askSeq : nil)
        if hasReceipt { fields.put(receipt: "receipt", receipt) }
        return fields
    }
}

extension ProtoBidRetracted {
    init(_ body: ServerMessage.BidRetracted) {
        self.init()
        auction = body.auction.text
        id = body.id.text
        seq = body.seq
    }

    var fields: JSONObject {
        var fields = JSONObject()
        fields.put("auction", auction)
        fields.put("id", id)
        fields.put("seq", seq)
        return fields
    }
}

extension ProtoReceipt {
    init(_ body: ServerMessage.Receipt) {
        self.init()
        auction = body.auction.text
        id = body.id.text
        receipt = body.content.text
    }

    /// The receipt's content stands beside the names in JSON.
    var fields: JSONObject {
        // Without the names, and so refused, when it is no object.
        guard var content = (try? JSONValue(parsing: receipt))?.asObject else {
            return JSONObject()
        }
        content["auction"] = .string(auction)
        content["id"] = .string(id)
        // The frame's, if it has one.
        content["ref"] = nil
        return content
    }
}

extension JSONObject {
    /// As it goes into a message.
    fileprivate var text: String {
        var writer = JSONWriter()
        writer.value(.object(self))
        return writer.text
    }
}

extension EntryHash {
    /// The 32 bytes, each word's most significant first, as ``hex`` writes them.
    fileprivate var data: Data {
        var data = Data(capacity: 32)
        for word in 0..<4 {
            for shift in stride(from: 56, through: 0, by: -8) {
                data.append(UInt8(truncatingIfNeeded: words[word] >> UInt64(shift)))
            }
        }
        return data
    }

    /// Nil unless there are 32 bytes.
    fileprivate init?(_ data: Data) {
        guard data.count == 32 else { return nil }
        var words = SIMD4<UInt64>.zero
        for (index, byte) in data.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.init(words: words)
    }
}
