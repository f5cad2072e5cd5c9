import AuctionRules
import GRDBSQLite

/// The columns of `event`, and where each one's value is in a row of a batch.
enum EntryValue {
    /// In this order.
    static let columns = [
        "position", "auction", "seq", "kind", "payload", "public_payload", "salt", "at",
        "previous_hash", "hash", "bidder", "bid", "ordinal", "committed", "alias", "told_code",
        "told_late_by", "told_minimum", "told_seq", "told_leading", "told_max", "told_price",
        "told_reserve", "told_ends_at",
    ]

    /// - Parameter column: counts ``columns``, from 0.
    static func give(_ column: CInt, of row: UnsafePointer<EntryRow>, to target: BatchValue) {
        switch column {
        case 0: target.give(row.pointee.position)
        case 1: target.give(text: row.pointee.auction)
        case 2: target.give(row.pointee.seq.value)
        case 3: target.give(text: row.pointee.kind)
        case 4: target.give(text: row.pointee.payload)
        case 5: target.give(text: row.pointee.publicPayload)
        case 6: target.give(blob: row.pointee.salt)
        case 7: target.give(row.pointee.at.milliseconds)
        case 8: target.give(blob: row.pointee.previousHash)
        case 9: target.give(blob: row.pointee.hash)
        // Of an answer only what is asked for: to take it out of the row copies all of it for each column.
        case 10: target.give(text: row.pointee.answer?.bidder ?? .empty)
        case 11: target.give(text: row.pointee.answer?.bid ?? .empty)
        case 12: target.give(row.pointee.answer?.commitment.ordinal.value)
        case 13: target.give(row.pointee.answer?.commitment.amount.value)
        case 14: target.give(row.pointee.answer?.commitment.alias.value)
        case 15: target.give(text: row.pointee.answer?.told.code ?? .empty)
        case 16: target.give(row.pointee.answer?.told.lateBy.value)
        case 17: target.give(row.pointee.answer?.told.minimum.value)
        case 18: target.give(row.pointee.answer?.told.seq.value)
        case 19: target.give((row.pointee.answer?.told.isLeading).map { $0 ? 1 : 0 })
        case 20: target.give(row.pointee.answer?.told.ownMax.value)
        case 21: target.give(row.pointee.answer?.told.price.value)
        case 22:
            switch row.pointee.answer?.told.reserve {
            case .none?: target.give("none")
            case .unmet?: target.give("unmet")
            case .met?: target.give("met")
            case nil: break
            }
        case 23: target.give(row.pointee.answer?.told.endsAt.value)
        default: break
        }
    }
}

/// The same of `bidding`.
enum BiddingValue {
    /// In this order.
    static let columns = ["lot"] + AuctionTable.biddingColumns

    /// - Parameter column: counts ``columns``, from 0.
    static func give(_ column: CInt, of row: UnsafePointer<BiddingRow>, to target: BatchValue) {
        switch column {
        case 0: target.give(Int64(row.pointee.number))
        case 1: target.give(row.pointee.seq)
        case 2: target.give(row.pointee.price?.minorUnits)
        case 3: target.give(text: row.pointee.leader)
        case 4: target.give(row.pointee.leaderAlias.map { Int64($0) })
        case 5: target.give(row.pointee.leaderMax?.minorUnits)
        case 6: target.give(row.pointee.isReserveMet ? 1 : 0)
        case 7: target.give(row.pointee.minimum?.minorUnits)
        case 8: target.give(Int64(row.pointee.bids))
        default: break
        }
    }
}

/// Where SQLite wants a value. What it is not given is NULL.
struct BatchValue {
    let result: OpaquePointer
    let bytes: UnsafeRawPointer?

    func give(_ value: Int64?) {
        if let value { sqlite3_result_int64(result, value) }
    }

    /// Without a copy: the bytes stay where they are while the statement runs. An empty range: NULL.
    func give(text place: ByteRange) {
        let range = place.range
        guard !range.isEmpty else { return }
        let start = bytes?.advanced(by: range.lowerBound).assumingMemoryBound(to: CChar.self)
        sqlite3_result_text(result, start, CInt(range.count), nil)
    }

    func give(blob place: ByteRange) {
        let range = place.range
        sqlite3_result_blob(result, bytes?.advanced(by: range.lowerBound), CInt(range.count), nil)
    }

    /// Static texts live as long as the program: nothing to copy.
    func give(_ text: StaticString) {
        text.withUTF8Buffer { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                sqlite3_result_text(result, $0.baseAddress, CInt($0.count), nil)
            }
        }
    }
}
