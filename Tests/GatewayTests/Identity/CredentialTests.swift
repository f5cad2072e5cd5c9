import AuctionRules
import BidService
import NIOCore
import TestAuthority
import Testing
import WireProtocol

@testable import Gateway

@Suite("Credentials on live connections", .timeLimit(.minutes(2)))
struct CredentialTests {
    /// A house with an identity provider of its own, and a lot.
    private struct Scene {
        let signer = TestIssuer.ed25519()
        let lodge: Lodge
        let issuer: TokenIssuer
        let gallery: Gallery

        init(limits: GatewayLimits = .generous) async throws {
            lodge = try Lodge(signer)
            issuer = try await lodge.issuer()
            gallery = try await Gallery(limits: limits, issuer: issuer)
            try await gallery.openLots(["lot"])
        }

        /// - Parameter seconds: how long it is good.
        func jwt(_ bidder: String = "ann", seconds: Int64 = 60) throws -> String {
            let end = gallery.clock.now().milliseconds / 1000 + seconds
            return try signer.sign(
                claims: Lodge.claims(sub: "\"\(bidder)\"", exp: "\(end)"))
        }

        func welcomed(_ token: String) async throws -> Caller {
            let caller = try await gallery.connect(token: token)
            guard case .message(let frame) = try await caller.next(),
                case .welcome(let welcome) = frame.message, welcome.bidder != nil
            else { throw Surprise("not taken") }
            return caller
        }

        func pass(_ milliseconds: Milliseconds) async throws {
            gallery.clock.set(gallery.clock.now().advanced(by: milliseconds))
            try await gallery.second()
        }
    }

