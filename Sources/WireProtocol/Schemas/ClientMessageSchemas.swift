import AuctionRules
import StrictJSON

extension ClientMessage {
    /// Every message of a client that there is, in the order of ``Kind``.
    public static let descriptions: [MessageDescription] = [
        describe(
            .authenticate, "Says in whose name the connection speaks.",
            [
                .field(
                    "token", .text(from: 1, lengthMax: 4096),
                    "A bidder's token, a JSON Web Token of the house's identity provider, or a "
                        + "one-time ticket.")
            ],
            [
                #"{"type":"authenticate","token":"gvl_G_3Bu1XFKTz9LrZ5xaBukVnJ1v9HA4X68o6PdTjcFIE","ref":"1"}"#
            ]),
        describe(
            .watch, "Watches a lot, or all lots of a sale. At most 100 on a connection.",
            target + [
                Schema.field("feed", .feed).optional,
                Schema.field(
                    "after", .integer(from: 0),
                    "To resume: the last `seq` that you saw. Together with `log`, and for a lot."
                ).optional,
                Schema.field("log", .log, "To resume: the snapshot's `log`.").optional,
            ],
            [
                #"{"type":"watch","auction":"vase","feed":"full","ref":"w1"}"#,
                #"{"type":"watch","auction":"vase","after":6,"log":"d31d7643-5fd7-46ff-a36e-b45a455c4a9f"}"#,
                #"{"type":"watch","sale":"spring"}"#,
            ]
        ) { $0.needingOne(of: ["auction", "sale"]) },
        describe(
            .unwatch, "Ends a watch.", target, [#"{"type":"unwatch","auction":"vase"}"#]
        ) { $0.needingOne(of: ["auction", "sale"]) },
        describe(
            .bid, "Bids. The `id` is your own and makes it safe to send again.",
            [auction] + BidMessage.fields,
            [
                #"{"type":"bid","auction":"vase","id":"a-1","amount":1200,"ref":"2"}"#,
                #"{"type":"bid","auction":"vase","id":"b-3","amount":3500,"kind":"exact","currency":"USD","confirm":true}"#,
            ]),
        describe(
            .buy, "Takes the lot at its buy-now price.", [auction, id],
            [#"{"type":"buy","auction":"vase","id":"b-11"}"#]),
        describe(
            .retract, "Takes a bid back, where the lot allows it.",
            [auction, id, .field("bid", .identifier, "The id of the bid.")],
            [#"{"type":"retract","auction":"vase","id":"b-8","bid":"b-4"}"#]),
        describe(
            .receipt, "Asks for the signed receipt of a request of yours.", [auction, id],
            [#"{"type":"receipt","auction":"vase","id":"a-1"}"#]),
        describe(
            .bidStatus, "Asks what became of a request of yours.", [auction, id],
            [#"{"type":"bid_status","auction":"vase","id":"b-99"}"#]),
        describe(
            .time, "Asks for the server's clock.",
            [.field("client_time", .number, "Comes back as you wrote it.")],
            [#"{"type":"time","client_time":1795382400123}"#]),
    ]

    private static func describe(
        _ kind: Kind, _ summary: String, _ fields: [Schema.Field], _ examples: [String],
        _ change: (Schema) -> Schema = { $0 }
    ) -> MessageDescription {
        MessageDescription(
            kind.rawValue, "Request", summary, (fields + [ref]).map(\.orNull), examples: examples,
            change)
    }

    private static let ref = Schema.field(
        "ref", Schema.ref, "Your name for this message; comes back on its reply."
    ).optional
    private static let auction = Schema.field("auction", .identifier, "The lot.")
    private static let id = Schema.field(
        "id", .identifier, "The request's own; new for a new request.")
    private static let target: [Schema.Field] = [
        auction.optional, Schema.field("sale", .identifier, "The sale.").optional,
    ]

    /// The types of the messages that may answer one, beside `error`.
    public static func replies(to kind: Kind) -> [ServerMessage.Kind] {
        switch kind {
        case .authenticate: [.authenticated]
        case .watch: [.snapshot, .watching]
        case .unwatch: [.unwatched]
        case .bid, .buy: [.bidAccepted, .bidRejected]
        case .retract: [.bidRetracted, .bidRejected]
        case .receipt: [.receipt]
        case .bidStatus: [.bidAccepted, .bidRejected, .bidRetracted]
        case .time: [.time]
        }
    }
}

extension BidMessage {
    /// The members of a bid beside its type and its lot: the body of a bid over HTTP.
    public static let fields = asSent.map(\.orNull)

    private static let asSent: [Schema.Field] = [
        .field("id", .identifier, "The bid's own id; new for a new bid."),
        .field(
            "amount", .amount,
            "What is offered, in minor units of the lot's currency, at least its `minimum`."),
        Schema.field(
            "kind", Schema.words(BidKind.self).withDefault(.string("max")),
            "`max` bids up to the amount, `exact` exactly this."
        ).optional,
        Schema.field(
            "currency", .currency, "The lot's, to guard against a mistake."
        ).optional,
        Schema.field("quantity", .integer(from: 1, to: 1), "How many of the lot: 1.").optional,
        Schema.field(
            "ask_seq", .integer(from: 0),
            "The ask that you saw: needed for a live-room lot on the block."
        ).optional,
        Schema.field(
            "confirm", Schema.boolean.withDefault(.bool(false)), "The answer to `confirm_required`."
        ).optional,
        Schema.field(
            "receipt", Schema.boolean.withDefault(.bool(false)),
            "Whether the answer shall carry a signed receipt."
        ).optional,
    ]
}

extension Schema {
    public static let feed = words(Feed.self).withDefault(.string("latest"))
        .described(
            "`latest`: who can't keep up is skipped forward to the newest price. `full`: every "
                + "change, or the connection is closed.")
}
