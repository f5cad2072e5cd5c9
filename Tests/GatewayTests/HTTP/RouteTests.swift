import AuctionRules
import BidService
import NIOHTTP1
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

/// One call without a token to a house with one open lot, and what it is answered.
struct Call: CustomTestStringConvertible, Sendable {
    let method: HTTPMethod
    let uri: String
    let status: UInt
    let expected: String

    init(_ method: HTTPMethod, _ uri: String, _ status: UInt, _ expected: String) {
        self.method = method
        self.uri = uri
        self.status = status
        self.expected = expected
    }

    var testDescription: String { "\(method.rawValue) \(uri)" }

    private static let snapshot = """
        {"type":"snapshot","auction":"lot","log":"memory","seq":1,"title":"A chair",\
        "format":"english","currency":"USD","exponent":2,"status":"open","outcome":null,\
        "price":null,"minimum":1000,"leader":null,"leading":null,"your_max":null,"bids":0,\
        "reserve":"none","starts_at":1800000000000,"ends_at":1800000060000,"extensions":0,\
        "sale":null,"buy_now":null,"server_time":1800000000000}
        """

    private static func error(_ code: String, _ message: String) -> String {
        "{\"type\":\"error\",\"code\":\"\(code)\",\"message\":\"\(message)\",\"ref\":null}"
    }

    static let all: [Call] = [
        .init(.GET, "/v1/auctions", 200, "{\"auctions\":[\(snapshot)],\"cursor\":null}"),
        .init(.GET, "/v1/auctions?status=closed", 200, "{\"auctions\":[],\"cursor\":null}"),
        .init(.GET, "/v1/auctions?sale=nobody", 200, "{\"auctions\":[],\"cursor\":null}"),
        .init(.GET, "/v1/auctions?cursor=lot", 200, "{\"auctions\":[],\"cursor\":null}"),
        .init(
            .GET, "/v1/auctions?status=&sale=&cursor=&limit=&later=1", 200,
            "{\"auctions\":[\(snapshot)],\"cursor\":null}"),
        .init(
            .GET, "/v1/auctions?limit=0", 400,
            error(
                "bad_message",
                "The request can't be read: limit is a whole number from 1 to 200.")),
        .init(
            .GET, "/v1/auctions?limit=+1", 400,
            error(
                "bad_message",
                "The request can't be read: limit is a whole number from 1 to 200.")),
        .init(
            .GET, "/v1/auctions?limit=1&limit=2", 400,
            error("bad_message", "The request can't be read: give limit once.")),
        .init(
            .GET, "/v1/auctions?cursor=a%20b", 400,
            error(
                "bad_message",
                "The request can't be read: cursor is 1 to 64 of the characters "
                    + "A-Z a-z 0-9 . _ : -.")),
        .init(
            .GET, "/v1/auctions?status=sold", 400,
            error(
                "bad_message",
                "The request can't be read: status is one of "
                    + "scheduled, open, on_block, fair_warning, paused, closed, cancelled.")),
        .init(.GET, "/v1/auctions/lot", 200, snapshot),
        .init(
            .GET, "/v1/auctions/none", 404,
            error("unknown_auction", "There is no such lot: check its id.")),
        .init(
            .GET, "/v1/auctions/a%2Fb", 404,
            error("unknown_auction", "There is no such lot: check its id.")),
        .init(
            .GET, "/v1/auctions/lot/bids", 200,
            "{\"auction\":\"lot\",\"bids\":[],\"cursor\":null}"),
        .init(
            .GET, "/v1/auctions/none/bids", 404,
            error("unknown_auction", "There is no such lot: check its id.")),
        .init(.GET, "/v1/time", 200, "{\"type\":\"time\",\"server_time\":1800000000000}"),
        .init(.GET, "/v1/keys", 200, "{\"keys\":[]}"),
        .init(.GET, "/healthz", 200, "{\"status\":\"ok\"}"),
        .init(.GET, "/readyz", 200, "{\"status\":\"ready\"}"),
        .init(
            .GET, "/v1", 404, error("not_found", "There is nothing at this address.")),
        .init(
            .GET, "/v1/auctions/", 404, error("not_found", "There is nothing at this address.")),
        .init(
            .GET, "/page/../index.html", 404,
            error("not_found", "There is nothing at this address.")),
        .init(
            .DELETE, "/v1/auctions/lot", 405,
            error("method_not_allowed", "This address takes GET, HEAD only.")),
        .init(
            .PUT, "/v1/auctions/lot/bids", 405,
            error("method_not_allowed", "This address takes GET, HEAD, POST only.")),
        .init(
            .GET, "/v1/tickets", 405,
            error("method_not_allowed", "This address takes POST only.")),
        .init(
            .POST, "/v1/tickets", 401,
            error(
                "unauthenticated",
                "Say who you are: send Authorization: Bearer and your token.")),
        .init(
            .POST, "/v1/auctions/lot/bids", 401,
            error(
                "unauthenticated",
                "Say who you are: send Authorization: Bearer and your token.")),
        .init(
            .POST, "/v1/admin/list-auctions", 401,
            "{\"error\":{\"code\":\"unauthenticated\",\"message\":"
                + "\"Say who you are: send Authorization: Bearer and your token.\"}}"),
        .init(
            .GET, "/v1/admin/list-auctions", 405,
            "{\"error\":{\"code\":\"unknown_command\",\"message\":"
                + "\"This address takes POST only.\"}}"),
        .init(
            .GET, "/v1/ws", 426,
            error(
                "upgrade_required",
                "this address speaks WebSocket; send Upgrade: websocket and Connection: Upgrade")),
    ]
}

