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

/// What the salts of many entries are made from: half a SHA-256 each instead of a call for randomness.
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

    /// The salt of the entry at this position. Two neighbours share a digest, half of which is each
    /// one's: neither can be told from the other.
    func salt(at position: Int64) -> EntrySalt {
        Self.salt(at: position, from: digest(of: position >> 1))
    }

    /// Makes salts of entries in their order: the digest of two is made once.
    struct Sequence: Sendable {
        private let key: SaltKey
        private var pair: Int64?
        private var digest = EntryHash.zero

        init(_ key: SaltKey) { self.key = key }

        mutating func salt(at position: Int64) -> EntrySalt {
            if pair != position >> 1 {
                pair = position >> 1
                digest = key.digest(of: position >> 1)
            }
            return SaltKey.salt(at: position, from: digest)
        }
    }

    private static func salt(at position: Int64, from digest: EntryHash) -> EntrySalt {
        let words = digest.words
        return EntrySalt(
            words: position & 1 == 0 ? SIMD2(words[0], words[1]) : SIMD2(words[2], words[3]))
    }

    private func digest(of pair: Int64) -> EntryHash {
        // 32 bytes of key and 8 of the pair: the padding of one block of SHA-256 fits behind.
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 5) { input in
            for index in 0..<4 { input.initializeElement(at: index, to: words[index]) }
            input.initializeElement(at: 4, to: UInt64(bitPattern: pair))
            return EntryHash.sha256(of: UnsafeRawBufferPointer(input))
        }
    }
}
