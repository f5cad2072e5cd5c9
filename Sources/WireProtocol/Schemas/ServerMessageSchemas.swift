import StrictJSON

/// A message as the documents describe it.
public struct MessageDescription: Equatable, Sendable {
    /// Its `type`.
    public let type: String
    /// Of its schema, among the documents' components.
    public let name: String
    /// A sentence, for people.
    public let summary: String
    public let schema: Schema
    /// One JSON object each.
    public let examples: [String]

    /// - Parameter suffix: of its name; a client's and a server's message may have the same type.
    init(
        _ type: String, _ suffix: String, _ summary: String, _ fields: [Schema.Field],
        examples: [String], _ change: (Schema) -> Schema = { $0 }
    ) {
        self.type = type
        name =
            type.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined() + suffix
        self.summary = summary
        schema = change(
            .object(summary, [Schema.field("type", .word(type))] + fields))
        self.examples = examples
    }
}

extension ServerMessage {
    /// Every message of a server that there is, in the order of ``Kind``.
    public static let descriptions: [MessageDescription] =
        connectionDescriptions + lotDescriptions + bidDescriptions + privateDescriptions
        + lastDescriptions

    private static func describe(
        _ kind: Kind, _ summary: String, _ fields: [Schema.Field], _ examples: [String],
        _ change: (Schema) -> Schema = { $0 }
    ) -> MessageDescription {
        MessageDescription(
            kind.rawValue, "Message", summary, fields, examples: examples, change)
    }

    private static let ref = Schema.field("ref", .ref).optional
    private static let placedRef = Schema.field(
        "ref", Schema.ref.nullable, "The `ref` of the message that this answers, or null.")
    private static let auction = Schema.field("auction", .identifier, "The lot.")
    private static let id = Schema.field("id", .identifier, "The bid's id, as it was sent.")
    private static let seq = Schema.field("seq", .seq)
    private static let at = Schema.field(
        "at", .instant, "When the server decided it, Unix milliseconds.")
    private static let serverTime = Schema.field("server_time", .instant)

    private static let connectionDescriptions: [MessageDescription] = [
        describe(
            .welcome, "The first message on every connection.",
            [
                .field("protocol", .word("gavel.v1")), serverTime,
                .field("session", .text(lengthMax: 64), "This connection, in the server's log."),
                .field(
                    "heartbeat_ms", .duration,
                    "How often a `heartbeat` comes. None for two such intervals means that what "
                        + "you show may be old."),
                .field(
                    "max_message_bytes", .integer(from: 1), "The longest message that you may send."
                ),
                .field(
                    "bidder", Schema.identifier.nullable,
                    "Who you are, when the upgrade carried a good token."),
            ],
            [
                #"{"type":"welcome","protocol":"gavel.v1","server_time":1795408959704,"session":"1","heartbeat_ms":15000,"max_message_bytes":16384,"bidder":null}"#
            ]),
        describe(
            .authenticated, "The connection speaks in a bidder's name.",
            [
                .field("bidder", .identifier),
                .field(
                    "expires_at", Schema.instant.nullable,
                    "When the token ends, Unix milliseconds; null: when it is revoked."),
                ref,
            ],
            [
                #"{"type":"authenticated","bidder":"anna","expires_at":1796013759585,"ref":"1"}"#
            ]),
    ]

    private static let watched: [Schema.Field] = [
        auction.optional, Schema.field("sale", .identifier, "The sale.").optional,
        Schema.field("seq", .seq, "The lot's newest public change; not for a sale.").optional, ref,
    ]

