import AuctionRules
import NIOHTTP1
import StrictJSON
import WireProtocol

/// The OpenAPI 3.1 document of the HTTP API.
enum OpenAPIDocument {
    static let json: JSONValue = .members([
        "openapi": .string("3.1.0"),
        "info": info,
        "servers": .array([.members(["url": .string("/")])]),
        "tags": .array(tags),
        "paths": .object(paths),
        "components": .members([
            "securitySchemes": securitySchemes,
            "parameters": .members(["auction": auction]),
            "responses": .object(responses),
            "schemas": .object(schemas),
        ]),
    ])

    private static let info: JSONValue = .members([
        "title": .string("Gavel over HTTP"),
        "version": .string("1"),
        "summary": .string("Lots, bids, proofs, administration and operation of a Gavel server."),
        "description": .string(
            """
            Amounts are whole numbers of minor units (cents, yen, fils) from 1 to \
            9007199254740991; a lot's `currency` and `exponent` say what they mean. Times are Unix \
            milliseconds by the server's clock, durations milliseconds. Ids are 1 to 64 of the \
            characters A-Z a-z 0-9 . _ : -

            Say who you are with `Authorization: Bearer TOKEN`. A token that is not good is refused \
            with 401 even where none is needed, and ends the connection. A page of another origin \
            than the server's own, or those that it was told, may not `POST`.

            By default an address may open 50 connections and a connection may ask 20 times a \
            second; a bidder may bid 5 times a second, on one lot twice. Beyond it is 429, nothing \
            was done, and `Retry-After` says when the same is taken. A body has at most 65,536 \
            bytes, an administrator's 16,777,216; an address 2,048 bytes. A server may have set \
            other limits.

            Pass over members that you don't know: later servers say more. Administration refuses \
            unknown members, and may change before version 1.0 of the program.
            """),
        "license": .members([
            "name": .string("Apache License 2.0"), "identifier": .string("Apache-2.0"),
        ]),
    ])

    private static let tags: [JSONValue] = [
        ("lots", "What is for sale, and how it stands."),
        ("bidding", "Bids by a request of their own."),
        ("proof", "What the server has signed."), ("connecting", "Tickets, the clock, documents."),
        ("operations", "For supervisors and monitors."),
        ("administration", "What the command line speaks. For administrators."),
    ].map { name, description in
        .members(["name": .string(name), "description": .string(description)])
    }

    private static let securitySchemes: JSONValue = .members([
        "bidder": .members([
            "type": .string("http"), "scheme": .string("bearer"),
            "description": .string(
                "A bidder's token (`gavel bidder token`), or a JSON Web Token of the house's "
                    + "identity provider."),
        ]),
        "administrator": .members([
            "type": .string("http"), "scheme": .string("bearer"),
            "description": .string("An administrator's token (`gavel admin token`)."),
        ]),
    ])

    private static let auction: JSONValue = .members([
        "name": .string("auction"), "in": .string("path"), "required": .bool(true),
        "description": .string("The lot's id."), "schema": .schema(.identifier),
        "example": .string("vase"),
    ])

    private static let paths: JSONObject = {
        var paths = JSONObject()
        for operation in OpenAPIOperations.all {
            var path = paths[operation.path]?.asObject ?? JSONObject()
            path[operation.method.rawValue.lowercased()] = operation.json
            paths[operation.path] = .object(path)
        }
        return paths
    }()

    /// A refusal of every kind, in both of the forms that there are.
    private static let responses: JSONObject = {
        var responses = JSONObject()
        for form in ["Error", "Fault"] {
            for (status, description) in refusals {
                var response = JSONObject()
                response["description"] = .string(description)
                if status == 429 || status == 503 {
                    response["headers"] = .members([
                        "Retry-After": .members([
                            "description": .string("Seconds."),
                            "schema": .schema(.integer(from: 0)),
                        ])
                    ])
                }
                // What HTTP itself, and what everybody has to heed, is refused in the one form.
                let isCommon = [408, 429].contains(status)
                response["content"] = .members([
                    "application/json": .members([
                        "schema": form == "Error"
                            ? .reference("components/schemas/Error")
                            : isCommon
                                ? .members([
                                    "oneOf": .array([
                                        .reference("components/schemas/Fault"),
                                        .reference("components/schemas/Error"),
                                    ])
                                ]) : .reference("components/schemas/Fault")
                    ])
                ])
                responses["\(form)\(status)"] = .object(response)
            }
        }
        return responses
    }()

