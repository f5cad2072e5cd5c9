public import AuctionRules
public import StrictJSON

/// The terms of a lot as JSON: amounts in minor units, times in Unix milliseconds, durations in
/// milliseconds. A field that is left out has the rules' default.
extension Terms {
    static let fieldNames: [String] = [
        "title", "format", "currency", "start", "reserve", "buy_now", "buy_now_availability",
        "increments", "opens_at", "closes_at", "soft_close", "resume_min_ms", "sale", "seller",
        "related_parties", "confirm_above_factor", "ladder_only", "complete_increment_on_raise",
        "retraction", "show_sealed_bid_count", "tie", "plus_one",
    ]

    init(_ object: JSONObject) throws(FieldFault) {
        let currency = try object.currency()
        let format: Format? = try object.optionalChoice("format")
        self.init(
            title: try object.text("title"), format: format ?? .english, currency: currency,
            start: try object.amount("start"),
            increments: try IncrementTable(object, currency: currency),
            opensAt: try object.instant("opens_at"),
            closesAt: try object.optionalInstant("closes_at"))
        reserve = try object.optionalAmount("reserve")
        let availability: BuyNow.Availability? = try object.optionalChoice("buy_now_availability")
        if let price = try object.optionalAmount("buy_now") {
            buyNow = BuyNow(price: price, availability: availability ?? .untilFirstBid)
        } else if availability != nil {
            throw FieldFault("buy_now_availability", "needs a \"buy_now\"")
        }
        softClose = try SoftClose(field: "soft_close", in: object)
        if let duration = try object.optionalDuration("resume_min_ms") { resumeMin = duration }
        sale = try object.optionalIdentifier("sale")
        seller = try object.optionalIdentifier("seller")
        relatedParties = try Self.parties(object)
        confirmAboveFactor = try object.optionalNumber("confirm_above_factor")
        ladderOnly = try object.optionalFlag("ladder_only") ?? false
        completesIncrementOnRaise =
            try object.optionalFlag("complete_increment_on_raise") ?? false
        retraction = try object.optionalChoice("retraction") ?? .never
        showsSealedBidCount = try object.optionalFlag("show_sealed_bid_count") ?? false
        tie = try object.optionalChoice("tie") ?? .earliestWins
        plusOne = try object.optionalFlag("plus_one") ?? false
    }

    private static func parties(_ object: JSONObject) throws(FieldFault) -> Set<BidderID> {
        let names: [String]?
        do { names = try object.optionalStrings("related_parties") } catch {
            throw FieldFault(error)
        }
        var parties: Set<BidderID> = []
        for name in names ?? [] {
            guard let id = try? BidderID(name) else {
                throw FieldFault("related_parties", "must hold bidders' ids")
            }
            parties.insert(id)
        }
        return parties
    }

    /// - Parameter showsReserve: whether the secret reserve is written; left out, not null, if not.
    func encodeFields(into writer: inout JSONWriter, showsReserve: Bool) {
        writer.field("title", title)
        writer.field("format", format.rawValue)
        writer.field("currency", currency.code)
        writer.field("start", start)
        if showsReserve { writer.field("reserve", reserve) }
        writer.field("buy_now", buyNow?.price)
        writer.fieldIfPresent("buy_now_availability", buyNow?.availability.rawValue)
        increments.encode("increments", currency: currency, into: &writer)
        writer.field("opens_at", opensAt)
        writer.field("closes_at", closesAt)
        SoftClose.encode(softClose, "soft_close", into: &writer)
        writer.field("resume_min_ms", resumeMin)
        writer.field("sale", sale)
        writer.field("seller", seller)
        writer.field("related_parties", relatedParties.map(\.text).sorted())
        writer.field("confirm_above_factor", confirmAboveFactor)
        writer.field("ladder_only", ladderOnly)
        writer.field("complete_increment_on_raise", completesIncrementOnRaise)
        writer.field("retraction", retraction.rawValue)
        writer.field("show_sealed_bid_count", showsSealedBidCount)
        guard format == .live else { return }
        writer.field("tie", tie.rawValue)
        writer.field("plus_one", plusOne)
    }
}

/// A preset's name, or bands `[[from, step], …]`.
extension IncrementTable {
    fileprivate init(_ object: JSONObject, currency: Currency) throws(FieldFault) {
        let key = "increments"
        switch object[key] {
        case .string(let name)?:
            guard let preset = IncrementPreset(rawValue: name) else {
                let names = IncrementPreset.allCases.map { "\"\($0.rawValue)\"" }
                throw FieldFault(
                    key, "must be bands or one of \(names.joined(separator: ", "))")
            }
            guard preset.currencyCode == currency.code else {
                throw FieldFault(
                    key, "\"\(name)\" is for \(preset.currencyCode): give bands [[from, step], …]")
            }
            self = preset.table
        case .array(let elements)?:
            var bands: [Band] = []
            for element in elements {
                guard case .array(let pair) = element, pair.count == 2,
                    case .integer(let from) = pair[0], case .integer(let minorUnits) = pair[1],
                    let step = Amount(minorUnits: minorUnits)
                else { throw FieldFault(key, "must hold bands [from, step] of integers") }
                bands.append(Band(from: from, step: step))
            }
            do { try self.init(bands: bands) } catch { throw FieldFault("\(key): \(error)") }
        case nil:
            throw FieldFault(
                key, "is missing; it must be a preset's name or bands [[from, step], …]")
        default: throw FieldFault(key, "must be a preset's name or bands [[from, step], …]")
        }
    }

