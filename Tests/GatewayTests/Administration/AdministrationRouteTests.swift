import AuctionRules
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("Administration by HTTP", .timeLimit(.minutes(5)))
struct AdministrationRouteTests {
    @Test("is for administrators, and for whoever comes over the machine's own socket")
    func access() async throws {
        let room = try Saleroom()
        let path = "/v1/admin/list-auctions"
        let boss = try await room.administrator()
        let ann = try await room.bidder("ann")
        #expect(try await room.post(path, token: boss).text == #"{"auctions":[]}"#)
        #expect(try await room.post(path, isLocal: true).status == 200)
        let bidder = try await room.post(path, token: ann)
        #expect(bidder.status == 403)
        #expect(try bidder.code == "forbidden")
        let nobody = try await room.post(path)
        #expect(nobody.status == 401)
        #expect(try nobody.code == "unauthenticated")
    }

    @Test("carries a command out, and answers as the client library reads it")
    func commands() async throws {
        let room = try Saleroom()
        let command = AdminCommand.createAuction(
            NewAuction(id: try AuctionID("lot"), terms: try Saleroom.terms()))
        let body = String(decoding: command.encodedBody(), as: UTF8.self)
        let reply = try await room.post(command.path, body, isLocal: true)
        #expect(reply.status == 200)
        let answer = try AdminAnswer.decode(reply.text.utf8, to: command.name)
        #expect(answer == .success(.auctionCreated(try AuctionID("lot"))))
        let again = try await room.post(command.path, body, isLocal: true)
        #expect(again.status == 409)
        guard case .failure(let fault) = try AdminAnswer.decode(again.text.utf8, to: command.name)
        else { throw Surprise(again.text) }
        #expect(fault.code == "already_exists")
    }

    @Test(
        "refuses what is no command",
        arguments: [
            ("no-such-thing", "{}", 404, "unknown_command"),
            ("create-auction", "{", 400, "bad_request"),
            ("create-auction", "[]", 400, "bad_request"),
            ("create-auction", "{}", 400, "bad_request"),
            ("show-auction", "", 400, "bad_request"),
            ("show-auction", #"{"auction":"x"}"#, 404, "unknown_auction"),
            ("show-auction", #"{"auction":"a b"}"#, 400, "bad_request"),
            ("list-auctions", #"{"reveel":true}"#, 400, "bad_request"),
            ("create-sale", #"{"title":""}"#, 422, "invalid_terms"),
            ("extend-auction", #"{"auction":"x"}"#, 400, "bad_request"),
            ("revoke-token", #"{"hash":"12"}"#, 400, "bad_request"),
            ("db-status", #"{}"#, 503, "unavailable"),
        ])
    func refusals(_ name: String, _ body: String, _ status: UInt, _ code: String) async throws {
        let reply = try await Saleroom().post("/v1/admin/\(name)", body, isLocal: true)
        #expect(reply.status == status)
        #expect(try reply.code == code)
    }

    @Test("logs under whose token secrets were revealed")
    func reveal() async throws {
        let room = try Saleroom()
        let boss = try await room.administrator("grace")
        _ = try await room.post("/v1/admin/list-bidders", #"{"reveal":true}"#, token: boss)
        #expect(room.logged.all.contains { $0.hasPrefix("notice") && $0.contains("grace") })
    }
}
