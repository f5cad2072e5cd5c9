import AuctionRules
import BidService
import Dispatch
import Ledger
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("Administration", .timeLimit(.minutes(5)))
struct AdministrationTests {
    private let room: Saleroom

    init() throws { room = try Saleroom() }

    private func perform(
        _ command: AdminCommand, for asker: Administration.Asker = .thisMachine
    ) async throws -> AdminAnswer {
        try await room.administration.perform(command, for: asker)
    }

    private func fault(_ command: AdminCommand) async -> AdminFault? {
        do throws(AdminFault) {
            _ = try await room.administration.perform(command)
            return nil
        } catch {
            return error
        }
    }

    // MARK: - Lots

    @Test("A lot gets the id that was asked for, or a short one of its own")
    func createsLots() async throws {
        let terms = try Saleroom.terms()
        let own = try await perform(
            .createAuction(NewAuction(id: try AuctionID("x"), terms: terms)))
        #expect(own == .auctionCreated(try AuctionID("x")))
        guard
            case .auctionCreated(let id) = try await perform(
                .createAuction(NewAuction(terms: terms)))
        else { throw Surprise("no id") }
        #expect(id.text.wholeMatch(of: /lot-[2-9a-z]{6}/) != nil)
        #expect(room.service.board.snapshot(of: id, for: nil)?.state.status == .open)
    }

    @Test("An id that is taken is refused, and not replaced by another")
    func takenID() async throws {
        try await room.openLot()
        let fault = await fault(
            .createAuction(NewAuction(id: try AuctionID("lot"), terms: try Saleroom.terms())))
        #expect(fault?.code == "already_exists")
    }

    @Test("Terms that can't be are refused with what to do")
    func invalidTerms() async throws {
        let terms = try Saleroom.terms { $0.closesAt = $0.opensAt }
        let fault = await fault(.createAuction(NewAuction(terms: terms)))
        #expect(fault?.code == "invalid_terms")
        #expect(fault?.message.contains("closes_at") == true)
    }