@Suite("Calls", .timeLimit(.minutes(5)))
struct RouteTests {
    @Test("are answered as the table says", arguments: Call.all)
    func table(_ call: Call) async throws {
        let room = try Saleroom()
        try await room.openLot()
        let reply = try await room.send(call.method, call.uri)
        #expect(reply.status == call.status)
        #expect(reply.text == call.expected)
        #expect(reply.header("Content-Type") == "application/json")
    }

    @Test("405 names what the address takes")
    func allow() async throws {
        let reply = try await Saleroom().send(.DELETE, "/v1/auctions/lot/bids")
        #expect(reply.header("Allow") == "GET, HEAD, POST")
    }

    @Test("401 says how to say who one is")
    func challenge() async throws {
        let room = try Saleroom()
        let nobody = try await room.post("/v1/tickets")
        #expect(nobody.header("WWW-Authenticate") == "Bearer realm=\"gavel\"")
        let stranger = try await room.post("/v1/tickets", token: TokenSecret.mint().token)
        #expect(
            stranger.header("WWW-Authenticate")
                == "Bearer realm=\"gavel\", error=\"invalid_token\"")
    }

    @Test("Who comes with a credential that is not good has to come again; who has none may stay")
    func badCredentials() async throws {
        let room = try Saleroom()
        #expect(try await !room.post("/v1/tickets").response.closesConnection)
        for token in [TokenSecret.mint().token, "no token", "a.b.c"] {
            let stranger = try await room.post("/v1/tickets", token: token)
            #expect(stranger.status == 401)
            #expect(stranger.response.closesConnection, "\(token)")
        }
    }

    @Test("Pages of lots follow one another by the cursor, without a gap")
    func pages() async throws {
        let room = try Saleroom()
        for id in ["c", "a", "e", "b", "d"] { try await room.openLot(id) }
        var seen: [String] = []
        var sizes: [Int] = []
        var cursor: String? = ""
        while let next = cursor {
            let page = try await room.get("/v1/auctions?limit=2&cursor=\(next)").json
            let lots = try page.array("auctions")
            sizes.append(lots.count)
            seen += try lots.map { try #require($0.asObject).string("auction") }
            cursor = try page.optionalString("cursor")
        }
        #expect(seen == ["a", "b", "c", "d", "e"])
        #expect(sizes == [2, 2, 1])
    }

    @Test("A full last page has no cursor")
    func fullLastPage() async throws {
        let room = try Saleroom()
        for id in ["a", "b"] { try await room.openLot(id) }
        let page = try await room.get("/v1/auctions?limit=2").json
        #expect(try page.array("auctions").count == 2)
        #expect(try page.optionalString("cursor") == nil)
    }

    @Test("A bidder sees its own part of a lot, and nobody else does")
    func ownFields() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let ann = try await room.bidder("ann")
        let bob = try await room.bidder("bob")
        _ = try await room.post(
            "/v1/auctions/lot/bids", #"{"id":"1","amount":5000}"#, token: ann)
        for path in ["/v1/auctions/lot", "/v1/auctions"] {
            func lot(_ token: String?) async throws -> JSONObject {
                let json = try await room.get(path, token: token).json
                guard json["auctions"] != nil else { return json }
                return try #require(try json.array("auctions").first?.asObject)
            }
            let own = try await lot(ann)
            #expect(try own.optionalBool("leading") == true)
            #expect(try own.optionalInteger("your_max") == 5000)
            let other = try await lot(bob)
            #expect(try other.optionalBool("leading") == false)
            #expect(try other.optionalInteger("your_max") == nil)
            let everybody = try await lot(nil)
            #expect(try everybody.optionalBool("leading") == nil)
            #expect(try everybody.optionalInteger("your_max") == nil)
        }
    }

    @Test("A token that is not good is refused even where none is needed")
    func badToken() async throws {
        let room = try Saleroom()
        try await room.openLot()
        let reply = try await room.get("/v1/auctions/lot", token: "gvl_no")
        #expect(reply.status == 401)
        #expect(try reply.code == "unauthenticated")
    }

    @Test("readyz says no while the server drains, and healthz still says yes")
    func draining() async throws {
        let room = try Saleroom()
        room.startDraining()
        let ready = try await room.get("/readyz")
        #expect(ready.status == 503)
        #expect(ready.text == #"{"status":"draining"}"#)
        #expect(try await room.get("/healthz").status == 200)
    }

    @Test("readyz says no while the log can't be written")
    func unavailable() async throws {
        let room = try Saleroom()
        room.loseLog()
        _ = await room.service.perform(.addBidder(Bidder(id: try BidderID("ann"))))
        let reply = try await room.get("/readyz")
        #expect(reply.status == 503)
        #expect(reply.text == #"{"status":"log_unavailable"}"#)
        #expect(reply.header("Retry-After") == "1")
    }

    @Test("A WebSocket that could have been one is told to come on a connection of its own")
    func lateUpgrade() async throws {
        let headers: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        let reply = try await Saleroom().send(.GET, "/v1/ws", headers: headers, isFirst: false)
        #expect(reply.status == 426)
        #expect(reply.header("Upgrade") == "websocket")
        #expect(reply.response.closesConnection)
        #expect(try reply.code == "upgrade_required")
    }

    @Test("A WebSocket from a foreign origin is told so")
    func foreignOrigin() async throws {
        let headers: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "http://elsewhere",
        ]
        let reply = try await Saleroom().send(.GET, "/v1/ws", headers: headers)
        #expect(reply.status == 403)
        #expect(try reply.code == "forbidden")
    }

    @Test("Only administrators may send large bodies")
    func bodyBounds() async throws {
        let room = try Saleroom()
        let limits = GatewayLimits.generous
        let boss = try await room.administrator()
        let ann = try await room.bidder("ann")
        func bound(_ uri: String, token: String? = nil, isLocal: Bool = false) throws -> Int {
            var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: uri)
            if let token { head.headers.add(name: "Authorization", value: "Bearer \(token)") }
            return room.routes.bodyBytesMax(
                of: head, target: try #require(RequestTarget(uri)), isLocal: isLocal)
        }
        let command = "/v1/admin/import-auctions"
        #expect(try bound(command, token: boss) == limits.adminBodyBytesMax)
        #expect(try bound(command, isLocal: true) == limits.adminBodyBytesMax)
        #expect(try bound(command, token: ann) == limits.bodyBytesMax)
        #expect(try bound(command) == limits.bodyBytesMax)
        #expect(try bound("/v1/auctions/lot/bids", token: boss) == limits.bodyBytesMax)
    }
}