    private static let lotDescriptions: [MessageDescription] = [
        describe(
            .snapshot, "Where a lot stands. The whole of it: forget what you knew.",
            PublicLot.fields + [
                .field("log", .log),
                .field(
                    "leading", Schema.boolean.nullable,
                    "Whether you lead; null for who has said no name, and on a sealed lot."),
                .field(
                    "your_max", Schema.amount.nullable,
                    "The most that you have offered, in minor units."),
                serverTime, ref,
            ],
            [
                #"{"type":"snapshot","auction":"vase","log":"d31d7643-5fd7-46ff-a36e-b45a455c4a9f","seq":1,"title":"Ming vase","format":"english","currency":"USD","exponent":2,"status":"open","outcome":null,"price":null,"minimum":999,"leader":null,"leading":null,"your_max":null,"bids":0,"reserve":"unmet","starts_at":1795408958780,"ends_at":1795412558780,"extensions":0,"sale":"spring","buy_now":50000,"server_time":1795408960284,"ref":"w1"}"#
            ]),
        describe(
            .watching, "You have everything up to here, and get what comes.", watched,
            [
                #"{"type":"watching","auction":"vase","seq":7}"#,
                #"{"type":"watching","sale":"spring"}"#,
            ]
        ) { $0.needingOne(of: ["auction", "sale"]) },
        describe(
            .unwatched, "You are told nothing more of it.", watched,
            [#"{"type":"unwatched","auction":"vase","seq":7}"#]
        ) { $0.needingOne(of: ["auction", "sale"]) },
        describe(
            .price, "The bidding moved. It carries the whole state of the bidding.",
            [
                auction, seq, .field("price", .price), .field("minimum", .minimum),
                .field("leader", Schema.alias.nullable),
                .field("bids", .count, "How many bids there were."), .field("reserve", .reserve),
                .field("ends_at", .endsAt),
                .field("extensions", .count, "How often late bids have moved the end."), at,
                .field("buy_now", .buyNow),
                Schema.field("status", .status, "Of live-room lots.").optional,
            ] + Schema.block(),
            [
                #"{"type":"price","auction":"vase","seq":2,"price":999,"minimum":1049,"leader":"Bidder 1","bids":1,"reserve":"unmet","ends_at":1795412558780,"extensions":0,"at":1795408960794,"buy_now":50000}"#
            ]),
        describe(
            .status,
            "The lot itself changed: it opened, paused, resumed, got another end, closed.",
            [
                auction, seq, .field("status", .status),
                .field("outcome", Schema.outcome.nullable), .field("price", .price),
                .field("winner", Schema.alias.nullable, "An alias; null unless the lot is sold."),
                .field("reserve", .reserve), .field("starts_at", .instant),
                .field("ends_at", .endsAt),
                .field("reason", Schema.text().nullable, "The auctioneer's words."), at,
                Schema.field(
                    "leader", Schema.alias, "An alias; of live-room lots, once somebody leads."
                ).optional,
            ] + Schema.block(),
            [
                #"{"type":"status","auction":"vase","seq":8,"status":"closed","outcome":"sold","price":50000,"winner":"Bidder 2","reserve":"met","starts_at":1795408958780,"ends_at":1795412559180,"reason":null,"at":1795408968399}"#
            ]),
        describe(
            .heartbeat,
            "The connection lives. Every 15 s, and every second in a watched lot's last minute.",
            [
                serverTime,
                .field(
                    "heads", .map(of: .seq),
                    "The newest `seq` of each watched lot that changed since the last one."),
            ],
            [
                #"{"type":"heartbeat","server_time":1795408970140,"heads":{"book":2,"vase":8}}"#
            ]),
        describe(
            .bye, "Before every close that the server starts.",
            [
                .field("code", .integer(from: 1000, to: 4999), "The close code that follows."),
                .field("reconnect", .boolean, "Whether to come back."),
                .field("wait_ms", .duration, "How long to stay away, in milliseconds."),
                .field(
                    "jitter_ms", .duration,
                    "Up to how much longer, chosen at random, in milliseconds."),
            ],
            [#"{"type":"bye","code":1001,"reconnect":true,"wait_ms":0,"jitter_ms":5000}"#]),
        describe(
            .notice, "Words from the auctioneer.",
            [
                auction.optional, Schema.field("sale", .identifier).optional,
                .field("text", .text()), at,
            ],
            [
                #"{"type":"notice","auction":"vase","text":"The frame is not original","at":1795408965561}"#
            ]
        ) { $0.needingOne(of: ["auction", "sale"]) },
    ]

    private static let receiptField = Schema.field(
        "receipt",
        .object("A signed receipt, where one was asked for.", Schema.signedStatementFields)
    ).optional

    private static let bidDescriptions: [MessageDescription] = [
        describe(
            .bidAccepted, "The bid is on disk, and counts.",
            [
                auction, id, placedRef,
                .field(
                    "seq", .seq,
                    "The public change that it made; the newest one when it made none."),
                .field(
                    "leading", Schema.boolean.nullable,
                    "Whether you lead now; null on a sealed lot."),
                .field("your_max", .amount, "The most that you have offered, in minor units."),
                .field("price", .price), .field("minimum", .minimum), .field("reserve", .reserve),
                .field("ends_at", .endsAt), at,
                .field("hash", .digest, "Of the log entry that holds the bid."), receiptField,
            ],
            [
                #"{"type":"bid_accepted","auction":"vase","id":"a-1","ref":"2","seq":2,"leading":true,"your_max":1200,"price":999,"minimum":1049,"reserve":"unmet","ends_at":1795412558780,"at":1795408960794,"hash":"faa99868269171a383993e375eea58138f408a7551414280325f824d93b488ca"}"#
            ]),
        describe(
            .bidRejected, "The bid was refused.",
            [
                auction, id, placedRef, .field("code", Schema.refusalCode),
                .field("message", .text(lengthMax: 1000), "What happened and what to do."),
                Schema.field(
                    "minimum", .amount, "What would have been enough, in minor units."
                ).optional,
                Schema.field(
                    "late_by_ms", .integer(from: 0),
                    "For `closed`: how long after the end the bid came, in milliseconds."
                ).optional,
                Schema.field(
                    "ask", .amount, "For `ask_moved`: the present ask, in minor units."
                ).optional,
                Schema.field("ask_seq", .count, "For `ask_moved`: the present ask's number.")
                    .optional, receiptField,
            ],
            [
                #"{"type":"bid_rejected","auction":"vase","id":"b-1","ref":"7","code":"too_low","message":"The bid is below the minimum: offer at least the minimum.","minimum":1049}"#
            ]),
        describe(
            .bidRetracted, "The bid was taken back.",
            [auction, id, placedRef, seq],
            [#"{"type":"bid_retracted","auction":"vase","id":"b-8","ref":null,"seq":4}"#]),
    ]

    private static let standing: [Schema.Field] = [
        auction, seq, .field("price", .price), .field("minimum", .minimum),
    ]

    private static let privateDescriptions: [MessageDescription] = [
        describe(
            .outbid, "Somebody else leads now. To you alone.",
            standing + [
                .field(
                    "your_max", Schema.amount.nullable,
                    "The most that you have offered, in minor units.")
            ],
            [
                #"{"type":"outbid","auction":"vase","seq":4,"price":3000,"minimum":3100,"your_max":1200}"#
            ]),
        describe(
            .won, "The lot closed, and it is yours. To you alone.",
            [
                auction, seq, .field("price", .price),
                .field("due", Schema.amount.nullable, "What you pay, in minor units."),
            ], [#"{"type":"won","auction":"vase","seq":8,"price":50000,"due":50000}"#]),
        describe(
            .lost, "The lot closed, and it is not yours. To you alone.",
            [
                auction, seq, .field("price", .price),
                .field("due", Schema.amount.nullable, "Always null."),
            ], [#"{"type":"lost","auction":"vase","seq":8,"price":50000,"due":null}"#]),
        describe(
            .bidVoided, "The auctioneer took a bid of yours out. To you alone.",
            standing + [.field("reason", .text())],
            [
                #"{"type":"bid_voided","auction":"vase","seq":4,"price":1000,"minimum":1050,"reason":"Entered in error"}"#
            ]),
        describe(
            .belowOffer,
            "After a void the lot is again within what you had offered when you were refused. To "
                + "you alone.", standing,
            [#"{"type":"below_offer","auction":"vase","seq":4,"price":1000,"minimum":1050}"#]),
    ]

    private static let lastDescriptions: [MessageDescription] = [
        describe(
            .receipt, "What was decided about a request of yours, signed.",
            [auction, id] + Schema.signedStatementFields + [ref],
            [
                #"{"type":"receipt","auction":"vase","id":"a-1","statement":"{\"statement\":\"gavel.receipt.v1\",\"auction\":\"vase\",\"bidder\":\"anna\",\"id\":\"a-1\",\"action\":\"max\",\"amount\":1200,\"verdict\":\"accepted\",\"seq\":2,\"leading\":true,\"your_max\":1200,\"price\":999,\"minimum\":1049,\"reserve\":\"unmet\",\"ends_at\":1795412558780,\"at\":1795408960794,\"hash\":\"faa99868269171a383993e375eea58138f408a7551414280325f824d93b488ca\"}","index":0,"path":["2219a1ae5165f50406cd53828e4c1c5ebccbdba57384d5f862c542a32abd88d6"],"head":"{\"statement\":\"gavel.tree_head.v1\",\"log\":\"d31d7643-5fd7-46ff-a36e-b45a455c4a9f\",\"position\":31,\"hash\":\"0b3c5a55f0ad1f2b6d9ab08d4c5e3a0b2f8e1c7d9a6b5c4d3e2f1a0b9c8d7e6f\",\"at\":1795408960801,\"size\":2,\"root\":\"11269ed7d0fa2a1187cd8508cd40598c7c1e9bbad08274e9b8a56c20fc32b5e5\",\"key\":\"56475aa75463474c0285df5dbf2bcab7\"}","signature":"10e253d07e8734b12b7b93223942fc71ec29a0b174bea9a6699bf77902e775226a7de87bb81b9f7ada4aa5a9de31c07eb27f5f681d844d6ef33bd72a4beed002"}"#
            ]),
        describe(
            .time, "The server's clock.",
            [
                Schema.field(
                    "client_time", .number, "As you wrote it; absent over HTTP."
                ).optional, serverTime, ref,
            ],
            [
                #"{"type":"time","client_time":1795382400123,"server_time":1795408963862}"#
            ]),
        describe(
            .error, "Your message was refused; the connection goes on.",
            Schema.failureFields(codes: ErrorCode.all),
            [
                #"{"type":"error","code":"unknown_auction","message":"There is no auction nosuch.","ref":"x"}"#,
                #"{"type":"error","code":"rate_limited","message":"Too many bids; nothing was done. Send the same again in 140 ms.","ref":"9","retry_after_ms":140,"auction":"vase","id":"a-7"}"#,
            ]),
    ]
}

extension PublicLot {
    /// The members that it has wherever it stands.
    static let fields: [Schema.Field] =
        [
            .field("auction", .identifier, "The lot's id."), .field("seq", .seq),
            .field("title", .text()), .field("format", .format), .field("currency", .currency),
            .field(
                "exponent", .integer(from: 0, to: 4),
                "How many of an amount's digits are decimal places: 2 for USD, 0 for JPY."),
            .field("status", .status), .field("outcome", Schema.outcome.nullable),
            .field("price", .price), .field("minimum", .minimum),
            .field("leader", Schema.alias.nullable),
            .field("bids", .count, "How many bids there were."),
            .field("reserve", .reserve), .field("starts_at", .instant), .field("ends_at", .endsAt),
            .field("extensions", .count, "How often late bids have moved the end."),
            .field("sale", Schema.identifier.nullable), .field("buy_now", .buyNow),
        ] + Schema.block()
}

extension Schema {
    /// Every code of a refusal (docs/protocol.md says what to do about each).
    public static let refusalCodes = [
        "malformed", "wrong_currency", "invalid_amount", "idempotency_conflict",
        "unknown_auction", "not_open", "paused", "closed", "cancelled", "not_registered",
        "not_approved", "suspended", "self_bidding", "limit_exceeded", "already_leading",
        "max_not_higher", "too_low", "off_ladder", "confirm_required", "ask_moved", "unsupported",
        "unavailable",
    ]

    static let refusalCode = words(refusalCodes).described("For programs.")

    /// The members of an `error` beside its type.
    ///
    /// - Parameter codes: those that may come.
    public static func failureFields(codes: [ErrorCode]) -> [Field] {
        [
            field("code", words(codes.map(\.rawValue)), "For programs."),
            field("message", text(), "What is wrong and what to do, for people."),
            field(
                "ref", ref.nullable, "The `ref` of the message that this answers, or null."),
            field(
                "retry_after_ms", integer(from: 0),
                "For `rate_limited`: after so many milliseconds the same is taken."
            ).optional,
            field("auction", identifier, "The lot, when it is about a bid.").optional,
            field("id", identifier, "The bid's id, when it is about a bid.").optional,
        ]
    }
}
