import AuctionRules

/// Writes the acknowledgement of an accepted bid in one go: every bid gets one.
///
/// The same bytes as ``ServerFrame/encode(into:)`` writes, which `AcceptanceScribeTests` holds it
/// against. It leaves to that what is rare: a receipt, and a ref that may need escaping.
enum AcceptanceScribe {
    /// The longest ref that it writes, in bytes.
    private static let refLengthMax = 64
    /// More than any has: some 200 bytes of names, three texts of 64 at most, a hash of 64, and seven
    /// numbers of 20 at most.
    private static let bytesMax = 640

    /// - Returns: nil when it is not written here.
    static func bytes(of body: ServerMessage.BidAccepted, ref: String?) -> [UInt8]? {
        guard body.receipt == nil, ref.map(isPlain) ?? true else { return nil }
        let told = body.acceptance
        return [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
            // Not empty, so there is a base address. Nothing below writes more than `bytesMax`: an
            // identifier has at most 64 bytes, and the ref was looked at.
            guard let start = buffer.baseAddress else { return }
            var pen = Pen(start)
            pen.write(#"{"type":"bid_accepted","auction":""#)
            pen.write(body.auction.text)
            pen.write(#"","id":""#)
            pen.write(body.id.text)
            if let ref {
                pen.write(#"","ref":""#)
                pen.write(ref)
                pen.write(#"","seq":"#)
            } else {
                pen.write(#"","ref":null,"seq":"#)
            }
            pen.write(told.seq)
            switch told.isLeading {
            case nil: pen.write(#","leading":null,"your_max":"#)
            case true?: pen.write(#","leading":true,"your_max":"#)
            case false?: pen.write(#","leading":false,"your_max":"#)
            }
            pen.write(told.ownMax.minorUnits)
            pen.write(#","price":"#)
            pen.write(told.price?.minorUnits)
            pen.write(#","minimum":"#)
            pen.write(told.minimum?.minorUnits)
            switch told.reserve {
            case .none: pen.write(#","reserve":"none","ends_at":"#)
            case .unmet: pen.write(#","reserve":"unmet","ends_at":"#)
            case .met: pen.write(#","reserve":"met","ends_at":"#)
            }
            pen.write(told.endsAt?.milliseconds)
            pen.write(#","at":"#)
            pen.write(body.at.milliseconds)
            pen.write(#","hash":""#)
            pen.write(body.hash)
            pen.write(#""}"#)
            count = pen.count
        }
    }

    /// Whether a text is short, and stands in JSON as it is.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= refLengthMax
            && text.utf8.allSatisfy {
                (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
    }
}

/// Writes bytes one after the other, into memory that is known to be large enough.
private struct Pen {
    private let start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0

    init(_ start: UnsafeMutablePointer<UInt8>) { self.start = start }

    mutating func write(_ text: StaticString) {
        (start + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        count += text.utf8CodeUnitCount
    }

    mutating func write(_ text: String) {
        for byte in text.utf8 {
            start[count] = byte
            count += 1
        }
    }

    mutating func write(_ number: Int64?) {
        guard let number else { return write("null") }
        if number < 0 { write("-") }
        var (low, rest) = (count, number.magnitude)
        repeat {
            start[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            count += 1
            rest /= 10
        } while rest > 0
        // The last digit came first.
        var high = count - 1
        while low < high {
            (start[low], start[high]) = (start[high], start[low])
            low += 1
            high -= 1
        }
    }

    mutating func write(_ hash: EntryHash) {
        for word in 0..<4 {
            let word = hash.words[word]
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                let nibble = UInt8(truncatingIfNeeded: word >> shift) & 0xf
                start[count] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
                count += 1
            }
        }
    }
}