    fileprivate func encode(
        _ key: StaticString, currency: Currency, into writer: inout JSONWriter
    ) {
        let preset = IncrementPreset.allCases.first {
            $0.currencyCode == currency.code && $0.table == self
        }
        if let preset { return writer.field(key, preset.rawValue) }
        encodeBands(key, into: &writer)
    }

    /// As bands, also where a preset has the same: for clients, which have no table of those.
    public func encodeBands(_ key: StaticString, into writer: inout JSONWriter) {
        writer.array(key) { writer in
            for band in bands {
                writer.array { writer in
                    writer.value(band.from)
                    writer.value(band.step.minorUnits)
                }
            }
        }
    }
}

/// A preset's name, or an object of `preset` or `stages`, with `trigger`, `max_extensions` and
/// `hard_end`, and the `group` of the sale's lots that are extended together. No soft close is `"hard"`
/// or null.
extension SoftClose {
    private static let fieldNames = [
        "preset", "stages", "trigger", "max_extensions", "hard_end", "group",
    ]

    fileprivate init?(field key: String, in object: JSONObject) throws(FieldFault) {
        let stages: [Stage]
        var parameters = JSONObject()
        switch object[key] {
        case nil, .null?: return nil
        case .string?:
            let preset: SoftClosePreset = try object.choice(key)
            guard let stage = preset.stage else { return nil }
            stages = [stage]
        case .object(let given)?:
            parameters = given
            try given.refuseUnknownKeys(Self.fieldNames)
            let preset: SoftClosePreset? = try given.optionalChoice("preset")
            switch (preset, given["stages"]) {
            case (let preset?, nil):
                guard let stage = preset.stage else { return nil }
                stages = [stage]
            case (nil, _?):
                stages = try given.list("stages") { (stage) throws(FieldFault) in
                    try stage.refuseUnknownKeys(["window_ms", "mode", "amount_ms"])
                    return Stage(
                        window: try stage.duration("window_ms"), mode: try stage.choice("mode"),
                        amount: try stage.duration("amount_ms"))
                }
            default: throw FieldFault(key, "needs either \"preset\" or \"stages\"")
            }
        default: throw FieldFault(key, "must be a preset's name or an object")
        }
        let trigger: Trigger? = try parameters.optionalChoice("trigger")
        let extensionsMax = try parameters.optionalNumber(
            "max_extensions", in: 0...Int64(Int32.max))
        let hardEnd = try parameters.optionalInstant("hard_end")
        let group: SoftCloseGroup? = try parameters.optionalIdentifier("group")
        do {
            try self.init(
                stages: stages, trigger: trigger ?? .priceOrLeader,
                extensionsMax: extensionsMax.map(Int.init), hardEnd: hardEnd, group: group)
        } catch { throw FieldFault("\(error)") }
    }

    fileprivate static func encode(
        _ softClose: SoftClose?, _ key: StaticString, into writer: inout JSONWriter
    ) {
        guard let softClose else { return writer.field(key, SoftClosePreset.hard.rawValue) }
        let preset = SoftClosePreset.allCases.first { softClose.stages == $0.stage.map { [$0] } }
        let isPlain =
            softClose.trigger == .priceOrLeader && softClose.extensionsMax == nil
            && softClose.hardEnd == nil && softClose.group == nil
        if let preset, isPlain { return writer.field(key, preset.rawValue) }
        writer.object(key) { writer in
            if let preset {
                writer.field("preset", preset.rawValue)
            } else {
                softClose.encodeStages(into: &writer)
            }
            softClose.encodeBounds(into: &writer)
            writer.fieldIfPresent("group", softClose.group?.text)
        }
    }

    /// Field by field, never by a preset's name: for clients, which have no table of those.
    public func encodeFields(into writer: inout JSONWriter) {
        encodeStages(into: &writer)
        encodeBounds(into: &writer)
    }

    private func encodeStages(into writer: inout JSONWriter) {
        writer.array("stages") { writer in
            for stage in stages {
                writer.object { writer in
                    writer.field("window_ms", stage.window)
                    writer.field("mode", stage.mode.rawValue)
                    writer.field("amount_ms", stage.amount)
                }
            }
        }
    }

    private func encodeBounds(into writer: inout JSONWriter) {
        writer.field("trigger", trigger.rawValue)
        writer.field("max_extensions", extensionsMax)
        writer.field("hard_end", hardEnd)
    }
}

extension JSONObject {
    /// An administrator's typing error must not be taken for a default.
    func refuseUnknownKeys(_ known: [String]) throws(FieldFault) {
        for member in members where !known.contains(member.key) {
            let key = member.key.unicodeScalars.prefix(64).reduce(into: "") {
                $0.unicodeScalars.append($1)
            }
            throw FieldFault("there is no field \"\(key)\" here")
        }
    }
}
