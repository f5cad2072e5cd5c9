public import AuctionRules
import Crypto

/// An entry's hash as the 32 bytes that SHA-256 gives. The words are big-endian, so that they read
/// in the same order as the bytes.
extension EntryHash {
    /// Nil unless there are exactly 32 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>.zero
        for (index, byte) in bytes.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.init(words: words)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes { Array($0) }
    }

    /// The 32 bytes without an allocation.
    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let bigEndian = SIMD4(
            words[0].bigEndian, words[1].bigEndian, words[2].bigEndian, words[3].bigEndian)
        return try Swift.withUnsafeBytes(of: bigEndian, body)
    }

    /// The SHA-256 of these bytes.
    static func sha256(of bytes: UnsafeRawBufferPointer) -> EntryHash {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        return hasher.finalize().withUnsafeBytes { digest in
            var words = SIMD4<UInt64>.zero
            for index in 0..<4 {
                words[index] = UInt64(
                    bigEndian: digest.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
            }
            return EntryHash(words: words)
        }
    }
}