    private static let refusals: [(Int, String)] = [
        (400, "The request can't be read: the message says why."),
        (401, "Say who you are; or the token is not good."),
        (403, "That is not for you, or not from the page that asks."),
        (404, "There is no such thing."),
        (408, "The request did not come in time."),
        (409, "Something is in its way now."),
        (413, "The body is too large."),
        (414, "The address is too long."),
        (422, "What it asks for can't be."),
        (429, "Too many requests; nothing was done."),
        (431, "The headers are too many or too long."),
        (500, "Something went wrong; it has been logged."),
        (503, "Not now; nothing was done, unless the message says otherwise."),
    ]

    // MARK: - Schemas

    private static let schemas: JSONObject = {
        var schemas = JSONObject(AdminAnswer.schemas)
        let messages: [ServerMessage.Kind] = [.snapshot, .bidAccepted, .bidRejected, .time]
        for message in ServerMessage.descriptions
        where messages.contains(where: { $0.rawValue == message.type }) {
            schemas[message.name] = .object(message.schema.json)
        }
        for named in own { schemas[named.name] = .object(named.schema.json) }
        return schemas
    }()

    private static let own: [NamedSchema] = [
        NamedSchema("Bid", .object("A bid.", BidMessage.fields)),
        NamedSchema(
            "Error",
            .object(
                "Why a request was refused.",
                [.field("type", .word("error"))]
                    + Schema.failureFields(codes: ErrorCode.all + ErrorCode.ofHTTP))),
        NamedSchema("Fault", Schema.fault),
        NamedSchema(
            "LotPage",
            .object(
                "",
                [
                    .field("auctions", .array(of: .named("SnapshotMessage"), countMax: 200)),
                    .field(
                        "cursor", Schema.identifier.nullable,
                        "For the next page; null when this is the last."),
                ])),
        NamedSchema(
            "BidPage",
            .object(
                "",
                [
                    .field("auction", .identifier),
                    .field("bids", .array(of: .named("PublicBid"), countMax: 200)),
                    .field(
                        "cursor", Schema.count.nullable,
                        "For the next page; null when this is the last."),
                ])),
        NamedSchema(
            "PublicBid",
            .object(
                "A bid, as everybody may know of it.",
                [
                    .field("seq", Schema.seq.nullable, "Null for a sealed bid."),
                    .field("at", .instant), .field("bidder", .alias),
                    .field(
                        "price", Schema.amount.nullable,
                        "The price after it, in minor units; null for a sealed bid."),
                    .field(
                        "leading", Schema.boolean.nullable,
                        "Whether the bidder led right after it; null for a sealed bid."),
                    .field("voided", .boolean, "Whether the auctioneer has taken it out since."),
                ])),
        NamedSchema(
            "Sales",
            .object(
                "",
                [
                    .field(
                        "sales",
                        .array(
                            of: .object(
                                "",
                                [
                                    .field("sale", .identifier), .field("title", .text()),
                                    .field("auctions", .count, "How many lots it has."),
                                ])))
                ])),
        NamedSchema("PublicTerms", Schema.publicTerms),
        NamedSchema(
            "SignedStatement",
            .object(
                "Something that the server has signed (docs/proof.md).",
                Schema.signedStatementFields)),
        NamedSchema(
            "Certificate",
            .object(
                "",
                [
                    .field("type", .word("certificate")), .field("auction", .identifier),
                    .field("certificate", .named("SignedStatement")),
                    .field("late", .named("SignedStatement")),
                ])),
        NamedSchema(
            "Keys",
            .object(
                "",
                [
                    .field(
                        "keys",
                        .array(
                            of: .object(
                                "",
                                [
                                    .field("key", .text(matching: "^[0-9a-f]{32}$"), "Its id."),
                                    .field("algorithm", .word("Ed25519")),
                                    .field("public_key", .digest),
                                    .field("from", .instant),
                                    .field(
                                        "until", Schema.instant.nullable,
                                        "When it was replaced, Unix milliseconds; null: in use."),
                                ])))
                ])),
        NamedSchema(
            "Ticket",
            .object("", [.field("ticket", .text()), .field("expires_at", .instant)])),
        NamedSchema(
            "State",
            .object("", [.field("status", .text(), "A word for people and for logs.")])),
    ]
}
