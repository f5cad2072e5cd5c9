import AuctionRules
import Testing
import WireProtocol

/// What is public gives nothing secret away (rulebook, section 6).
@Suite struct SecrecyTests {
    /// Amounts and names that occur nowhere else.
    private static func played(format: Format = .english) -> Scene {
        var terms = Scene.terms(format: format)
        terms.reserve = Scene.amount(876_543)
        terms.seller = Scene.id("secret-seller")
        terms.relatedParties = [Scene.id("secret-cousin")]
        var scene = Scene(terms: terms, bidders: ["secret-ann", "secret-bob"])
        scene.bid("secret-ann", "secret-b1", 765_432)
        scene.bid("secret-bob", "secret-b2", 654_321)
        return scene
    }

    private static let secrets = ["secret", "876543", "765432", "Name of"]

    @Test func broadcastsHoldNoSecret() {
        let scene = Self.played()
        #expect(scene.changes.count == 3)
        for change in scene.changes {
            expectNoSecret(in: text(ServerMessage(change)))
        }
        let snapshot = ServerMessage.snapshot(
            .init(
                scene.auction.publicState, log: "l", serverTime: Instant(milliseconds: 1)))
        expectNoSecret(in: text(snapshot))
    }

    @Test(arguments: [Format.sealedFirstPrice, .vickrey])
    func sealedLotsShowNoBidBeforeTheClose(format: Format) {
        let scene = Self.played(format: format)
        for change in scene.changes {
            let text = text(ServerMessage(change))
            expectNoSecret(in: text)
            #expect(!text.contains("654321"))
        }
        for reveal in [false, true] {
            let detail = text(AuctionDetail(scene.auction, reveal: reveal).encoded())
            #expect(!detail.contains("654321") && !detail.contains("765432"))
        }
    }

    @Test func refusedBidderIsToldOnlyPublicNumbers() {
        var scene = Self.played()
        let reply = scene.bid("secret-bob", "b3", 1001)
        #expect(!text(reply).contains("765432"))
        #expect(!text(reply).contains("876543"))
    }

    @Test func administratorSeesSecretsOnlyWhenRevealed() {
        let scene = Self.played()
        let plain = text(AuctionDetail(scene.auction, reveal: false).encoded())
        #expect(!plain.contains("765432") && !plain.contains("876543"))
        let revealed = text(AuctionDetail(scene.auction, reveal: true).encoded())
        #expect(revealed.contains(#""secret":{"reserve":876543,"leader_max":765432}"#))
        #expect(revealed.contains(#""amount":765432"#))
    }

    @Test func bidderNamesAreShownOnlyWhenRevealed() throws {
        let member = try #require(Self.played().house.bidders[Scene.id("secret-ann")])
        #expect(!text(BidderRow(member, reveal: false).encoded()).contains("Name of"))
        #expect(text(BidderRow(member, reveal: true).encoded()).contains("Name of secret-ann"))
    }

    private func expectNoSecret(
        in text: String, at location: SourceLocation = #_sourceLocation
    ) {
        for secret in Self.secrets {
            #expect(!text.contains(secret), "\(text)", sourceLocation: location)
        }
    }
}
