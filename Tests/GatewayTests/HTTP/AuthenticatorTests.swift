import AuctionRules
import BidService
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("Who somebody is", .timeLimit(.minutes(5)))
struct AuthenticatorTests {
    @Test("A token names its bidder, or its administrator")
    func tokens() async throws {
        let room = try Saleroom()
        let ann = try await room.bidder("ann")
        let boss = try await room.administrator("boss")
        #expect(try room.authenticator.identify(ann).get().bidder == BidderID("ann"))
        #expect(try room.authenticator.identify(boss).get().administrator == "boss")
        #expect(try room.authenticator.identify(boss).get().bidder == nil)
    }

    @Test("A token is good until the millisecond of its end")
    func expiry() async throws {
        let room = try Saleroom()
        let ann = try await room.bidder("ann", ttl: 1000)
        room.clock.set(Saleroom.noon.advanced(by: 999))
        let identity = try room.authenticator.identify(ann).get()
        guard case .bidder(_, _, let expiresAt) = identity else { throw Surprise("\(identity)") }
        #expect(expiresAt == Saleroom.noon.advanced(by: 1000))
        room.clock.set(Saleroom.noon.advanced(by: 1000))
        #expect(room.authenticator.identify(ann) == .failure(.expired))
    }

    @Test("A revoked token is good no more")
    func revoked() async throws {
        let room = try Saleroom()
        let ann = try await room.bidder("ann")
        _ = try await room.administration.perform(.revokeTokens(try BidderID("ann")))
        #expect(room.authenticator.identify(ann) == .failure(.unknown))
    }

    @Test(
        "What is no token is told so",
        arguments: [
            "", "gvl_", "token", "gvl_" + String(repeating: "a", count: 42),
            "gvl_" + String(repeating: "a", count: 44), "gvl_" + String(repeating: "+", count: 43),
            "GVL_" + String(repeating: "a", count: 43), "gvl_" + String(repeating: "é", count: 43),
        ])
    func malformed(_ text: String) throws {
        #expect(try Saleroom().authenticator.identify(text) == .failure(.malformed))
    }

    @Test("A token of the right form that nobody issued is unknown")
    func unknown() throws {
        let token = TokenSecret.mint().token
        #expect(try Saleroom().authenticator.identify(token) == .failure(.unknown))
    }

    @Test("The hash of a token is its SHA-256")
    func hash() throws {
        let token = "gvl_" + String(repeating: "a", count: 43)
        #expect(TokenSecret.hash(of: token) == TokenSecret.sha256(of: token))
        #expect(
            TokenSecret.sha256(of: "abc").hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let (minted, hash) = TokenSecret.mint()
        #expect(TokenSecret.hash(of: minted) == hash)
        #expect(minted.utf8.count == 47)
    }

    @Test("A ticket stands for its token once")
    func ticket() async throws {
        let room = try Saleroom()
        let ann = try await room.bidder("ann")
        let reply = try await room.post("/v1/tickets", token: ann)
        #expect(reply.status == 200)
        #expect(try reply.json.integer("expires_at") == Saleroom.noon.milliseconds + 30_000)
        let ticket = try reply.json.string("ticket")
        #expect(try room.authenticator.identify(ticket).get().bidder == BidderID("ann"))
        #expect(room.authenticator.identify(ticket) == .failure(.usedOrExpiredTicket))
    }

    @Test("A ticket is good for less than 30 seconds")
    func ticketExpiry() async throws {
        let room = try Saleroom()
        let ann = try await room.bidder("ann")
        let early = try await room.ticket(of: ann)
        let late = try await room.ticket(of: ann)
        room.clock.set(Saleroom.noon.advanced(by: 29_999))
        #expect(try room.authenticator.identify(early).get().bidder == BidderID("ann"))
        room.clock.set(Saleroom.noon.advanced(by: 30_000))
        #expect(room.authenticator.identify(late) == .failure(.usedOrExpiredTicket))
    }

    @Test("A ticket is no better than its token")
    func ticketOfRevoked() async throws {
        let room = try Saleroom()
        let ticket = try await room.ticket(of: try await room.bidder("ann"))
        _ = try await room.administration.perform(.revokeTokens(try BidderID("ann")))
        #expect(room.authenticator.identify(ticket) == .failure(.unknown))
    }

    @Test("A ticket is no bearer token, and is not used up by being sent as one")
    func ticketAsBearer() async throws {
        let room = try Saleroom()
        let ticket = try await room.ticket(of: try await room.bidder("ann"))
        #expect(try await room.get("/v1/auctions", token: ticket).status == 401)
        #expect(try room.authenticator.identify(ticket).get().bidder == BidderID("ann"))
    }

    @Test("A token has its share of tickets, used or not, and the others have theirs")
    func ticketsPerToken() async throws {
        let room = try Saleroom()
        let ann = try await room.bidder("ann")
        let bob = try await room.bidder("bob")
        for _ in 0..<TicketBox.ticketsPerTokenMax {
            _ = room.authenticator.identify(try await room.ticket(of: ann))
        }
        let reply = try await room.post("/v1/tickets", token: ann)
        #expect(reply.status == 429)
        #expect(try reply.code == "rate_limited")
        #expect(reply.header("Retry-After") == "30")
        #expect(try await room.post("/v1/tickets", token: bob).status == 200)
        room.clock.set(Saleroom.noon.advanced(by: 30_000))
        #expect(try await room.post("/v1/tickets", token: ann).status == 200)
    }

    @Test("There are never more tickets than the bound, and room again when they have expired")
    func ticketBound() throws {
        let box = TicketBox(lifetime: 30_000)
        func refusal(at now: Instant) -> TicketBox.Refusal? {
            switch box.issue(for: .token(TokenSecret.mint().hash), at: now) {
            case .success: nil
            case .failure(let refusal): refusal
            }
        }
        for _ in 0..<TicketBox.ticketsMax { #expect(refusal(at: Saleroom.noon) == nil) }
        #expect(refusal(at: Saleroom.noon.advanced(by: 29_999)) == .tooMany)
        #expect(refusal(at: Saleroom.noon.advanced(by: 30_000)) == nil)
    }
}

extension Saleroom {
    fileprivate func ticket(of token: String) async throws -> String {
        try await post("/v1/tickets", token: token).json.string("ticket")
    }
}
