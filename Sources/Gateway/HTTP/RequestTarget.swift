/// What a request asks for: a path in decoded segments, and a query. Made only from text that can
/// be read in one way.
struct RequestTarget: Hashable, Sendable {
    /// The path's segments, percent-decoded: `/v1/auctions/a%2Db` gives `v1`, `auctions`, `a-b`; a
    /// trailing slash gives an empty last one, and `/` alone gives a single empty one.
    let path: [String]
    /// The parameters in their order, decoded; a name may come twice.
    let query: [(name: String, value: String)]

    /// Nil when the text is no target in origin form (`/path?query`) or absolute form, or its
    /// escapes are no UTF-8 text without control characters.
    init?(_ uri: String) {
        guard let origin = Self.originForm(of: uri), !origin.contains("#") else { return nil }
        let parts = origin.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path: [String] = []
        for segment in parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        {
            guard let decoded = Self.decode(segment) else { return nil }
            path.append(decoded)
        }
        self.path = path
        var query: [(name: String, value: String)] = []
        for pair in (parts.count == 2 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(sides[0], plusIsSpace: true),
                let value = Self.decode(sides.count == 2 ? sides[1] : "", plusIsSpace: true)
            else { return nil }
            query.append((name, value))
        }
        self.query = query
    }

    static func == (left: RequestTarget, right: RequestTarget) -> Bool {
        left.path == right.path && left.query.elementsEqual(right.query) { $0 == $1 }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        for (name, value) in query {
            hasher.combine(name)
            hasher.combine(value)
        }
    }

    /// What follows the authority; a proxy sends that, too.
    private static func originForm(of uri: String) -> Substring? {
        if uri.utf8.first == UInt8(ascii: "/") { return uri[...] }
        for scheme in ["http://", "https://"] where uri.lowercased().hasPrefix(scheme) {
            let rest = uri.dropFirst(scheme.count)
            guard let slash = rest.firstIndex(where: { "/?#".contains($0) }) else {
                return rest.isEmpty ? nil : "/"
            }
            guard slash > rest.startIndex, rest[slash] == "/" else { return nil }
            return rest[slash...]
        }
        return nil
    }

    private static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexDigit),
                    let low = rest.next().flatMap(hexDigit)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }
}
