import NIOHTTP1
import Testing

@testable import Gateway

/// The negotiation of RFC 7692 section 7.1, and the header's grammar, RFC 6455 section 9.1.
@Suite struct DeflateAgreementTests {
    static let plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    /// What is answered to the header's lines; nil when nothing is agreed on.
    static func answer(_ lines: String...) throws -> String? {
        try DeflateAgreement.accept(#require(ExtensionOffer.parse(lines)))?.header
    }

    @Test(arguments: [
        "permessage-deflate",
        "  permessage-deflate\t",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; client_max_window_bits=8",
        "permessage-deflate; client_max_window_bits = \"12\"",
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate ; client_no_context_takeover ;client_max_window_bits=15",
        "x-webkit-deflate-frame, permessage-deflate",
        ", ,permessage-deflate,",
    ])
    func offerIsAccepted(offer: String) throws {
        #expect(try Self.answer(offer) == Self.plain)
    }

    @Test(arguments: 9...15)
    func windowThatIsAskedForIsKept(bits: Int) throws {
        for value in ["\(bits)", "\"\(bits)\"", "\"\\\(bits)\""] {
            let answer = try Self.answer("permessage-deflate; server_max_window_bits=\(value)")
            #expect(answer == Self.plain + "; server_max_window_bits=\(bits)")
        }
    }

    @Test(arguments: [
        "permessage-bzip2", "Permessage-deflate",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=09",
        "permessage-deflate; server_max_window_bits=+9",
        "permessage-deflate; server_max_window_bits=1e1",
        "permessage-deflate; server_max_window_bits=99999999999999999999",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=010",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover=true",
        "permessage-deflate; unknown",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    ])
    func offerIsDeclined(offer: String) throws {
        #expect(try Self.answer(offer) == nil)
        // The next one is looked at, on the same line and on another.
        #expect(try Self.answer(offer + ", permessage-deflate") == Self.plain)
        #expect(try Self.answer(offer, "permessage-deflate") == Self.plain)
    }

    @Test func firstAcceptableOfferCounts() throws {
        let answer = try Self.answer(
            "permessage-deflate; server_max_window_bits=8, "
                + "permessage-deflate; server_max_window_bits=10, permessage-deflate")
        #expect(answer == Self.plain + "; server_max_window_bits=10")
    }

    @Test(arguments: ["", " ", ",", " , ,"])
    func emptyHeaderOffersNothing(line: String) {
        #expect(ExtensionOffer.parse([line]) == [])
    }

    @Test func offersAreReadWhole() {
        let offers = ExtensionOffer.parse(["a; b; c=d;e=\"f\\g\",h", "i"])
        #expect(
            offers == [
                ExtensionOffer(
                    name: "a",
                    parameters: [
                        .init(name: "b"), .init(name: "c", value: "d"),
                        .init(name: "e", value: "fg"),
                    ]), ExtensionOffer(name: "h"), ExtensionOffer(name: "i"),
            ])
    }

    @Test(arguments: [
        ";", "a;", "a b", "a; b c", "a=b", "a; =b", "a; b=", "a; b=\"", "a; b=\"c", "a; b=\"\"",
        "a; b=\"c d\"", "a; b=\"c,d\"", "a; b=\"c\\", "a; b=\"c\"d", "(a)", "é", "a; b=é", "a,;",
        "a\u{0}",
    ])
    func whatBreaksTheGrammarIsRefused(line: String) {
        #expect(ExtensionOffer.parse([line]) == nil)
        #expect(ExtensionOffer.parse(["permessage-deflate", line]) == nil)
    }

    // MARK: In the handshake

    private static func compression(
        _ offer: String, compresses: Bool
    ) -> WebSocketUpgrade.Acceptance? {
        let head = UpgradeRequestTests.head(changing: [("Sec-WebSocket-Extensions", offer)])
        let policy = WebSocketUpgradePolicy(compresses: compresses)
        guard case .accepted(let acceptance) = WebSocketUpgrade.evaluate(head, policy: policy)
        else { return nil }
        return acceptance
    }

    @Test func agreementIsToldInTheHandshake() throws {
        let offer = "permessage-deflate; server_max_window_bits=11; client_max_window_bits"
        let agreed = try #require(Self.compression(offer, compresses: true))
        #expect(agreed.compression?.serverWindowBits == 11)
        #expect(
            agreed.headers["Sec-WebSocket-Extensions"]
                == [Self.plain + "; server_max_window_bits=11"])
    }

    @Test func nothingIsAgreedOnUnlessSwitchedOn() throws {
        let silent = try #require(Self.compression("permessage-deflate", compresses: false))
        #expect(silent.compression == nil)
        #expect(silent.headers["Sec-WebSocket-Extensions"].isEmpty)
    }
}
