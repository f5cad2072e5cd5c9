/// The answer to one request, as it was given first and is given again to every repetition. A value,
/// though a class, as the request is.
public final class Reply: Sendable {
    public let request: BidRequest
    public let verdict: Verdict
    /// When the request was decided: the engine's time.
    public let at: Instant
    /// The hash of the log entry that holds it.
    public let entryHash: EntryHash

    public init(request: BidRequest, verdict: Verdict, at: Instant, entryHash: EntryHash) {
        self.request = request
        self.verdict = verdict
        self.at = at
        self.entryHash = entryHash
    }
}

extension Reply: Hashable {
    public static func == (left: Reply, right: Reply) -> Bool {
        left === right
            || left.request == right.request && left.verdict == right.verdict
                && left.at == right.at && left.entryHash == right.entryHash
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(request)
        hasher.combine(verdict)
        hasher.combine(at)
        hasher.combine(entryHash)
    }
}

/// What was decided about a request.
public enum Verdict: Hashable, Sendable {
    case accepted(Acceptance)
    case retracted(seq: Int64)
    case refused(Refusal)
}

/// What an accepted bidder is told. "Accepted and leading" and "accepted, outbid at once" have one
/// shape (rulebook, section 6).
public struct Acceptance: Hashable, Sendable {
    /// The lot's newest public change when the bid had been applied.
    public let seq: Int64
    /// Nil where the format does not tell before the close.
    public let isLeading: Bool?
    /// The bidder's own standing max, or own sealed bid.
    public let ownMax: Amount
    public let price: Amount?
    public let minimum: Amount?
    public let reserve: ReserveState
    public let endsAt: Instant?

    public init(
        seq: Int64, isLeading: Bool?, ownMax: Amount, price: Amount?, minimum: Amount?,
        reserve: ReserveState, endsAt: Instant?
    ) {
        self.seq = seq
        self.isLeading = isLeading
        self.ownMax = ownMax
        self.price = price
        self.minimum = minimum
        self.reserve = reserve
        self.endsAt = endsAt
    }
}

/// The hash of a log entry. The rules carry it from the log to the replies; they never compute it.
public struct EntryHash: Hashable, Sendable {
    // Not the vector itself: what holds one has to be aligned to all of its 32 bytes.
    @usableFromInline
    let first, second, third, fourth: UInt64

    public static let zero = EntryHash(words: .zero)

    @inlinable
    public init(words: SIMD4<UInt64>) {
        (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
    }

    @inlinable
    public var words: SIMD4<UInt64> { SIMD4(first, second, third, fourth) }
}

extension EntryHash {
    /// The 32 bytes as 64 lower-case hexadecimal digits; each word's most significant byte first.
    public var hex: String {
        String(unsafeUninitializedCapacity: 64) { digits in
            var index = 0
            for word in 0..<4 {
                for shift in stride(from: 60, through: 0, by: -4) {
                    let nibble = UInt8(truncatingIfNeeded: words[word] >> UInt64(shift)) & 0xf
                    digits[index] = nibble < 10 ? 48 + nibble : 87 + nibble
                    index += 1
                }
            }
            return 64
        }
    }

    /// Nil unless `hex` is 64 lower-case hexadecimal digits.
    public init?(hex: String) {
        var words = SIMD4<UInt64>.zero
        var count = 0
        for digit in hex.utf8 {
            guard count < 64 else { return nil }
            let nibble: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): nibble = digit - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f"): nibble = digit - 87
            default: return nil
            }
            words[count / 16] = words[count / 16] << 4 | UInt64(nibble)
            count += 1
        }
        guard count == 64 else { return nil }
        self.init(words: words)
    }
}