    @Test("A catalogue is taken as a whole, in its order")
    func importsAll() async throws {
        let named = NewAuction(id: try AuctionID("b"), terms: try Saleroom.terms())
        let answer = try await perform(
            .importAuctions([named, NewAuction(terms: try Saleroom.terms())]))
        guard case .auctionsCreated(let ids) = answer else { throw Surprise("\(answer)") }
        #expect(ids.count == 2)
        #expect(ids[0].text == "b")
        #expect(
            room.service.board.page(after: nil, limit: 9, sale: nil, status: nil, for: nil)
                .count == 2)
    }

    @Test("A catalogue with faults is not taken at all, and every fault is named")
    func importsNothing() async throws {
        let good = NewAuction(terms: try Saleroom.terms())
        let untitled = NewAuction(terms: try Saleroom.terms { $0.title = "" })
        let homeless = NewAuction(terms: try Saleroom.terms { $0.sale = try? SaleID("none") })
        let fault = await fault(.importAuctions([good, untitled, good, homeless]))
        #expect(fault?.items.map(\.index) == [1, 3])
        #expect(fault?.items.map(\.code) == ["invalid_terms", "unknown_sale"])
        #expect(
            room.service.board.page(after: nil, limit: 9, sale: nil, status: nil, for: nil)
                .isEmpty)
        let empty = await self.fault(.importAuctions([]))
        #expect(empty?.code == "bad_request")
    }

    @Test("What is done to a lot is answered with the lot as it is then")
    func administers() async throws {
        try await room.openLot()
        let lot = try AuctionID("lot")
        func status(_ command: AuctionCommand) async throws -> String {
            guard case .administered(let row) = try await perform(.administer(lot, command)) else {
                throw Surprise("no row")
            }
            return row.lot.status
        }
        #expect(try await status(.pause(reason: "fire")) == "paused")
        #expect(try await status(.resume) == "open")
        #expect(try await status(.extend(.by(1000), reason: nil)) == "open")
        #expect(try await status(.announce(text: "Hear!")) == "open")
        #expect(try await status(.close(reason: nil)) == "closed")
        let fault = await fault(.administer(lot, .pause(reason: nil)))
        #expect(fault?.code == "wrong_status")
    }

    @Test(
        "Something that is not there is not found",
        arguments: [
            AdminCommand.showAuction(id("none")), .administer(id("none"), .open),
            .showSale(id("none")), .saleResults(id("none")), .listAuctions(sale: id("none")),
            .suspendBidder(id("none")), .reinstateBidder(id("none")), .issueToken(id("none")),
            .revokeTokens(id("none")), .revokeToken(TokenSecret.mint().hash),
            .register(Registration(sale: id("none"), bidder: id("none"), isApproved: true)),
        ])
    func notFound(_ command: AdminCommand) async throws {
        let fault = await fault(command)
        #expect(fault?.isNotFound == true)
        #expect(fault?.httpStatus == 404)
    }

    @Test("A lot is shown as it was after a public change")
    func showsThePast() async throws {
        try await room.openLot()
        for (bidder, amount) in [("ann", 5000), ("bob", 6000)] {
            let token = try await room.bidder(bidder)
            _ = try await room.post(
                "/v1/auctions/lot/bids", #"{"id":"1","amount":\#(amount)}"#, token: token)
        }
        func price(at seq: Int64?) async throws -> Int64? {
            let lot = try AuctionID("lot")
            guard case .auction(let detail) = try await perform(.showAuction(lot, atSeq: seq))
            else { throw Surprise("no lot") }
            return detail.row.lot.price?.minorUnits
        }
        #expect(try await price(at: 1) == nil)
        #expect(try await price(at: 2) == 1000)
        #expect(try await price(at: 3) == 5100)
        #expect(try await price(at: nil) == 5100)
        let fault = await fault(.showAuction(try AuctionID("lot"), atSeq: 4))
        #expect(fault?.code == "bad_request")
    }

    // MARK: - Sales, bidders, tokens

    @Test("Sales are created, listed and shown with their lots and registrations")
    func sales() async throws {
        let created = try await perform(
            .createSale(NewSale(title: "Chairs", stagger: 500, requiresApproval: true)))
        guard case .saleCreated(let id) = created else { throw Surprise("\(created)") }
        #expect(id.text.hasPrefix("sale-"))
        for lot in ["a", "b"] { try await room.openLot(lot) { $0.sale = id } }
        let ann = try BidderID("ann")
        _ = try await perform(.addBidder(Bidder(id: ann)))
        let registration = Registration(sale: id, bidder: ann, isApproved: true)
        #expect(
            try await perform(.register(registration))
                == .registered(RegistrationRow(registration)))
        guard case .sale(let detail) = try await perform(.showSale(id)) else {
            throw Surprise("no sale")
        }
        #expect(detail.lots.map(\.lot.auction.text) == ["a", "b"])
        #expect(
            detail.lots.map(\.lot.endsAt?.milliseconds) == [1_800_000_060_000, 1_800_000_060_500])
        #expect(detail.registrations.map(\.registration.bidder) == [ann])
        guard case .sales(let rows) = try await perform(.listSales) else { throw Surprise("none") }
        #expect(rows.map(\.auctions) == [2])
    }

    @Test("Bidders are added, suspended and reinstated")
    func bidders() async throws {
        let ann = try BidderID("ann")
        func isSuspended(_ command: AdminCommand) async throws -> Bool {
            guard case .bidder(let row) = try await perform(command) else {
                throw Surprise("no bidder")
            }
            return row.isSuspended
        }
        #expect(try await !isSuspended(.addBidder(Bidder(id: ann))))
        #expect(try await isSuspended(.suspendBidder(ann)))
        #expect(try await isSuspended(.suspendBidder(ann)))
        #expect(try await !isSuspended(.reinstateBidder(ann)))
        let fault = await fault(.addBidder(Bidder(id: ann)))
        #expect(fault?.code == "already_exists")
    }

    @Test("A token is shown once; what is kept is only its hash")
    func tokens() async throws {
        let ann = try BidderID("ann")
        _ = try await perform(.addBidder(Bidder(id: ann)))
        guard case .token(let token) = try await perform(.issueToken(ann, ttl: 60_000)) else {
            throw Surprise("no token")
        }
        #expect(token.expiresAt == Saleroom.noon.advanced(by: 60_000))
        #expect(TokenSecret.hash(of: token.token) == token.hash)
        var payloads: [String] = []
        try room.log.entries(after: 0) { payloads.append("\($0)") }
        #expect(payloads.contains { $0.contains(token.hash.hex) })
        #expect(!payloads.contains { $0.contains(token.token) })
        #expect(!room.logged.all.contains { $0.contains(token.token) })
    }

    @Test("Revoking says how many tokens there were")
    func revokes() async throws {
        let ann = try BidderID("ann")
        _ = try await perform(.addBidder(Bidder(id: ann)))
        for _ in 0..<3 { _ = try await perform(.issueToken(ann)) }
        guard case .token(let boss) = try await perform(.issueAdminToken(name: "boss")) else {
            throw Surprise("no token")
        }
        #expect(try await perform(.revokeTokens(ann)) == .revoked(3))
        #expect(try await perform(.revokeTokens(ann)) == .revoked(0))
        #expect(try await perform(.revokeToken(boss.hash)) == .revoked(1))
        #expect(room.authenticator.identify(boss.token) == .failure(.unknown))
    }

    @Test(
        "An administrator's name is one",
        arguments: ["", "a b", "Ä", String(repeating: "a", count: 65)])
    func names(_ name: String) async throws {
        let fault = await fault(.issueAdminToken(name: name))
        #expect(fault?.code == "bad_request")
    }

    // MARK: - Secrets

    @Test("Secrets are shown only when asked for, and then it is logged who asked")
    func secrets() async throws {
        try await room.openLot { $0.reserve = Amount(minorUnits: 7777) }
        _ = try await perform(.addBidder(Bidder(id: try BidderID("ann"), name: "Ann Smith")))
        let lot = try AuctionID("lot")
        let commands: [(Bool) -> AdminCommand] = [
            { .showAuction(lot, reveal: $0) }, { .listAuctions(reveal: $0) },
            { .listBidders(reveal: $0) },
        ]
        for command in commands {
            let before = room.logged.all.count
            let plain = String(
                decoding: try await perform(command(false)).encoded(), as: UTF8.self)
            #expect(!plain.contains("7777"))
            #expect(!plain.contains("Smith"))
            #expect(room.logged.all.count == before)
            let revealed = String(
                decoding: try await perform(command(true), for: .administrator("boss")).encoded(),
                as: UTF8.self)
            #expect(revealed.contains("7777") || revealed.contains("Smith"))
            #expect(
                room.logged.all.last?.hasPrefix(
                    "notice Secrets are revealed by=administrator boss") == true)
        }
    }

    // MARK: - What fails

    @Test("A command whose commit fails is not called done")
    func unknownOutcome() async throws {
        room.log.failAppend()
        let fault = await fault(.addBidder(Bidder(id: try BidderID("ann"))))
        #expect(fault?.code == "unknown_outcome")
        #expect(fault?.httpStatus == 503)
        #expect(fault?.message.contains("can't be told") == true)
    }

    @Test("A database that can't be read is unavailable")
    func unreadable() async throws {
        let fault = await fault(.databaseStatus)
        #expect(fault?.code == "unavailable")
        #expect(fault?.httpStatus == 503)
    }

    @Test("How far a backup is can be asked while it is being written, and only then")
    func backupProgress() async throws {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let isLookedAt = DispatchSemaphore(value: 0)
        let administration = Administration(
            service: room.service,
            archive: LogArchive(log: room.log) {
                begin.yield()
                isLookedAt.wait()
            })
        let question = AdminCommand.databaseBackupProgress(path: "/tmp/x")
        #expect(try await administration.perform(question) == .databaseBackupProgress(.none))
        async let backup = administration.perform(.databaseBackup(path: "/tmp/x"))
        for await _ in begun { break }
        let halfway = try await administration.perform(question)
        let ofAnother = try await administration.perform(.databaseBackupProgress(path: "/tmp/y"))
        isLookedAt.signal()
        #expect(
            halfway == .databaseBackupProgress(.init(step: .copying, done: 7, total: 9)))
        #expect(ofAnother == .databaseBackupProgress(.none))
        #expect(try await backup == .databaseBackup(DatabaseBackup(path: "/tmp/x", bytes: 1234)))
        #expect(try await administration.perform(question) == .databaseBackupProgress(.none))
    }

    @Test("The database's commands are answered from the archive")
    func database() async throws {
        #expect(
            try await perform(.databaseBackup(path: "/tmp/x"))
                == .databaseBackup(DatabaseBackup(path: "/tmp/x", bytes: 1234)))
        #expect(
            try await perform(.databaseSchema)
                == .databaseSchema(DatabaseSchema(version: 1, sql: "CREATE TABLE event;")))
    }
}

/// An id that is known to be one.
private func id<Subject>(_ text: String) -> Identifier<Subject> {
    do { return try Identifier(text) } catch { preconditionFailure("\(error)") }
}
