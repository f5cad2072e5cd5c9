/// The record of a reply, written in memory of the stack: an accepted bid's, which nearly all are, in one
/// go, and any other one's by the ``ImageWriter``, which writes the same bytes.
///
/// A test compares the two. Measured (callgrind, instructions a bid): 1,990 by the writer, whose every
/// byte asks whether the array is its own and has room; some 650 in here.
struct AcceptanceRecord {
    /// Never past `capacity`: what is written has a longest form, which fits.
    private let bytes: UnsafeMutablePointer<UInt8>
    private var count = 0

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
        return withSpace { record in
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
            switch told.reserve {
            case .none: record.write(0 as Int64)
            case .unmet: record.write(1 as Int64)
            case .met: record.write(2 as Int64)
            }
            record.write(optional: told.endsAt?.milliseconds)
            record.write(isPublic)
            return body(record.written)
        }
    }

    /// Calls `body` with a key as a record begins with it.
    static func withBytes<R>(of key: BidKey, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        withSpace { record in
            record.write(key.bidder)
            record.write(key.id)
            return body(record.written)
        }
    }

    private static func withSpace<R>(_ body: (inout AcceptanceRecord) -> R) -> R {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { space in
            guard let start = space.baseAddress else {
                preconditionFailure("There is room on the stack")
            }
            var record = AcceptanceRecord(bytes: start)
            return body(&record)
        }
    }

    private init(bytes: UnsafeMutablePointer<UInt8>) { self.bytes = bytes }

    private var written: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes, count: count)
    }

    // MARK: - Values, as the writer has them

    private mutating func write(byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    private mutating func write(_ flag: Bool) { write(byte: flag ? 1 : 0) }

    private mutating func write(_ integer: Int64) {
        var rest = UInt64(bitPattern: integer << 1 ^ integer >> 63)
        while rest > 0x7f {
            write(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(byte: UInt8(truncatingIfNeeded: rest))
    }

    private mutating func write(optional integer: Int64?) {
        write(integer != nil)
        if let integer { write(integer) }
    }

    private mutating func write(word: UInt64) {
        UnsafeMutableRawPointer(bytes + count).storeBytes(of: word.bigEndian, as: UInt64.self)
        count += 8
    }

    /// At most 64 bytes: one byte says how many.
    private mutating func write<Subject>(_ id: Identifier<Subject>) {
        write(text: id.text, lengthAs: UInt8(truncatingIfNeeded: id.text.utf8.count))
    }

    private mutating func write(text: String, lengthAs length: UInt8) {
        write(byte: length)
        var text = text
        count += text.withUTF8 { characters in
            UnsafeMutableRawPointer(bytes + count).copyMemory(
                from: UnsafeRawPointer(characters.baseAddress ?? UnsafePointer(bytes)),
                byteCount: characters.count)
            return characters.count
        }
    }
}
