import StrictJSON
import Testing

/// Digits that are written by stores are those of Swift's own descriptions.
struct DecimalDigitsTests {
    /// Around each change of the length, and the ends of what there is.
    private static var integers: [Int64] {
        let powers = sequence(first: Int64(1)) { $0 > Int64.max / 10 ? nil : $0 * 10 }
        let edges = powers.flatMap { [$0 - 1, $0, $0 + 1, 5 * ($0 / 2)] }
        return (edges + edges.map { -$0 }) + [.min, .min + 1, .max - 1, .max]
    }

    @Test("An integer's digits are those of its description, and nothing is written beside them")
    func description() {
        let margin = 4
        for integer in Self.integers + (-1000...1000) {
            var bytes = [UInt8](repeating: 0xff, count: margin + DecimalDigits.bytesMax + margin)
            let count = bytes.withUnsafeMutableBufferPointer { bytes in
                DecimalDigits.write(integer, to: bytes.baseAddress! + margin)  // There are bytes.
            }
            let end = margin + count
            #expect(String(decoding: bytes[margin..<end], as: UTF8.self) == "\(integer)")
            #expect((bytes[..<margin] + bytes[end...]).allSatisfy { $0 == 0xff })
            #expect((1...DecimalDigits.bytesMax).contains(count))
        }
    }
}
