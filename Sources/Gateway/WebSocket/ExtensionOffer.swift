/// One extension that a client offers in `Sec-WebSocket-Extensions`, RFC 6455 section 9.1.
struct ExtensionOffer: Sendable, Equatable {
    struct Parameter: Sendable, Equatable {
        var name: String
        /// Without its quotes; nil when the parameter stands alone.
        var value: String?
    }

    var name: String
    var parameters: [Parameter] = []

    /// The offers of all of the header's lines, in the client's order. Empty elements of a list
    /// don't count, as in every list of HTTP.
    ///
    /// - Returns: nil when a line does not follow the grammar; the RFC wants such a handshake
    ///   refused.
    static func parse(_ lines: [String]) -> [ExtensionOffer]? {
        var offers: [ExtensionOffer] = []
        for line in lines {
            var scanner = HeaderScanner(line)
            repeat {
                if scanner.isAtEnd || scanner.isAtComma { continue }
                guard let offer = scanner.offer() else { return nil }
                offers.append(offer)
            } while scanner.take(UInt8(ascii: ","))
            guard scanner.isAtEnd else { return nil }
        }
        return offers
    }
}

/// Reads a header's text by the grammar of RFC 9110: tokens, quoted strings, and white space
/// between them.
private struct HeaderScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return rest.isEmpty
        }
    }

    var isAtComma: Bool {
        mutating get {
            skipSpace()
            return rest.first == UInt8(ascii: ",")
        }
    }

    /// Takes the byte, if it is the next one after white space.
    mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func offer() -> ExtensionOffer? {
        guard let name = token() else { return nil }
        var offer = ExtensionOffer(name: name)
        while take(UInt8(ascii: ";")) {
            guard let name = token() else { return nil }
            var parameter = ExtensionOffer.Parameter(name: name)
            if take(UInt8(ascii: "=")) {
                guard let value = value() else { return nil }
                parameter.value = value
            }
            offer.parameters.append(parameter)
        }
        return offer
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private mutating func token() -> String? {
        skipSpace()
        let token = rest.prefix(while: Self.mayStandInToken)
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
    }

    /// A token, or a quoted string that holds one: RFC 6455 allows no other.
    private mutating func value() -> String? {
        guard take(UInt8(ascii: "\"")) else { return token() }
        var value: [UInt8] = []
        while var byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = rest.popFirst() else { return nil }
                byte = escaped
            }
            guard Self.mayStandInToken(byte) else { return nil }
            value.append(byte)
        }
        return nil
    }

    private static func mayStandInToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
