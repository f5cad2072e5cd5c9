/// Finds a client's address behind proxies that write `X-Forwarded-For`.
///
/// Each proxy adds at the right end whom it was asked by. So the list is read from the right, as far
/// as its writers are trusted; anything further left is what the client itself has made up.
enum ForwardedFor {
    /// An entry that is no address, where one that counts should stand.
    struct Malformed: Error, Hashable {}

    /// - Parameters:
    ///   - peer: who has opened the connection.
    ///   - values: the header's lines, in their order.
    ///   - trusted: the networks of proxies whose entries count.
    /// - Returns: the rightmost address that is no trusted proxy's. The peer's, when it is not
    ///   trusted or names nobody; the leftmost, when all are trusted.
    static func client(
        of peer: IPAddress, values: [String], trusted: [Network]
    ) throws(Malformed) -> IPAddress {
        guard trusted.contains(peer) else { return peer }
        var client = peer
        for line in values.reversed() {
            for entry in line.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard let address = address(in: entry) else { throw Malformed() }
                client = address
                guard trusted.contains(address) else { return client }
            }
        }
        return client
    }

    /// `192.0.2.1`, `2001:db8::1`; some proxies add the port: `192.0.2.1:5000`, `[2001:db8::1]:5000`.
    private static func address(in entry: Substring) -> IPAddress? {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var text = entry.drop(while: isBlank)
        while text.last.map(isBlank) == true { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else {
                return nil
            }
            return IPAddress(text[text.index(after: text.startIndex)..<end])
        }
        if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            guard isPort(text[colon...]) else { return nil }
            text = text[..<colon]
        }
        return IPAddress(text)
    }

    /// Nothing, or a colon and a port.
    private static func isPort(_ text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        return text.first == ":" && (1...5).contains(digits.utf8.count)
            && digits.utf8.allSatisfy { (48...57).contains($0) }
    }
}
