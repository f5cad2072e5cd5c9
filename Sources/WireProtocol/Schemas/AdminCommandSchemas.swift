import AuctionRules
import StrictJSON

/// A command of administration as the OpenAPI document describes it.
public struct CommandDescription: Equatable, Sendable {
    public let name: AdminCommand.Name
    /// A sentence, for people.
    public let summary: String
    /// Of the body.
    public let schema: Schema
    /// The name of the answer's schema, among ``AdminAnswer/schemas``.
    public let answer: String
    /// The status codes of its refusals, beside those that every command has.
    public let refusals: [Int]
    /// A body.
    public let example: String
}

extension AdminCommand {
    /// Every command that there is, in the order of ``Name``.
    public static let descriptions: [CommandDescription] =
        auctionDescriptions + lotDescriptions + roomDescriptions + saleDescriptions
        + bidderDescriptions
        + tokenDescriptions + databaseDescriptions + webhookDescriptions

    static func describe(
        _ name: Name, _ summary: String, _ fields: [Schema.Field], answer: String,
        refusals: [Int] = [], example: String = "{}", _ change: (Schema) -> Schema = { $0 }
    ) -> CommandDescription {
        CommandDescription(
            name: name, summary: summary,
            schema: change(.object("", fields.map(\.orNull), isClosed: true)),
            answer: answer, refusals: refusals, example: example)
    }

    private static let auction = Schema.field("auction", .identifier, "The lot.")
    private static let sale = Schema.field("sale", .identifier, "The sale.")
    private static let bidder = Schema.field("bidder", .identifier, "The bidder.")
    private static let reason = Schema.field(
        "reason", .text(from: 1, lengthMax: 500), "For the log, and for everybody who watches.")
    private static let reveal = Schema.field(
        "reveal", Schema.boolean.withDefault(.bool(false)),
        "Whether secrets are told: reserves, maxes, names. The server's log says who asked."
    ).optional
    private static let newAuction: [Schema.Field] =
        [
            Schema.field(
                "auction", .identifier, "The new lot's id; without it the server makes one."
            ).optional
        ] + Terms.schemaFields

