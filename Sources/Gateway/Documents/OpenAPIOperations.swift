import AuctionRules
import NIOHTTP1
import StrictJSON
import WireProtocol

/// The operations of the HTTP API, one for each line of the table of routes and one for each of
/// administration's commands. Tests hold the two against each other.
enum OpenAPIOperations {
    static let all: [OpenAPIOperation] =
        lots + catalogue + bids + proofs + connecting + running + [watch] + commands

    private static let refs = "components/schemas/"

    private static func schema(_ name: String) -> JSONValue { .reference(refs + name) }

    /// What is refused by an `error`, but with the status of an operation's own.
    private static func failure(_ status: Int, _ description: String) -> OpenAPIOperation.Answer {
        .init(status, description, schema("Error"))
    }

    private static let noLot = failure(404, "There is no such lot.")

    // MARK: - Lots

    private static let lots: [OpenAPIOperation] = [
        OpenAPIOperation(
            method: .GET, path: "/v1/auctions", id: "listLots", tag: "lots",
            summary: "Lots by id, a page at a time.", access: .everybodyOrBidder,
            parameters: [
                OpenAPIOperation.query(
                    "status", "Only lots that stand so.", .words(AuctionStatus.self)),
                OpenAPIOperation.query("sale", "Only lots of that sale.", .identifierOrNone),
                OpenAPIOperation.query(
                    "cursor", "The `cursor` of the page before.", .identifierOrNone),
                OpenAPIOperation.query(
                    "limit", "How many on a page.", .integer(from: 1, to: 200)),
            ],
            answers: [.init(200, "A page of lots.", schema("LotPage"))]),
        OpenAPIOperation(
            method: .GET, path: "/v1/auctions/{auction}", id: "showLot", tag: "lots",
            summary: "A lot; with `after` as soon as it is another than you have seen.",
            details: """
                Without `after` the answer comes at once. With it this is a long poll: 200 as soon \
                as the lot's `seq` or its `log` is another one than you named, 304 when nothing \
                changes for `wait` seconds. Ask again with the `seq` and the `log` of the answer.
                """,
            access: .everybodyOrBidder,
            parameters: [
                OpenAPIOperation.auction,
                OpenAPIOperation.query(
                    "after", "The `seq` that you have seen.", .integer(from: 0)),
                OpenAPIOperation.query("log", "The `log` that it counts in.", .log),
                OpenAPIOperation.query(
                    "wait", "How long to wait for news, in seconds.", .integer(from: 0, to: 60)),
            ],
            answers: [
                .init(200, "Where the lot stands.", schema("SnapshotMessage")),
                .init(304, "Nothing is new."), noLot,
            ]),
        OpenAPIOperation(
            method: .GET, path: "/v1/auctions/{auction}/events", id: "followLot", tag: "lots",
            summary: "A lot's changes as Server-Sent Events.",
            details: """
                Goes on until somebody hangs up. Each event is a message of the AsyncAPI document: \
                `event:` is its type, `data:` the object, `id:` is `SEQ-LOG`. Send the last `id:` \
                back as `Last-Event-ID` to go on where you were.
                """,
            access: .everybodyOrBidder,
            parameters: [
                OpenAPIOperation.auction, OpenAPIOperation.query("feed", "", .feed),
                OpenAPIOperation.query(
                    "after", "The `seq` that you have seen.", .integer(from: 0)),
                OpenAPIOperation.query("log", "The `log` that it counts in.", .log),
                .members([
                    "name": .string("Last-Event-ID"), "in": .string("header"),
                    "description": .string("The newest `id:` that you have seen; before `after`."),
                    "schema": .schema(.text(lengthMax: 128)),
                ]),
            ],
            answers: [
                .init(
                    200, "Events, without an end.", .schema(.text()), type: "text/event-stream"),
                noLot,
            ]),
        OpenAPIOperation(
            method: .GET, path: "/v1/auctions/{auction}/bids", id: "listBids", tag: "lots",
            summary: "A lot's public bids, oldest first; a sealed lot's from the close on.",
            access: .everybody,
            parameters: [
                OpenAPIOperation.auction,
                OpenAPIOperation.query(
                    "cursor", "The `cursor` of the page before.",
                    .integer(from: 0, to: Int64(Int32.max))),
                OpenAPIOperation.query(
                    "limit", "How many on a page.", .integer(from: 1, to: 200)),
            ],
            answers: [.init(200, "A page of bids.", schema("BidPage")), noLot]),
        OpenAPIOperation(
            method: .GET, path: "/v1/auctions/{auction}/explain", id: "explainChange", tag: "lots",
            summary: "How a public change came about, step by step.", access: .everybody,
            parameters: [
                OpenAPIOperation.auction,
                .members([
                    "name": .string("seq"), "in": .string("query"), "required": .bool(true),
                    "description": .string(
                        "Which public change; 400 when the lot has not had so many."),
                    "schema": .schema(.integer(from: 1)),
                ]),
            ],
            answers: [.init(200, "The steps.", schema("Explanation")), noLot]),
    ]

