/// What a proxy says of a connection before its first byte: the PROXY protocol, version 1 (text) and
/// 2 (binary).
///
/// Pure, and bounded: says no at the first byte that can't begin a header, and never waits for more
/// than ``bytesMax``.
enum ProxyHeader {
    /// With what a header may carry beside addresses: names and certificates' data.
    static let bytesMax = 2048

    enum Outcome: Hashable {
        case needsMore
        /// - address: the client's; nil when the proxy speaks for itself, or does not know.
        /// - bytes: how long the header is; what follows is the client's.
        case header(address: IPAddress?, bytes: Int)
        case malformed
    }

    private static let textSignature = Array("PROXY ".utf8)
    private static let binarySignature: [UInt8] = [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]

    /// - Parameter bytes: all that has come so far.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        guard let first = bytes.first else { return .needsMore }
        let isText = first == textSignature[0]
        let signature = isText ? textSignature : binarySignature
        guard zip(bytes, signature).allSatisfy({ $0 == $1 }) else { return .malformed }
        guard bytes.count > signature.count else { return .needsMore }
        return isText ? readText(bytes) : readBinary(bytes)
    }

    // MARK: - Version 1

    /// The longest line, CR LF included, that the protocol knows.
    private static let lineMax = 107

    private static func readText(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        let line = bytes.prefix(lineMax)
        guard let end = line.firstIndex(of: 0x0a) else {
            return bytes.count < lineMax ? .needsMore : .malformed
        }
        guard line[end - 1] == 0x0d,
            let text = String(validating: line[..<(end - 1)], as: Unicode.ASCII.self)
        else { return .malformed }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let length = end + 1
        guard words.count >= 2 else { return .malformed }
        // What follows the word is to be ignored.
        if words[1] == "UNKNOWN" { return .header(address: nil, bytes: length) }
        guard words.count == 6, let source = IPAddress(words[2]), IPAddress(words[3]) != nil,
            words[4...].allSatisfy(isPort)
        else { return .malformed }
        switch words[1] {
        case "TCP4" where words[2...3].allSatisfy({ !$0.contains(":") }),
            "TCP6" where words[2...3].allSatisfy({ $0.contains(":") }):
            return .header(address: source, bytes: length)
        default: return .malformed
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        (1...5).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
            && UInt16(text) != nil
    }

    // MARK: - Version 2

    private static func readBinary(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        let headBytes = 16
        let versionAndCommand = bytes[12]
        guard versionAndCommand >> 4 == 2, versionAndCommand & 0xf <= 1 else { return .malformed }
        guard bytes.count >= headBytes else { return .needsMore }
        let familyAndProtocol = bytes[13]
        let length = headBytes + (Int(bytes[14]) << 8 | Int(bytes[15]))
        guard length <= bytesMax, familyAndProtocol >> 4 <= 3, familyAndProtocol & 0xf <= 2 else {
            return .malformed
        }
        guard bytes.count >= length else { return .needsMore }
        // The proxy's own connection, to see whether we live.
        guard versionAndCommand & 0xf == 1 else { return .header(address: nil, bytes: length) }
        let addressBytes: Int
        switch familyAndProtocol >> 4 {
        case 1: addressBytes = 4
        case 2: addressBytes = 16
        default: return .header(address: nil, bytes: length)
        }
        // Source and destination, and a port for each.
        guard length - headBytes >= 2 * addressBytes + 4 else { return .malformed }
        let address = IPAddress(bytes: bytes[headBytes..<headBytes + addressBytes])
        return .header(address: address, bytes: length)
    }
}
