import AuctionRules
import Crypto

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

/// What the salts of many entries are made from: one SHA-256 each instead of a call for randomness.
/// It is kept nowhere; the salts are, each with its entry.
public struct SaltKey: Sendable {
    private let words: SIMD4<UInt64>

    /// For tests that want the same hashes each time.
    public init(words: SIMD4<UInt64>) { self.words = words }

    /// From the system's source of randomness.
    public static func random() -> SaltKey {
        var source = SystemRandomNumberGenerator()
        return SaltKey(
            words: SIMD4(source.next(), source.next(), source.next(), source.next()))
    }

    /// The salt of the entry at this position.
    func salt(at position: Int64) -> EntrySalt {
        // 32 bytes of key and 8 of position: the padding of one block of SHA-256 fits behind.
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 5) { input in
            for index in 0..<4 { input.initializeElement(at: index, to: words[index]) }
            input.initializeElement(at: 4, to: UInt64(bitPattern: position))
            let digest = EntryHash.sha256(of: UnsafeRawBufferPointer(input)).words
            return EntrySalt(words: SIMD2(digest[0], digest[1]))
        }
    }
}
