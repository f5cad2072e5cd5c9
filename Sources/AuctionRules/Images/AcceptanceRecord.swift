/// The record of a reply, written in memory of the stack: an accepted bid's, which nearly all are, in one
/// go, and any other one's by the ``ImageWriter``, which writes the same bytes.
///
/// A test compares the two. Measured (callgrind, instructions a bid): 1,990 by the writer, whose every
/// byte asks whether the array is its own and has room; some 650 in here.
enum AcceptanceRecord {
    /// A key (2 x 65), 3 flags and cases, an amount and a currency of 3 (10 + 1 + 1 + 3), a time and a hash
    /// (10 + 32), and what was told (1 + 10 + 2 + 10 + 11 + 11 + 1 + 11 + 1).
    private static let capacity = 256

    /// Calls `body` with the record.
    static func withBytes<R>(
        of reply: Reply, isPublic: Bool, _ body: (UnsafeRawBufferPointer) -> R
    ) -> R {
        guard case .bid(let kind, let amount, let currency) = reply.request.action,
            currency.map({ $0.utf8.count == 3 }) ?? true,
            case .accepted(let told) = reply.verdict
        else {
            var writer = ImageWriter(reserving: 160)
            writer.write(reply)
            writer.write(isPublic)
            return writer.bytes.withUnsafeBytes(body)
        }
        return StackRecord.withSpace(of: capacity) { record in
            record.write(reply.request.bidder)
            record.write(reply.request.id)
            record.write(reply.request.isConfirmed)
            record.write(byte: 0)
            record.write(kind == .max)
            record.write(amount.minorUnits)
            record.write(currency != nil)
            if let currency { record.write(text: currency, lengthAs: 6) }
            record.write(reply.at.milliseconds)
            for index in 0..<4 { record.write(word: reply.entryHash.words[index]) }
            record.write(byte: 0)
            record.write(told.seq)
            record.write(told.isLeading != nil)
            if let isLeading = told.isLeading { record.write(isLeading) }
            record.write(told.ownMax.minorUnits)
            record.write(optional: told.price?.minorUnits)
            record.write(optional: told.minimum?.minorUnits)
            record.write(told.reserve)
            record.write(optional: told.endsAt?.milliseconds)
            record.write(isPublic)
            return body(record.written)
        }
    }

    /// Calls `body` with a key as a record begins with it.
    static func withBytes<R>(of key: BidKey, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        StackRecord.withSpace(of: capacity) { record in
            record.write(key.bidder)
            record.write(key.id)
            return body(record.written)
        }
    }
}
