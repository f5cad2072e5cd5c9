import AuctionRules
import BidService
import Foundation
import TestAuthority
import Testing

@testable import Gateway

/// Any bytes as a credential: whatever they are, nothing breaks, and nobody is let in who was not
/// let in by the house or by its identity provider.
@Suite("Random credentials", .timeLimit(.minutes(5)))
struct RandomCredentialTests {
    @Test("Mutations of good credentials let nobody in", arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) async throws {
        let room = try Saleroom()
        let signer = TestIssuer.ed25519()
        let lodge = try Lodge(signer)
        defer { lodge.remove() }
        let authenticator = Authenticator(
            board: room.service.board, clock: room.clock, issuer: try await lodge.issuer())
        let token = try await room.bidder("ann")
        let good = [
            try signer.sign(claims: Lodge.claims()), token,
            try authenticator.issueTicket(for: authenticator.identify(token).get()).get().ticket,
        ]
        var random = Mutator(seed: seed)
        for _ in 0..<5000 {
            let text = random.mutate(good)
            guard !good.contains(text) else { continue }
            guard case .failure(let failure) = authenticator.identify(text) else {
                Issue.record("Let in: \(text)")
                return
            }
            #expect(!failure.message.isEmpty)
            if case .success = authenticator.identify(token: text) { Issue.record("\(text)") }
        }
        // They still do, each in its way, and the ticket once.
        for text in good { _ = try authenticator.identify(text).get() }
    }

    @Test("Headers and claims of any content, well signed, let in only whom they name rightly")
    func signedNonsense() async throws {
        let signer = TestIssuer.ed25519()
        let lodge = try Lodge(signer)
        defer { lodge.remove() }
        let issuer = try await lodge.issuer()
        let headers = [#"{"alg":"EdDSA","kid":"ed"}"#, #"{"alg":"EdDSA"}"#]
        let claims = [Lodge.claims(), Lodge.claims(aud: #"["gavel","x"]"#)]
        var random = Mutator(seed: 5)
        for _ in 0..<2000 {
            let (header, body) = (random.mutate(headers), random.mutate(claims))
            let text = try signer.sign(header: header, claims: body)
            guard case .success(let identity) = issuer.verify(text, at: Saleroom.noon) else {
                continue
            }
            // What is let in has said so in as many words.
            let bidder = try #require(identity.bidder)
            #expect(body.contains("\"\(bidder.text)\""))
            #expect(body.contains(Lodge.audience))
            #expect(body.contains(Lodge.issuerName))
            #expect(try #require(identity.expiresAt) > Saleroom.noon)
        }
    }
}

/// Changes texts at random, the same way for the same seed.
private struct Mutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    private mutating func next(below bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
    }

    mutating func mutate(_ texts: [String]) -> String {
        var bytes = Array(texts[next(below: texts.count)].utf8)
        for _ in 0...next(below: 3) {
            let place = next(below: bytes.count + 1)
            switch next(below: 6) {
            case 0: bytes.insert(UInt8(next(below: 256)), at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] ^= 1 << UInt8(next(below: 8))
            case 3: bytes = Array(bytes.prefix(place))
            case 4:
                let other = Array(texts[next(below: texts.count)].utf8)
                bytes = Array(bytes.prefix(place) + other.dropFirst(next(below: other.count)))
            default:
                let count = next(below: 64)
                for _ in 0..<count { bytes.append(UInt8(next(below: 256))) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
