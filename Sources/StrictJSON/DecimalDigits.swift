/// An integer as JSON has it, written digit by digit into memory that is there.
///
/// For ``JSONWriter``, and for what is written by stores alone: an accepted bid's entry, and its acknowledgement.
public enum DecimalDigits {
    /// The most bytes that an integer takes: a minus sign and 19 digits.
    public static let bytesMax = 20

    /// Writes an integer to where there is room for ``bytesMax``.
    ///
    /// - Returns: how many bytes it took, from 1 to ``bytesMax``.
    public static func write(_ integer: Int64, to start: UnsafeMutablePointer<UInt8>) -> Int {
        let sign = integer < 0 ? 1 : 0
        if sign > 0 { start.pointee = UInt8(ascii: "-") }
        var rest = integer.magnitude
        // Its length first, so that no digit is moved; two digits a division.
        let count = sign + length(of: rest)
        var end = start + count
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            end -= 2
            write(pair: pair, to: end)
            rest = quotient
        }
        if rest >= 10 {
            write(pair: rest, to: end - 2)
        } else {
            (end - 1).pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        }
        return count
    }

    /// Of what an `Int64` can be, 19 digits are the most.
    @inline(__always)
    private static func length(of magnitude: UInt64) -> Int {
        var length = 1
        var bound: UInt64 = 10
        while length < 19, magnitude >= bound {
            length += 1
            bound &*= 10
        }
        return length
    }

    /// Two digits of a number below 100.
    @inline(__always)
    private static func write(pair: UInt64, to place: UnsafeMutablePointer<UInt8>) {
        let digits = UnsafeRawPointer(pairs.utf8Start) + Int(truncatingIfNeeded: 2 * pair)
        UnsafeMutableRawPointer(place).copyMemory(from: digits, byteCount: 2)
    }

    /// All numbers below 100. No array, which would be asked each time whether it is there.
    private static var pairs: StaticString {
        """
        00010203040506070809101112131415161718192021222324\
        25262728293031323334353637383940414243444546474849\
        50515253545556575859606162636465666768697071727374\
        75767778798081828384858687888990919293949596979899
        """
    }
}
