import AuctionRules
import StrictJSON

extension RequestRow {
    static let fields: [Schema.Field] = [
        .field("auction", .identifier), .field("bidder", .identifier),
        .field("alias", Schema.alias.nullable), .field("id", .identifier),
        .field("action", .words(Action.self)),
        .field("amount", Schema.amount.nullable, "In minor units, where it may be told."),
        .field("target", Schema.identifier.nullable, "The bid that a retraction takes back."),
        .field("currency", .currency), .field("at", .instant),
        .field("verdict", .words(Verdict.self)),
        .field("code", Schema.refusalCode.nullable, "Why it was refused, for programs."),
        .field("message", Schema.text().nullable, "Why it was refused, for people."),
        .field("minimum", Schema.amount.nullable, "What would have been enough, or is next."),
        .field("seq", Schema.seq.nullable), .field("price", .price),
        .field("leading", Schema.boolean.nullable), .field("voided", .boolean),
    ]
}

extension AdminWatch {
    /// Of the body.
    public static let schema = Schema.object(
        "",
        [
            Schema.field("sale", .identifier, "All of its lots.").optional,
            Schema.field(
                "auctions",
                Schema.array(of: .identifier, countMax: 100).with(
                    "minItems", .integer(1)), "These lots."
            ).optional,
            Schema.field(
                "reveal", Schema.boolean.withDefault(.bool(false)),
                "Whether amounts are told that others must not know."
            ).optional,
        ], isClosed: true
    ).needingOne(of: ["sale", "auctions"])
}

extension ConsoleMessage {
    /// What an administrator who watches is told beside what everybody is.
    public static let descriptions: [MessageDescription] = [
        MessageDescription(
            "console", "Event", "The first event of an administrator's stream.",
            [
                .field("log", .log),
                .field(
                    "administrator", Schema.text().nullable,
                    "The name on the token; null over the machine's own socket."),
                .field("reveal", .boolean), .field("server_time", .instant),
            ],
            examples: [
                #"{"type":"console","log":"d31d7643-5fd7-46ff-a36e-b45a455c4a9f","administrator":"office","reveal":false,"server_time":1795408960284}"#
            ]),
        MessageDescription(
            "request", "Event", "A request was decided, and is on disk. Before the change it made.",
            RequestRow.fields,
            examples: [
                #"{"type":"request","auction":"vase","bidder":"anna","alias":"Bidder 1","id":"a-1","action":"max","amount":1200,"target":null,"currency":"USD","at":1795408960794,"verdict":"accepted","code":null,"message":null,"minimum":1049,"seq":2,"price":999,"leading":true,"voided":false}"#
            ]),
        MessageDescription(
            "watchers", "Event", "How many watch; every few seconds.",
            [
                .field("sale", .count, "The sale as a whole."),
                .field(
                    "auctions",
                    .array(
                        of: .object(
                            "", [.field("auction", .identifier), .field("watchers", .count)])),
                    "Single lots, beside."), .field("server_time", .instant),
            ],
            examples: [
                #"{"type":"watchers","sale":12,"auctions":[{"auction":"vase","watchers":3}],"server_time":1795408960284}"#
            ]),
        MessageDescription(
            "too_fast", "Event",
            "Bids were turned away as they came too fast: not judged, and not in the log.",
            [
                .field("auction", .identifier), .field("bidder", .identifier),
                .field("bids", .integer(from: 1), "Since the last time that this was told."),
                .field("at", .instant),
            ],
            examples: [
                #"{"type":"too_fast","auction":"vase","bidder":"anna","bids":3,"at":1795408960284}"#
            ]),
    ]
}
