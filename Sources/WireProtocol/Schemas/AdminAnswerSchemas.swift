import AuctionRules
import StrictJSON

extension AdminAnswer {
    /// The answers' schemas, by their names among the documents' components.
    public static let schemas: [NamedSchema] =
        [
            NamedSchema(
                "CreatedAuction", .object("", [.field("auction", .identifier, "The new lot's id.")])
            ),
            NamedSchema(
                "CreatedAuctions",
                .object(
                    "",
                    [.field("auctions", .array(of: .identifier), "In the order of the request.")])
            ),
            NamedSchema("AuctionRow", .object("A lot, as an administrator sees it.", auctionRow)),
            NamedSchema("AuctionRows", list("auctions", "AuctionRow")),
            NamedSchema(
                "AuctionDetail",
                .object(
                    "A lot with its terms and its bids.",
                    auctionRow + [
                        .field("terms", .named("Terms")),
                        .field(
                            "bid_list", .array(of: .named("BidRow")), "In the order of acceptance."),
                    ])),
            NamedSchema(
                "Terms",
                .object(
                    "A lot's terms; `reserve` only when it was asked for.",
                    Terms.schemaFields.map(asTold))),
            NamedSchema(
                "BidRow",
                .object(
                    "An accepted bid.",
                    [
                        .field("id", .identifier), .field("bidder", .identifier),
                        .field("alias", Schema.alias.nullable),
                        .field("kind", .words(Commitment.Kind.self)), .field("at", .instant),
                        .field(
                            "seq", Schema.seq.nullable,
                            "The public change that it made; null when it made none."),
                        .field("voided", .boolean),
                        Schema.field(
                            "amount", .amount, "What was offered, in minor units; when revealed."
                        ).optional,
                    ])),
            NamedSchema("CreatedSale", .object("", [.field("sale", .identifier)])),
            NamedSchema("SaleRow", .object("A sale.", saleRow)),
            NamedSchema("SaleRows", list("sales", "SaleRow")),
            NamedSchema(
                "SaleDetail",
                .object(
                    "A sale with its lots and who may bid in it.",
                    saleRow + [
                        .field(
                            "lots", .array(of: .named("AuctionRow")), "In their order in the sale."),
                        .field("registrations", .array(of: .named("Registration"))),
                    ])),
            NamedSchema(
                "SaleResults",
                .object(
                    "How a sale went.",
                    [
                        .field("sale", .identifier), .field("title", .text()),
                        .field(
                            "lots", .array(of: .named("ResultRow")), "In their order in the sale."),
                        .field(
                            "totals", .array(of: .named("ResultTotal")), "One for each currency."),
                    ])),
            NamedSchema(
                "ResultRow",
                .object(
                    "How a lot ended, or that it has not.",
                    PublicLot.fields + [
                        .field(
                            "hammer_price", Schema.amount.nullable,
                            "In minor units; null unless it was sold."),
                        .field("winner_bidder", Schema.identifier.nullable),
                        Schema.field("winner_name", .text(), "When revealed.").optional,
                        .field("ended_at", Schema.instant.nullable),
                    ])),
            NamedSchema(
                "ResultTotal",
                .object(
                    "What a sale's lots in one currency come to.",
                    [
                        .field("currency", .currency), .field("exponent", .integer(from: 0, to: 4)),
                        .field("lots", .count), .field("sold", .count), .field("unsold", .count),
                        .field("withdrawn", .count),
                        .field("pending", .count, "Neither closed nor withdrawn yet."),
                        .field(
                            "hammer_total", Schema.count.nullable,
                            "In minor units; null when it is too large to be written."),
                        .field(
                            "sold_permille", Schema.integer(from: 0, to: 1000).nullable,
                            "Of the closed lots; null while there are none."),
                    ])),
            NamedSchema(
                "Registration",
                .object(
                    "A bidder's admission to a sale.",
                    [
                        .field("sale", .identifier), .field("bidder", .identifier),
                        .field("approved", .boolean),
                        Schema.field("exposure_limit", Limit.schema, "Absent: none.").optional,
                    ])),
            NamedSchema(
                "BidderRow",
                .object(
                    "A bidder.",
                    [
                        .field("bidder", .identifier),
                        Schema.field("name", .text(), "When revealed.").optional,
                        Schema.field("limit", Limit.schema, "Absent: none.").optional,
                        .field("suspended", .boolean),
                        .field("auctions", .count, "How many lots the bidder has a bid on."),
                    ])),
            NamedSchema("BidderRows", list("bidders", "BidderRow")),
            NamedSchema(
                "IssuedToken",
                .object(
                    "A token, this once: only its hash is kept.",
                    [
                        .field("token", .text(lengthMax: 4096)),
                        .field("hash", .digest, "By it the token is revoked."),
                        .field("expires_at", Schema.instant.nullable),
                    ])),
            NamedSchema(
                "Revoked", .object("", [.field("revoked", .count, "How many tokens were revoked.")])
            ),
            NamedSchema("Explanation", Explanation.schema),
            NamedSchema(
                "RequestRow", .object("A request, and what it was answered.", RequestRow.fields)),
            NamedSchema("RequestRows", list("requests", "RequestRow")),
        ] + databaseSchemas + webhookSchemas

