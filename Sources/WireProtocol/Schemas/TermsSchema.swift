import AuctionRules
import StrictJSON

extension Terms {
    /// The terms of a lot to create; what is left out has the rules' default.
    static let schemaFields: [Schema.Field] = [
        .field("title", .text(from: 1, lengthMax: 200), "Without control characters."),
        Schema.field("format", Schema.format.withDefault(.string("english"))).optional,
        .field("currency", .currency),
        .field("start", .amount, "The first acceptable bid, in minor units."),
        Schema.field(
            "reserve", Schema.amount.nullable,
            "The secret price under which nothing is sold, in minor units."
        ).optional,
        Schema.field(
            "buy_now", Schema.amount.nullable,
            "The price at which the lot is sold at once, in minor units; English auctions only."
        ).optional,
        Schema.field(
            "buy_now_availability",
            Schema.words(BuyNow.Availability.self).withDefault(.string("until_first_bid")),
            "Needs a `buy_now`."
        ).optional,
        .field("increments", incrementsSchema),
        .field("opens_at", .instant),
        Schema.field(
            "closes_at", Schema.instant.nullable,
            "After `opens_at`, Unix milliseconds; null: an administrator closes the lot. A sealed "
                + "lot needs it."
        ).optional,
        Schema.field("soft_close", softCloseSchema).optional,
        Schema.field(
            "resume_min_ms", Schema.duration.withDefault(.integer(120_000)),
            "What a resumed lot has left at least, in milliseconds."
        ).optional,
        Schema.field("sale", Schema.identifier.nullable).optional,
        Schema.field("seller", Schema.identifier.nullable, "May not bid.").optional,
        Schema.field(
            "related_parties", .array(of: .identifier, countMax: 1000),
            "Bidders who may not bid on it."
        ).optional,
        Schema.field(
            "confirm_above_factor", Schema.integer(from: 1).nullable,
            "An offer of more than so many times the minimum has to be confirmed; null: none."
        ).optional,
        Schema.field(
            "ladder_only", Schema.boolean.withDefault(.bool(false)),
            "Only amounts on the ladder of increments are taken; English auctions only."
        ).optional,
        Schema.field(
            "complete_increment_on_raise", Schema.boolean.withDefault(.bool(false)),
            "A leader's higher max completes a price that the old one had cut short."
        ).optional,
        Schema.field(
            "retraction", Schema.words(RetractionPolicy.self).withDefault(.string("never")),
            "Whether bids may be taken back."
        ).optional,
        Schema.field(
            "show_sealed_bid_count", Schema.boolean.withDefault(.bool(false)),
            "Whether the number of sealed bids is public before the close."
        ).optional,
        Schema.field(
            "tie", Schema.words(TieRule.self).withDefault(.string("earliest_wins")),
            "Live room: who has it when the room bids as much as an absentee bid goes to."
        ).optional,
        Schema.field(
            "plus_one", Schema.boolean.withDefault(.bool(false)),
            "Live room: an absentee bid that the room has tied goes one step further."
        ).optional,
    ]

    private static let incrementsSchema = Schema.either([
        Schema.words(IncrementPreset.self).described("A table that a house is known for."),
        Schema.array(of: bandSchema, countMax: Int64(IncrementTable.bandsMax))
            .with("minItems", .integer(1)),
    ]).described(
        "A preset's name, where the currency is the preset's, or bands `[[from, step], …]` in "
            + "minor units; the first from 0, each next from a higher price.")

    static let bandSchema = Schema.array(of: .integer(from: 0), countMax: 2)
        .with("minItems", .integer(2))

    private static let softCloseSchema = Schema.either([
        Schema.words(SoftClosePreset.self).nullable,
        .object(
            "",
            [
                Schema.field("preset", Schema.words(SoftClosePreset.self)).optional,
                Schema.field(
                    "stages",
                    Schema.array(
                        of: stageSchema, countMax: Int64(SoftClose.stagesMax)
                    ).with("minItems", .integer(1)),
                    "The n-th extension uses the n-th; the last one stays."
                ).optional,
                Schema.field(
                    "trigger",
                    Schema.words(SoftClose.Trigger.self).withDefault(.string("price_or_leader"))
                ).optional,
                Schema.field(
                    "max_extensions", Schema.integer(from: 0, to: Int64(Int32.max)).nullable
                ).optional,
                Schema.field(
                    "hard_end", Schema.instant.nullable,
                    "No extension by a bid goes past it, Unix milliseconds."
                ).optional,
                Schema.field(
                    "group", .identifier, "The lots of its sale that are extended together."
                ).optional,
            ], isClosed: true
        ).needingOne(of: ["preset", "stages"]),
    ]).described("How late bids move the end; `hard` or null: not at all.")

    static let stageSchema = Schema.object(
        "",
        [
            .field("window_ms", positiveDuration),
            .field("mode", Schema.words(SoftClose.Mode.self)),
            .field("amount_ms", positiveDuration),
        ], isClosed: true)

    private static let positiveDuration = Schema.integer(from: 1, to: Instant.durationMax)
        .described("In milliseconds.")
}

extension Schema {
    /// What everybody may know of a lot's terms.
    public static let publicTerms = object(
        "",
        [
            field("auction", identifier), field("start", amount, "In minor units."),
            field(
                "increments", array(of: Terms.bandSchema),
                "Bands `[[from, step], …]` in minor units."),
            field("ladder_only", boolean),
            field("confirm_above_factor", integer(from: 1).nullable),
            field("retraction", words(Terms.RetractionPolicy.self)),
            field(
                "soft_close",
                object(
                    "",
                    [
                        field("stages", array(of: Terms.stageSchema)),
                        field("trigger", words(SoftClose.Trigger.self)),
                        field("max_extensions", count.nullable),
                        field("hard_end", instant.nullable),
                    ]
                ).nullable, "How late bids move the end; null: not at all."),
            field("opens_at", instant), field("closes_at", instant.nullable),
            field("tie", words(TieRule.self), "Live room only.").optional,
            field("plus_one", boolean, "Live room only.").optional,
        ])
}

extension Limit {
    /// Null or absent: no limit.
    static let schema = Schema.object(
        "", [.field("amount", .amount), .field("currency", .currency)], isClosed: true)
}
