import AuctionRules
import StrictJSON

/// The terms of an auction: in the payload of `auction_created`.
extension EventCodec {
    static func encode(_ terms: Terms, to writer: inout JSONWriter) {
        writer.field("title", terms.title)
        writer.field("format", terms.format.rawValue)
        writer.field("currency", terms.currency.code)
        writer.field("start", terms.start.minorUnits)
        writer.fieldIfPresent("reserve", terms.reserve?.minorUnits)
        encodeOpenTerms(terms, to: &writer)
        writer.fieldIfPresent("sale", terms.sale?.text)
        writer.fieldIfPresent("seller", terms.seller?.text)
        writer.field("related_parties", terms.relatedParties.sorted().map(\.text))
        encodeConditions(terms, to: &writer)
    }

    /// The terms by which the price rises and the lot ends: no secret in them.
    static func encodeOpenTerms(_ terms: Terms, to writer: inout JSONWriter) {
        if let buyNow = terms.buyNow {
            writer.object("buy_now") { writer in
                writer.field("price", buyNow.price.minorUnits)
                writer.field("availability", buyNow.availability.rawValue)
            }
        }
        writer.key("increments")
        encode(terms.increments, to: &writer)
        writer.field("opens_at", terms.opensAt.milliseconds)
        writer.fieldIfPresent("closes_at", terms.closesAt?.milliseconds)
        if let softClose = terms.softClose {
            writer.key("soft_close")
            encode(softClose, to: &writer)
        }
        writer.field("resume_min", terms.resumeMin)
    }

    /// The terms of bidding: no secret in them either.
    static func encodeConditions(_ terms: Terms, to writer: inout JSONWriter) {
        writer.fieldIfPresent("confirm_above_factor", terms.confirmAboveFactor)
        writer.field("ladder_only", terms.ladderOnly)
        writer.field("completes_increment_on_raise", terms.completesIncrementOnRaise)
        writer.field("retraction", terms.retraction.rawValue)
        writer.field("shows_sealed_bid_count", terms.showsSealedBidCount)
        if terms.format == .live {
            writer.field("tie", terms.tie.rawValue)
            writer.field("plus_one", terms.plusOne)
        }
    }

    /// `[[from, step], …]`.
    static func encode(_ table: IncrementTable, to writer: inout JSONWriter) {
        writer.array { writer in
            for band in table.bands {
                writer.array { writer in
                    writer.value(band.from)
                    writer.value(band.step.minorUnits)
                }
            }
        }
    }

    static func encode(_ softClose: SoftClose, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.array("stages") { writer in
                for stage in softClose.stages {
                    writer.object { writer in
                        writer.field("window", stage.window)
                        writer.field("mode", stage.mode.rawValue)
                        writer.field("amount", stage.amount)
                    }
                }
            }
            writer.field("trigger", softClose.trigger.rawValue)
            writer.fieldIfPresent("extensions_max", softClose.extensionsMax)
            writer.fieldIfPresent("hard_end", softClose.hardEnd?.milliseconds)
            writer.fieldIfPresent("group", softClose.group?.text)
        }
    }

    static func terms(_ fields: PayloadFields) throws -> Terms {
        var terms = Terms(
            title: try fields.string("title"), format: try fields.member("format"),
            currency: try fields.currency("currency"), start: try fields.amount("start"),
            increments: try incrementTable(fields), opensAt: try fields.instant("opens_at"),
            closesAt: try fields.optionalInstant("closes_at"))
        terms.reserve = try fields.optionalAmount("reserve")
        if let buyNow = try fields.optionalObject("buy_now") {
            terms.buyNow = .init(
                price: try buyNow.amount("price"), availability: try buyNow.member("availability"))
        }
        if let softClose = try fields.optionalObject("soft_close") {
            terms.softClose = try Self.softClose(softClose)
        }
        terms.resumeMin = try fields.integer("resume_min")
        terms.sale = try fields.optionalString("sale").map { try SaleID($0) }
        terms.seller = try fields.optionalString("seller").map { try BidderID($0) }
        terms.relatedParties = Set(
            try fields.object.strings("related_parties").map { try BidderID($0) })
        terms.confirmAboveFactor = try fields.optionalInteger("confirm_above_factor")
        terms.ladderOnly = try fields.bool("ladder_only")
        terms.completesIncrementOnRaise = try fields.bool("completes_increment_on_raise")
        terms.retraction = try fields.member("retraction")
        terms.showsSealedBidCount = try fields.bool("shows_sealed_bid_count")
        if terms.format == .live {
            terms.tie = try fields.member("tie")
            terms.plusOne = try fields.bool("plus_one")
        }
        return terms
    }

    static func incrementTable(_ fields: PayloadFields) throws -> IncrementTable {
        let bands = try fields.object.array("increments").map { band in
            guard case .array(let pair) = band, pair.count == 2,
                case .integer(let from) = pair[0], case .integer(let step) = pair[1],
                let step = Amount(minorUnits: step)
            else { throw fields.fault("increments", "has a band that is no [from, step]") }
            return IncrementTable.Band(from: from, step: step)
        }
        return try IncrementTable(bands: bands)
    }

    static func softClose(_ fields: PayloadFields) throws -> SoftClose {
        let stages = try fields.object.array("stages").map { stage in
            guard let object = stage.asObject else {
                throw fields.fault("stages", "has a stage that is no object")
            }
            let fields = PayloadFields(kind: fields.kind, object: object)
            return SoftClose.Stage(
                window: try fields.integer("window"), mode: try fields.member("mode"),
                amount: try fields.integer("amount"))
        }
        return try SoftClose(
            stages: stages, trigger: try fields.member("trigger"),
            extensionsMax: try fields.optionalInteger("extensions_max").map { Int($0) },
            hardEnd: try fields.optionalInstant("hard_end"),
            group: try fields.optionalString("group").map { try SoftCloseGroup($0) })
    }
}