    private static let databaseSchemas: [NamedSchema] = [
        NamedSchema(
            "DatabaseStatus",
            .object(
                "The database at a glance.",
                [
                    .field("path", .text()), .field("log", .log),
                    .field("schema_version", .count), .field("entries", .count, "Of the log."),
                    .field("head_hash", .digest, "Of the log's newest entry."),
                    .field("bytes", .count), .field("auctions", .count),
                    .field("bidders", .count), .field("sqlite_version", .text()),
                    .field("journal_mode", .text()), .field("synchronous", .text()),
                    .field("integrity_faults", .count, "0 on a sound database."),
                ])),
        NamedSchema(
            "DatabaseBackup", .object("", [.field("path", .text()), .field("bytes", .count)])),
        NamedSchema(
            "DatabaseBackupProgress",
            .object(
                "How far a backup is.",
                [
                    .field(
                        "step", Schema.words(DatabaseBackupProgress.Step.self).nullable,
                        "What is counted: pages copied, or entries verified; null when no backup to "
                            + "that path is being written."),
                    .field("done", .count), .field("total", .count),
                ])),
        NamedSchema(
            "DatabaseSchema",
            .object("", [.field("schema_version", .count), .field("sql", .text())])),
    ]

    private static let auctionRow: [Schema.Field] =
        PublicLot.fields + [
            .field("seller", Schema.identifier.nullable),
            .field(
                "leader_bidder", Schema.identifier.nullable,
                "Who leads or has won, where the format tells."),
            Schema.field(
                "secret",
                .object(
                    "What was revealed.",
                    [
                        .field("reserve", Schema.amount.nullable, "The reserve in force."),
                        .field("leader_max", Schema.amount.nullable, "English auctions only."),
                    ])
            ).optional,
        ]

    private static let saleRow: [Schema.Field] = [
        .field("sale", .identifier), .field("title", .text()), .field("stagger_ms", .duration),
        .field("requires_approval", .boolean), .field("auctions", .count, "How many lots it has."),
        .field(
            "soft_close_group", Schema.identifier.nullable,
            "The name under which its lots are extended together; null: each by itself."),
    ]

    static func list(_ key: String, _ row: String) -> Schema {
        .object("", [.field(key, .array(of: .named(row)))])
    }

    /// What may be left out when a lot is created is there when its terms are told.
    private static func asTold(_ field: Schema.Field) -> Schema.Field {
        let absent = ["reserve", "buy_now_availability", "tie", "plus_one"]
        return Schema.Field(
            name: field.name, schema: field.schema, isRequired: !absent.contains(field.name))
    }
}

extension Explanation {
    /// As administrators and everybody else get it.
    static let schema = Schema.object(
        "How a public change came about, step by step.",
        [
            .field("auction", .identifier), .field("seq", .seq), .field("at", .instant),
            .field("currency", .currency), .field("price", Schema.price),
            .field(
                "steps",
                .array(
                    of: .object(
                        "",
                        [
                            .field("rule", .words(Rule.self), "For programs."),
                            .field("text", .text(), "A sentence or two, for people."),
                        ])), "In their order."),
        ])
}