    private func authenticate(
        _ caller: Caller, _ token: String
    ) async throws -> (type: String, expiresAt: Instant?) {
        try await caller.say(#"{"type":"authenticate","token":"\#(token)"}"#)
        let message = try await hear(caller) { $0.type == "authenticated" || $0.type == "error" }
        guard case .authenticated(let body) = message else { return (message.type, nil) }
        return (message.type, body.expiresAt)
    }

    /// Reads on, past heartbeats and whatever else there is.
    private func hear(
        _ caller: Caller, _ isIt: (ServerMessage) -> Bool
    ) async throws -> ServerMessage {
        while true {
            guard case .message(let frame) = try await caller.next() else { throw Surprise("over") }
            if isIt(frame.message) { return frame.message }
        }
    }

    private func bid(_ caller: Caller, _ id: String, _ amount: Int) async throws -> String {
        let frame = try await caller.ask(
            #"{"type":"bid","auction":"lot","id":"\#(id)","amount":\#(amount)}"#)
        switch frame.message {
        case .bidRejected(let body): return body.code
        case .error(let body): return body.code.rawValue
        default: return frame.message.type
        }
    }

    private func expectClose(_ caller: Caller, _ code: CloseCode) async throws {
        guard case .message(let frame) = try await caller.next(), case .bye(let bye) = frame.message
        else { throw Surprise("no bye") }
        #expect(bye.code == code)
        #expect(try await caller.next() == .close(code.rawValue))
    }

    // MARK: - JSON Web Tokens

    @Test("Who comes with a JWT bids under its sub, and is not registered as long as nobody has")
    func jwt() async throws {
        let scene = try await Scene()
        defer { scene.lodge.remove() }
        let ann = try await scene.welcomed(scene.jwt())
        #expect(try await bid(ann, "1", 5000) == "not_registered")
        _ = try await scene.gallery.bidder("ann")
        #expect(try await bid(ann, "2", 5000) == "bid_accepted")
    }

    @Test("A JWT's end ends the connection with 4105, within a tick")
    func expiry() async throws {
        let scene = try await Scene()
        defer { scene.lodge.remove() }
        let ann = try await scene.welcomed(scene.jwt(seconds: 10))
        try await scene.pass(9_999)
        #expect(try await ann.ask(#"{"type":"time","client_time":1}"#).message.type == "time")
        try await scene.pass(1)
        try await expectClose(ann, .tokenExpired)
    }

    @Test("So does the end of a token of the house, and of one that a ticket was made from")
    func tokenExpiry() async throws {
        let scene = try await Scene()
        defer { scene.lodge.remove() }
        let end = scene.gallery.clock.now().advanced(by: 10_000)
        let ann = try await scene.welcomed(
            scene.gallery.bidder("ann", expiresAt: end))
        try await scene.pass(10_000)
        try await expectClose(ann, .tokenExpired)
    }

    @Test("Keys that are gone take their connections along with 4503, and no others")
    func keysGone() async throws {
        let scene = try await Scene()
        defer { scene.lodge.remove() }
        let ann = try await scene.welcomed(scene.jwt())
        let ben = try await scene.welcomed(scene.gallery.bidder("ben"))
        let next = TestIssuer.p256("next")
        try scene.lodge.write(try TestIssuer.keySet(scene.signer, next))
        let none = await scene.issuer.reload()
        #expect(none.isEmpty)
        let cid = try await scene.welcomed(
            next.sign(claims: Lodge.claims(sub: #""cid""#)))
        try scene.lodge.write(try TestIssuer.keySet(next))
        try await scene.gallery.end(.keys(await scene.issuer.reload()))
        try await expectClose(ann, .revoked)
        for caller in [ben, cid] {
            #expect(
                try await caller.ask(#"{"type":"time","client_time":1}"#).message.type == "time")
        }
    }

    // MARK: - Refreshing

    @Test("Authenticating again puts the end off, and no watch is lost")
    func refresh() async throws {
        let scene = try await Scene()
        defer { scene.lodge.remove() }
        let ben = try await scene.welcomed(scene.gallery.bidder("ben"))
        let ann = try await scene.welcomed(scene.jwt(seconds: 10))
        _ = try await ann.ask(#"{"type":"watch","auction":"lot","feed":"full"}"#)
        try await scene.pass(5_000)
        let (type, end) = try await authenticate(ann, scene.jwt(seconds: 20))
        #expect(type == "authenticated")
        #expect(end == scene.gallery.clock.now().advanced(by: 20_000))
        try await scene.pass(10_000)
        #expect(try await bid(ben, "1", 5000) == "bid_accepted")
        _ = try await hear(ann) { $0.type == "price" }
        // From a kind of credential to another, too; the last one counts.
        #expect(try await authenticate(ann, scene.gallery.bidder("ann")).type == "authenticated")
        try await scene.pass(60_000)
        try await ann.say(#"{"type":"time","client_time":1}"#)
        _ = try await hear(ann) { $0.type == "time" }
    }

    @Test("A connection never changes hands")
    func anotherBidder() async throws {
        let scene = try await Scene()
        defer { scene.lodge.remove() }
        let ann = try await scene.welcomed(scene.gallery.bidder("ann"))
        let ben = try await scene.gallery.bidder("ben")
        for token in [ben, try scene.jwt("ben")] {
            let frame = try await ann.ask(#"{"type":"authenticate","token":"\#(token)"}"#)
            guard case .error(let failure) = frame.message else { throw Surprise("taken") }
            #expect(failure.code == .forbidden)
            #expect(failure.message.contains("speaks for ann"))
        }
        // It is still hers, and the refusal no strike against her.
        #expect(try await bid(ann, "1", 5000) == "bid_accepted")
        // Who has only watched may say later who he is.
        let watcher = try await scene.gallery.connect()
        _ = try await watcher.next()
        #expect(try await authenticate(watcher, ben).type == "authenticated")
    }

    @Test("Bad credentials are told so, a bounded number of times in a row")
    func guessing() async throws {
        var limits = GatewayLimits.generous
        limits.failedAuthenticationsMax = 3
        let scene = try await Scene(limits: limits)
        defer { scene.lodge.remove() }
        let ann = try await scene.welcomed(scene.jwt())
        for _ in 0..<2 { #expect(try await authenticate(ann, "gvl_x").type == "error") }
        #expect(try await authenticate(ann, scene.jwt()).type == "authenticated")
        for _ in 0..<3 { #expect(try await authenticate(ann, "a.b.c").type == "error") }
        try await expectClose(ann, .badToken)
    }

    // MARK: - Tickets

    @Test("A ticket for a JWT is no better than it: its end and its key count")
    func jwtTickets() async throws {
        let room = try Saleroom()
        let signer = TestIssuer.ed25519()
        let lodge = try Lodge(signer)
        defer { lodge.remove() }
        let issuer = try await lodge.issuer()
        let authenticator = Authenticator(
            board: room.service.board, clock: room.clock, issuer: issuer)
        func ticket(seconds: Int64 = 60) throws -> String {
            let end = room.clock.now().milliseconds / 1000 + seconds
            let identity = try authenticator.identify(
                signer.sign(claims: Lodge.claims(exp: "\(end)"))
            ).get()
            return try authenticator.issueTicket(for: identity).get().ticket
        }
        let good = try ticket()
        #expect(try authenticator.identify(good).get().bidder == BidderID("ann"))
        #expect(authenticator.identify(good) == .failure(.usedOrExpiredTicket))
        let short = try ticket(seconds: 5)
        room.clock.set(room.clock.now().advanced(by: 5_000))
        #expect(authenticator.identify(short) == .failure(.expired))
        let orphan = try ticket()
        try lodge.write(try TestIssuer.keySet(.ed25519("other")))
        _ = await issuer.reload()
        #expect(authenticator.identify(orphan) == .failure(.untrustedJWT))
    }

    @Test("A new JWT is no new share of tickets")
    func jwtTicketShare() throws {
        let box = TicketBox(lifetime: 30_000)
        let key = IssuerKey.ID.made(of: "a key")
        func issue(_ bidder: String, _ end: Int64) throws -> Bool {
            let bearer = TicketBearer.jwt(
                try BidderID(bidder), key, expiresAt: Instant(milliseconds: end))
            if case .success = box.issue(for: bearer, at: Saleroom.noon) { return true }
            return false
        }
        for number in 0..<TicketBox.ticketsPerTokenMax {
            #expect(try issue("ann", Saleroom.noon.milliseconds + Int64(number)))
        }
        #expect(try !issue("ann", Saleroom.noon.milliseconds + 99_999))
        #expect(try issue("ben", Saleroom.noon.milliseconds))
    }

    // MARK: - Whether somebody may stay

    @Test("An identity ends with its credential, and says how")
    func ending() async throws {
        let room = try Saleroom()
        let signer = TestIssuer.ed25519()
        let lodge = try Lodge(signer)
        defer { lodge.remove() }
        let issuer = try await lodge.issuer()
        let authenticator = Authenticator(
            board: room.service.board, clock: room.clock, issuer: issuer)
        let token = try authenticator.identify(try await room.bidder("ann")).get()
        let jwt = try authenticator.identify(
            signer.sign(claims: Lodge.claims(sub: #""ben""#))
        ).get()
        #expect(authenticator.ending(of: token) == nil)
        #expect(authenticator.ending(of: jwt) == nil)
        _ = try await room.administration.perform(.revokeTokens(try BidderID("ann")))
        #expect(authenticator.ending(of: token) == .revoked)
        try lodge.write(try TestIssuer.keySet(.p256()))
        _ = await issuer.reload()
        #expect(authenticator.ending(of: jwt) == .revoked)
        room.clock.set(room.clock.now().advanced(by: 60_000))
        #expect(authenticator.ending(of: jwt) == .tokenExpired)
    }

    @Test("Without an identity provider a JWT is no token")
    func noIssuer() throws {
        let room = try Saleroom()
        let token = try TestIssuer.ed25519().sign(claims: Lodge.claims())
        #expect(room.authenticator.identify(token) == .failure(.malformed))
    }

    // MARK: - Eligibility

    @Test("Approval counts at each bid, not when the connection was opened")
    func approval() async throws {
        let scene = try await Scene()
        defer { scene.lodge.remove() }
        let service = scene.gallery.service
        let (sale, lot, id) = (try SaleID("sale"), try AuctionID("approved"), try BidderID("ann"))
        _ = await service.perform(
            .createSale(Sale(id: sale, title: "A sale", stagger: 0, requiresApproval: true)))
        _ = await service.perform(
            .createAuction(lot, try Saleroom.terms { $0.sale = sale }))
        _ = try await scene.gallery.bidder("ann")
        let ann = try await scene.welcomed(scene.jwt())
        func bid(_ id: String, _ amount: Int) async throws -> String {
            let frame = try await ann.ask(
                #"{"type":"bid","auction":"approved","id":"\#(id)","amount":\#(amount)}"#)
            if case .bidRejected(let body) = frame.message { return body.code }
            return frame.message.type
        }
        func register(_ isApproved: Bool) async {
            _ = await service.perform(
                .register(Registration(sale: sale, bidder: id, isApproved: isApproved)))
        }
        #expect(try await bid("1", 5000) == "not_registered")
        await register(false)
        #expect(try await bid("2", 5000) == "not_approved")
        await register(true)
        #expect(try await bid("3", 5000) == "bid_accepted")
        await register(false)
        #expect(try await bid("4", 9000) == "not_approved")
        await register(true)
        #expect(try await bid("5", 9000) == "bid_accepted")
    }
}
