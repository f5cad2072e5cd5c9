import AuctionRules
import Crypto
import Foundation

/// 16 secret bytes of one entry, hashed before its payload: without them nobody can find out a
/// payload from its digest by trying. Whoever is shown an entry's salt and payload can check them.
public struct EntrySalt: Hashable, Sendable {
    let words: SIMD2<UInt64>

    init(words: SIMD2<UInt64>) { self.words = words }

    /// Nil unless there are exactly 16 bytes; the first one is the most significant.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words = SIMD2<UInt64>.zero
        for (index, byte) in bytes.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = words
    }

    /// The 16 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let bigEndian = SIMD2(words[0].bigEndian, words[1].bigEndian)
        return try Swift.withUnsafeBytes(of: bigEndian, body)
    }
}

/// What the salts of many entries are made from: the keystream of AES-256 in counter mode, whose blocks nobody
/// without the key can tell from random ones, whatever others he has seen. A page of them is made at once, as
/// a digest or a call for randomness for each would cost more than all else about a salt.
///
/// The key is kept nowhere; the salts are, each with its entry.
public struct SaltKey: Sendable {
    private let key: SymmetricKey
    /// The page that was made last, and its salts.
    private var page: Int64?
    private var salts: [EntrySalt] = []

    /// A power of two.
    private static let pageLength = 256
    private static let blankPage = [UInt8](repeating: 0, count: pageLength * 16)

    /// For tests that want the same hashes each time.
    public init(words: SIMD4<UInt64>) {
        key = withUnsafeBytes(of: words) { SymmetricKey(data: $0) }
    }

    /// From the system's source of randomness.
    public static func random() -> SaltKey {
        var source = SystemRandomNumberGenerator()
        return SaltKey(
            words: SIMD4(source.next(), source.next(), source.next(), source.next()))
    }

    /// The salt of the entry at this position. Always the same for one key; quick when they are asked for in
    /// their order.
    mutating func salt(at position: Int64) -> EntrySalt {
        let page = position >> Int64(Self.pageLength.trailingZeroBitCount)
        if page != self.page {
            salts = keystream(of: page)
            self.page = page
        }
        return salts[Int(position & Int64(Self.pageLength - 1))]
    }

    /// What AES-GCM makes of zeros; the page's number is the nonce, which no other page has.
    private func keystream(of page: Int64) -> [EntrySalt] {
        do {
            var nonce: [UInt8] = [0, 0, 0, 0]
            withUnsafeBytes(of: page.bigEndian) { nonce.append(contentsOf: $0) }
            let sealed = try AES.GCM.seal(
                Self.blankPage, using: key, nonce: AES.GCM.Nonce(data: nonce))
            return sealed.ciphertext.withUnsafeBytes { bytes in
                (0..<Self.pageLength).map { index in
                    EntrySalt(
                        words: SIMD2(
                            UInt64(
                                bigEndian: bytes.loadUnaligned(
                                    fromByteOffset: index * 16, as: UInt64.self)),
                            UInt64(
                                bigEndian: bytes.loadUnaligned(
                                    fromByteOffset: index * 16 + 8, as: UInt64.self))))
                }
            }
        } catch {
            preconditionFailure("The key has 32 bytes and the nonce 12: \(error)")
        }
    }
}