    private static let auctionDescriptions: [CommandDescription] = [
        describe(
            .createAuction, "Creates a lot.", newAuction, answer: "CreatedAuction",
            refusals: [404, 409, 422],
            example:
                #"{"auction":"vase","title":"Ming vase","currency":"USD","start":1000,"reserve":4000,"increments":"ebay-us","opens_at":1795408958780,"closes_at":1795412558780,"soft_close":"catawiki"}"#
        ),
        describe(
            .importAuctions, "Creates the lots of a catalogue: all of them or none.",
            [
                .field(
                    "auctions", .array(of: .object("", newAuction, isClosed: true)),
                    "A fault names the place of its lot, from 0.")
            ], answer: "CreatedAuctions", refusals: [404, 409, 422],
            example:
                #"{"auctions":[{"title":"Ming vase","currency":"USD","start":1000,"increments":[[0,50],[10000,500]],"opens_at":1795408958780,"closes_at":1795412558780}]}"#
        ),
        describe(
            .listAuctions, "Lists lots, by id.",
            [
                Schema.field("status", .status).optional, sale.optional, reveal,
            ], answer: "AuctionRows", refusals: [404], example: #"{"status":"open"}"#),
        describe(
            .showAuction, "Shows a lot with its terms and its bids.",
            [
                auction,
                Schema.field(
                    "at_seq", .integer(from: 0), "As it was right after that public change."
                ).optional, reveal,
            ], answer: "AuctionDetail", refusals: [404, 409], example: #"{"auction":"vase"}"#),
        describe(
            .explainAuction, "Says how a public change came about.",
            [auction, .field("seq", .seq), reveal], answer: "Explanation", refusals: [404, 409],
            example: #"{"auction":"vase","seq":1}"#),
        describe(
            .listRequests, "Lists the requests on a lot that were decided last, oldest first.",
            [
                auction,
                Schema.field(
                    "limit",
                    Schema.integer(from: 1, to: listedRequestsMax).withDefault(.integer(50)),
                    "How many at most."
                ).optional, reveal,
            ], answer: "RequestRows", refusals: [404], example: #"{"auction":"vase"}"#),
    ]

    private static func administer(
        _ name: Name, _ summary: String, _ fields: [Schema.Field] = [], example: String,
        _ change: (Schema) -> Schema = { $0 }
    ) -> CommandDescription {
        describe(
            name, summary, [auction] + fields, answer: "AuctionRow", refusals: [404, 409, 422],
            example: example, change)
    }

    private static let lotDescriptions: [CommandDescription] = [
        administer(
            .openAuction, "Opens a scheduled lot now.", example: #"{"auction":"vase"}"#),
        administer(
            .pauseAuction, "Pauses an open lot: no bid is taken.", [reason.optional],
            example: #"{"auction":"vase","reason":"A question about the frame"}"#),
        administer(
            .resumeAuction, "Lets a paused lot go on, with at least `resume_min_ms` left.",
            example: #"{"auction":"vase"}"#),
        administer(
            .closeAuction, "Closes a lot now.", [reason.optional],
            example: #"{"auction":"vase","reason":"Going, going, gone"}"#),
        administer(
            .cancelAuction, "Withdraws a lot: nothing is sold.", [reason],
            example: #"{"auction":"vase","reason":"Damaged"}"#),
        administer(
            .extendAuction, "Moves the end of a lot to a later time.",
            [
                Schema.field("by_ms", .duration, "By so many milliseconds.").optional,
                Schema.field("to", .instant, "To that time, Unix milliseconds.").optional,
                reason.optional,
            ], example: #"{"auction":"vase","by_ms":600000}"#
        ) { $0.needingOne(of: ["by_ms", "to"]) },
        administer(
            .lowerReserve, "Lowers the secret reserve.",
            [.field("to", .amount, "In minor units, under the reserve in force.")],
            example: #"{"auction":"vase","to":3000}"#),
        administer(
            .voidBid, "Takes a bid out, and makes the price anew without it.",
            [
                .field("bid", .identifier, "The bid's id."),
                Schema.field(
                    "bidder", .identifier, "Whose it is, where several used the same id."
                ).optional, reason,
            ], example: #"{"auction":"vase","bid":"a-1","reason":"Entered in error"}"#),
        administer(
            .announce, "Sends words to everybody who watches a lot.",
            [.field("text", .text(from: 1, lengthMax: 500))],
            example: #"{"auction":"vase","text":"Last call"}"#),
        administer(
            .advanceClock, "Lets what is due by now happen to a lot.",
            example: #"{"auction":"vase"}"#),
    ]

    private static let roomDescriptions: [CommandDescription] = [
        administer(
            .ask, "Live room: puts a lot on the block, or moves its ask.",
            [
                Schema.field(
                    "amount", .amount,
                    "In minor units, above the price; without it one step over the price."
                ).optional
            ], example: #"{"auction":"vase","amount":55000}"#),
        administer(
            .warn, "Live room: gives fair warning, the first or the second.",
            example: #"{"auction":"vase"}"#),
        administer(
            .hammer, "Live room: sells to the leader, after the second fair warning.",
            example: #"{"auction":"vase"}"#),
        administer(
            .pass, "Live room: ends a lot on the block without a sale.", [reason.optional],
            example: #"{"auction":"vase"}"#),
        administer(
            .reopen, "Live room: puts a lot that has just ended on the block again.",
            [reason.optional], example: #"{"auction":"vase"}"#),
        administer(
            .undo, "Live room: takes the last bid on the block out.", [reason.optional],
            example: #"{"auction":"vase"}"#),
        administer(
            .roomBid, "Live room: places a bid for somebody in the room.",
            [
                bidder, .field("amount", .amount, "In minor units, at the ask or above."),
                Schema.field(
                    "bid", .identifier, "The bid's own id: makes it safe to send again."
                ).optional,
            ], example: #"{"auction":"vase","bidder":"anna","amount":55000}"#),
    ]

    private static let saleDescriptions: [CommandDescription] = [
        describe(
            .createSale, "Creates a sale.",
            [
                Schema.field(
                    "sale", .identifier, "The new sale's id; without it the server makes one."
                ).optional, .field("title", .text(from: 1, lengthMax: 200)),
                Schema.field(
                    "stagger_ms", Schema.duration.withDefault(.integer(0)),
                    "Each lot ends so many milliseconds after the one before."
                ).optional,
                Schema.field(
                    "requires_approval", Schema.boolean.withDefault(.bool(false)),
                    "Whether only approved bidders may bid."
                ).optional,
                Schema.field(
                    "soft_close_group", .identifier,
                    "Its lots are extended together, under that name, unless they say otherwise."
                ).optional,
            ], answer: "CreatedSale", refusals: [409, 422],
            example: #"{"sale":"spring","title":"Spring sale"}"#),
        describe(.listSales, "Lists sales.", [], answer: "SaleRows"),
        describe(
            .showSale, "Shows a sale with its lots and registrations.", [sale, reveal],
            answer: "SaleDetail", refusals: [404], example: #"{"sale":"spring"}"#),
        describe(
            .saleResults, "Tells how a sale's lots ended, and what they come to.",
            [sale, reveal], answer: "SaleResults", refusals: [404],
            example: #"{"sale":"spring"}"#),
    ]

    private static let bidderDescriptions: [CommandDescription] = [
        describe(
            .addBidder, "Adds a bidder.",
            [
                bidder,
                Schema.field("name", Schema.text(from: 1, lengthMax: 200).nullable).optional,
                Schema.field(
                    "limit", Limit.schema.nullable, "The most that the bidder may offer on a lot."
                ).optional,
            ], answer: "BidderRow", refusals: [409, 422],
            example:
                #"{"bidder":"anna","name":"Anna Schmidt","limit":{"amount":500000,"currency":"USD"}}"#
        ),
        describe(
            .listBidders, "Lists bidders.", [reveal], answer: "BidderRows", example: "{}"),
        describe(
            .suspendBidder, "Suspends a bidder: no bid is taken, connections end.",
            [
                bidder,
                Schema.field("reason", .text(from: 1, lengthMax: 500), "For the log.").optional,
            ],
            answer: "BidderRow", refusals: [404, 409, 422],
            example: #"{"bidder":"anna","reason":"Has not paid"}"#),
        describe(
            .reinstateBidder, "Ends a suspension.", [bidder], answer: "BidderRow",
            refusals: [404, 409], example: #"{"bidder":"anna"}"#),
        describe(
            .registerBidder, "Lets a bidder into a sale, or changes how.",
            [
                sale, bidder,
                Schema.field(
                    "approved", Schema.boolean.withDefault(.bool(true)),
                    "Whether the bidder may bid where approval is required."
                ).optional,
                Schema.field(
                    "exposure_limit", Limit.schema.nullable,
                    "The most that the bidder may stand for over the whole sale."
                ).optional,
            ], answer: "Registration", refusals: [404, 409, 422],
            example: #"{"sale":"spring","bidder":"anna","approved":true}"#),
    ]

    private static let ttl = Schema.field(
        "ttl_ms", Schema.duration.nullable,
        "How long it is good, in milliseconds; null: until it is revoked."
    ).optional

    private static let tokenDescriptions: [CommandDescription] = [
        describe(
            .issueToken, "Makes a bidder's token. It is shown this once.", [bidder, ttl],
            answer: "IssuedToken", refusals: [404, 409, 422],
            example: #"{"bidder":"anna","ttl_ms":86400000}"#),
        describe(
            .revokeTokens, "Revokes every token of a bidder.", [bidder], answer: "Revoked",
            refusals: [404], example: #"{"bidder":"anna"}"#),
        describe(
            .issueAdminToken, "Makes an administrator's token. It is shown this once.",
            [.field("name", .identifier, "Whose it is, for the log."), ttl],
            answer: "IssuedToken", refusals: [409, 422],
            example: #"{"name":"office","ttl_ms":86400000}"#),
        describe(
            .revokeToken, "Revokes one token, a bidder's or an administrator's.",
            [.field("hash", .digest, "The token's hash, as it was shown with it.")],
            answer: "Revoked", refusals: [404],
            example:
                #"{"hash":"2219a1ae5165f50406cd53828e4c1c5ebccbdba57384d5f862c542a32abd88d6"}"#),
    ]

    private static let databaseDescriptions: [CommandDescription] = [
        describe(.databaseStatus, "The database at a glance.", [], answer: "DatabaseStatus"),
        describe(
            .databaseBackup, "Writes a copy of the database on the server's machine.",
            [
                .field(
                    "path", .text(from: 1, lengthMax: 4096),
                    "A file that is not there yet, on the server's machine.")
            ], answer: "DatabaseBackup", example: #"{"path":"/var/backups/gavel.db"}"#),
        describe(
            .databaseBackupProgress, "How far a backup is that is being written.",
            [.field("path", .text(from: 1, lengthMax: 4096), "As it was given to db-backup.")],
            answer: "DatabaseBackupProgress", example: #"{"path":"/var/backups/gavel.db"}"#),
        describe(.databaseSchema, "The database's schema, as SQL.", [], answer: "DatabaseSchema"),
    ]
}

extension Schema {
    /// Every code of an administrator's refusal.
    public static let faultCodes: [String] =
        AdminFault.Code.allCases.map(\.rawValue) + Objection.Kind.allCases.map(\.rawValue)

    /// What a command is answered with that was not done.
    public static let fault = object(
        "The command was not done. After `unknown_outcome` it may have been: look before you "
            + "repeat it.",
        [
            field(
                "error",
                object(
                    "",
                    [
                        field("code", words(faultCodes), "For programs."),
                        field("message", text(), "What is wrong and what to do, for people."),
                        field(
                            "items",
                            array(
                                of: object(
                                    "",
                                    [
                                        field(
                                            "index", count,
                                            "The lot's place in the catalogue, from 0."),
                                        field("code", words(faultCodes)), field("message", text()),
                                    ])), "What is wrong with which lots of a catalogue."
                        ).optional,
                    ]))
        ])
}
