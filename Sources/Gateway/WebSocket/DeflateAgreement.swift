/// What was agreed on with one client about permessage-deflate, RFC 7692.
///
/// Neither side keeps its context from one message to the next, whatever the client offers: so that
/// one compressed broadcast is good for everybody, and a connection needs no memory for it.
struct DeflateAgreement: Sendable, Hashable {
    static let name = "permessage-deflate"
    /// What zlib can do: it has no raw stream with a window of 8 bits.
    static let windowBits = 9...15

    /// Base-two logarithm of the window that we may compress with.
    var serverWindowBits = 15
    /// Whether the client has asked for a window, and so must be told which.
    var isWindowAsked = false

    /// The first of the offers that can be accepted; nil when none can.
    static func accept(_ offers: [ExtensionOffer]) -> DeflateAgreement? {
        for offer in offers {
            if let agreement = DeflateAgreement(offer) { return agreement }
        }
        return nil
    }

    init(serverWindowBits: Int = 15, isWindowAsked: Bool = false) {
        self.serverWindowBits = serverWindowBits
        self.isWindowAsked = isWindowAsked
    }

    /// Nil when the offer is of another extension, can't be met, or breaks a rule of section 7.1: a
    /// parameter that is unknown, comes twice, or has no right value declines the whole offer.
    private init?(_ offer: ExtensionOffer) {
        guard offer.name == Self.name else { return nil }
        self.init()
        var seen: Set<String> = []
        for parameter in offer.parameters {
            guard seen.insert(parameter.name).inserted else { return nil }
            switch parameter.name {
            case "server_no_context_takeover", "client_no_context_takeover":
                guard parameter.value == nil else { return nil }
            case "server_max_window_bits":
                guard let bits = parameter.value.flatMap(Self.bits),
                    Self.windowBits.contains(bits)
                else { return nil }
                serverWindowBits = bits
                isWindowAsked = true
            case "client_max_window_bits":
                // Any window of the client's will do, as we always inflate with the largest one;
                // so the answer need not name one.
                guard let value = parameter.value else { continue }
                guard Self.bits(value) != nil else { return nil }
            default: return nil
            }
        }
    }

    /// 8 to 15, in decimal and without leading zeros.
    private static func bits(_ value: String) -> Int? {
        ["8", "9", "10", "11", "12", "13", "14", "15"].contains(value) ? Int(value) : nil
    }

    /// What it means for the messages that go out.
    var compression: WireForm.Compression { .deflate(windowBits: serverWindowBits) }

    /// How the agreement is told in the answer's `Sec-WebSocket-Extensions`.
    var header: String {
        let takeover = "; server_no_context_takeover; client_no_context_takeover"
        let window = isWindowAsked ? "; server_max_window_bits=\(serverWindowBits)" : ""
        return Self.name + takeover + window
    }
}