    private static let catalogue: [OpenAPIOperation] = [
        OpenAPIOperation(
            method: .GET, path: "/v1/sales", id: "listSales", tag: "lots",
            summary: "Every sale, by id.", access: .everybody,
            answers: [.init(200, "The sales.", schema("Sales"))]),
        OpenAPIOperation(
            method: .GET, path: "/v1/auctions/{auction}/terms", id: "showTerms", tag: "lots",
            summary: "How a lot is sold, without what is secret.", access: .everybody,
            parameters: [OpenAPIOperation.auction],
            answers: [.init(200, "The terms.", schema("PublicTerms")), noLot]),
    ]

    // MARK: - Bidding

    private static let bids: [OpenAPIOperation] = [
        OpenAPIOperation(
            method: .POST, path: "/v1/auctions/{auction}/bids", id: "bid", tag: "bidding",
            summary: "Bids. The `id` is your own and makes it safe to send again.",
            details: """
                The same `id` with the same content gets the same answer, word for word, on any \
                connection and after a crash; with other content it is an `idempotency_conflict`. \
                On 503, or without an answer, send the same again.
                """,
            access: .bidder, parameters: [OpenAPIOperation.auction],
            body: (schema("Bid"), #"{"id":"h-1","amount":2000}"#),
            answers: [
                .init(200, "The bid is on disk, and counts.", schema("BidAcceptedMessage")),
                .init(
                    404, "There is no such lot.",
                    .members([
                        "oneOf": .array([schema("BidRejectedMessage"), schema("Error")])
                    ])),
                .init(
                    409, "Something is in the bid's way now: the `code` says what.",
                    schema("BidRejectedMessage")),
                failure(411, "A bid goes into a body with a Content-Length."),
                .init(
                    422, "Something is wrong with the bid itself.", schema("BidRejectedMessage")),
                .init(
                    503, "It could not be stored, or what became of it can't be told.",
                    .members([
                        "oneOf": .array([schema("BidRejectedMessage"), schema("Error")])
                    ])),
            ])
    ]

    // MARK: - Proof

    private static let proofs: [OpenAPIOperation] = [
        OpenAPIOperation(
            method: .GET, path: "/v1/auctions/{auction}/certificate", id: "showCertificate",
            tag: "proof", summary: "The signed certificate of a lot's close, and its late bids.",
            access: .everybody, parameters: [OpenAPIOperation.auction],
            answers: [
                .init(200, "The two signed statements.", schema("Certificate")),
                failure(404, "There is no such lot, or it is `not_closed`."),
            ]),
        OpenAPIOperation(
            method: .GET, path: "/v1/keys", id: "listKeys", tag: "proof",
            summary: "Every key that the server has signed with.", access: .everybody,
            answers: [.init(200, "The keys.", schema("Keys"))]),
    ]

    // MARK: - Connecting

    private static let connecting: [OpenAPIOperation] = [
        OpenAPIOperation(
            method: .GET, path: "/v1/ws", id: "openWebSocket", tag: "connecting",
            summary: "Opens a WebSocket; the AsyncAPI document says what is spoken there.",
            access: .everybodyOrBidder,
            answers: [
                .init(101, "The connection is a WebSocket."),
                failure(403, "The page that asks is not on the server's list of origins."),
                failure(426, "This is no first request for a WebSocket of version 13."),
            ]),
        OpenAPIOperation(
            method: .POST, path: "/v1/tickets", id: "issueTicket", tag: "connecting",
            summary: "A ticket that stands for the token for 30 s, once.",
            details: "For pages, which can't send a header with a WebSocket: they `authenticate` "
                + "with it.",
            access: .bidderOrAdministrator,
            answers: [.init(200, "The ticket.", schema("Ticket"))]),
        OpenAPIOperation(
            method: .GET, path: "/v1/time", id: "tellTime", tag: "connecting",
            summary: "The server's clock.", access: .everybody,
            answers: [.init(200, "The time.", schema("TimeMessage"))]),
        OpenAPIOperation(
            method: .GET, path: "/v1/openapi.json", id: "describeHTTP", tag: "connecting",
            summary: "This document.", access: .everybody,
            answers: [
                .init(200, "OpenAPI 3.1.", .schema(.map(of: .anything))),
                .init(304, "You have it: its `ETag` was in your `If-None-Match`."),
            ]),
        OpenAPIOperation(
            method: .GET, path: "/v1/asyncapi.json", id: "describeMessages", tag: "connecting",
            summary: "What is spoken over WebSockets and Server-Sent Events.", access: .everybody,
            answers: [
                .init(200, "AsyncAPI 3.0.", .schema(.map(of: .anything))),
                .init(304, "You have it: its `ETag` was in your `If-None-Match`."),
            ]),
    ]

    // MARK: - Running it

    private static let running: [OpenAPIOperation] = [
        OpenAPIOperation(
            method: .GET, path: "/healthz", id: "health", tag: "operations",
            summary: "Whether the process lives.", access: .everybody,
            answers: [.init(200, "It does.", schema("State"))]),
        OpenAPIOperation(
            method: .GET, path: "/readyz", id: "readiness", tag: "operations",
            summary: "Whether bids can be stored.", access: .everybody,
            answers: [
                .init(200, "They can.", schema("State")),
                .init(503, "Not now, or the server is about to stop.", schema("State")),
            ]),
        OpenAPIOperation(
            method: .GET, path: "/metrics", id: "metrics", tag: "operations",
            summary: "Figures for Prometheus.", access: .everybody,
            answers: [
                .init(
                    200, "In Prometheus' text format.", .schema(.text()), type: "text/plain"),
                failure(403, "They are for the server's own machine."),
                failure(404, "They are switched off."),
            ]),
    ]

    // MARK: - Administration

    private static let watch = OpenAPIOperation(
        method: .POST, path: AdminWatch.path, id: "watch", tag: "administration",
        summary: "What happens in a sale or on lots, as Server-Sent Events.",
        details: "Goes on until somebody hangs up. The AsyncAPI document says what comes.",
        access: .administrator, body: (.schema(AdminWatch.schema), #"{"sale":"spring"}"#),
        answers: [
            .init(200, "Events, without an end.", .schema(.text()), type: "text/event-stream")
        ],
        refusals: [404])

    private static let commands = AdminCommand.descriptions.map { command in
        OpenAPIOperation(
            method: .POST, path: AdminCommand.pathPrefix + command.name.rawValue,
            id: command.name.rawValue, tag: "administration", summary: command.summary,
            access: .administrator, body: (.schema(command.schema), command.example),
            answers: [.init(200, "It is done, and on disk.", schema(command.answer))],
            refusals: command.refusals)
    }
}
