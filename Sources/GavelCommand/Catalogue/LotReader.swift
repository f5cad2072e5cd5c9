import AuctionRules
import WireProtocol

/// Reads the fields of one lot and collects all that is wrong with them, so that a catalogue can be
/// mended in one go.
struct LotReader {
    private let text: LotText
    private let now: Instant
    private(set) var faults: [LotFault] = []

    init(text: LotText, now: Instant) {
        self.text = text
        self.now = now
    }

    /// The lot; nil when something that it can't do without is missing or wrong. Valid only while
    /// there are no ``faults``.
    mutating func lot() -> NewAuction? {
        let id: AuctionID? = value(.id) { try ValueText.identifier($0) }
        guard let terms = terms() else { return nil }
        if faults.isEmpty {
            do throws(TermsFault) { try terms.validate() } catch { note(error) }
        }
        return NewAuction(id: id, terms: terms)
    }

    private mutating func terms() -> Terms? {
        let title = required(.title, "every lot needs one") { $0 }
        let currency =
            text[.currency] == nil ? .standard : value(.currency, ValueText.currency)
        let softClose = softClose()
        let opensAt = value(.opens, time) ?? now
        let format: Format? = choice(.format, "a format")
        // Only the auctioneer ends a live-room lot.
        let closesAt =
            format == .live && text[.closes] == nil
            ? Closing(instant: nil)
            : required(.closes, "say when it ends, or \"none\"", closing)
        // Without a currency no amount can be read; its fault is noted.
        guard let currency else { return nil }
        let start = required(.start, "say the first acceptable bid") {
            try ValueText.amount($0, in: currency)
        }
        let increments = increments(in: currency)
        guard let title, let start, let increments, let closesAt else { return nil }
        var terms = Terms(
            title: title, format: format ?? .english, currency: currency, start: start,
            increments: increments, opensAt: opensAt, closesAt: closesAt.instant)
        terms.reserve = amount(.reserve, in: currency)
        terms.buyNow = buyNow(in: currency)
        terms.softClose = softClose
        readParties(into: &terms)
        readPolicies(into: &terms)
        return terms
    }

    private mutating func readParties(into terms: inout Terms) {
        terms.sale = value(.sale) { try ValueText.identifier($0) }
        terms.seller = value(.seller) { try ValueText.identifier($0) }
        terms.relatedParties =
            value(.relatedParties) { text in
                var parties: Set<BidderID> = []
                for word in ValueText.words(text) {
                    parties.insert(try ValueText.identifier(word))
                }
                return parties
            } ?? []
    }

    private mutating func readPolicies(into terms: inout Terms) {
        if let duration = value(.minResume, DurationText.parse) { terms.resumeMin = duration }
        terms.confirmAboveFactor = value(.confirmAbove) {
            try ValueText.number($0, in: 1...1_000_000)
        }
        terms.ladderOnly = value(.ladderOnly, ValueText.yesOrNo) ?? false
        terms.completesIncrementOnRaise =
            value(.completeIncrementOnRaise, ValueText.yesOrNo) ?? false
        terms.retraction = choice(.retraction, "a policy of retraction") ?? .never
        terms.showsSealedBidCount = value(.showSealedBidCount, ValueText.yesOrNo) ?? false
        terms.tie = choice(.tie, "a tie rule") ?? .earliestWins
        terms.plusOne = value(.plusOne, ValueText.yesOrNo) ?? false
    }

    private mutating func buyNow(in currency: Currency) -> Terms.BuyNow? {
        let availability: Terms.BuyNow.Availability? = choice(
            .buyNowAvailability, "an availability")
        guard let price = amount(.buyNow, in: currency) else {
            if availability != nil, text[.buyNow] == nil {
                note(.buyNowAvailability, "needs a buy-now price")
            }
            return nil
        }
        return Terms.BuyNow(price: price, availability: availability ?? .untilFirstBid)
    }

    // MARK: - Increments

    /// A preset's name, one step, or bands `from:step` parted by commas or blanks.
    private mutating func increments(in currency: Currency) -> IncrementTable? {
        guard text[.increments] != nil else { return .standard(in: currency) }
        return value(.increments) { text in
            try IncrementTable(text, in: currency)
        }
    }

    // MARK: - Soft close

    /// A preset, one stage in three fields, or several stages; the rest of the fields adds to it.
    private mutating func softClose() -> SoftClose? {
        let stages = softCloseStages()
        let trigger: SoftClose.Trigger? = choice(.softCloseTrigger, "a trigger")
        let extensionsMax = value(.maxExtensions) {
            try ValueText.number($0, in: 0...Int64(Int32.max))
        }
        let hardEnd = value(.hardEnd, time)
        let group: SoftCloseGroup? = value(.softCloseGroup) { try ValueText.identifier($0) }
        guard let stages, !stages.isEmpty else {
            let parameters: [LotField] = [
                .softCloseTrigger, .softCloseGroup, .maxExtensions, .hardEnd,
            ]
            for field in parameters where stages != nil && text[field] != nil {
                note(field, "needs a soft close")
            }
            return nil
        }
        do throws(TermsFault) {
            return try SoftClose(
                stages: stages, trigger: trigger ?? .priceOrLeader,
                extensionsMax: extensionsMax.map(Int.init), hardEnd: hardEnd, group: group)
        } catch {
            note(error)
            return nil
        }
    }

    /// Empty for a hard close; nil when something is wrong, which is noted.
    private mutating func softCloseStages() -> [SoftClose.Stage]? {
        let single: [LotField] = [.softCloseWindow, .softCloseExtend, .softCloseMode]
        let given = [[.softClose], single, [.softCloseStages]]
            .filter { fields in fields.contains { text[$0] != nil } }
        guard given.count <= 1 else {
            note(
                given[1].first { text[$0] != nil } ?? .softClose,
                "can't be combined: give a preset, or a window and an extension, or stages")
            return nil
        }
        if text[.softClose] != nil {
            let preset: SoftClosePreset? = choice(.softClose, "a soft close")
            return preset.map { preset in preset.stage.map { [$0] } ?? [] }
        }
        if text[.softCloseStages] != nil {
            return value(.softCloseStages) { text in
                var stages: [SoftClose.Stage] = []
                for word in ValueText.words(text) { stages.append(try SoftClose.Stage(word)) }
                return stages
            }
        }
        guard !given.isEmpty else { return [] }
        let window = required(.softCloseWindow, "say how near the end a bid extends the lot") {
            try DurationText.parsePositive($0)
        }
        let amount = required(.softCloseExtend, "say by how much a bid extends the lot") {
            try DurationText.parsePositive($0)
        }
        let mode: SoftClose.Mode? = choice(.softCloseMode, "a mode")
        guard let window, let amount else { return nil }
        return [SoftClose.Stage(window: window, mode: mode ?? .reset, amount: amount)]
    }

    // MARK: - Fields

    private mutating func note(_ field: LotField, _ message: String) {
        faults.append(LotFault(field: field, message: message))
    }

    /// The rules' own complaint about terms that could be read.
    private mutating func note(_ fault: TermsFault) {
        let field = LotField(term: fault.term)
        // Who said nothing of an opening meant now.
        let isNow = field == .closes && text[.opens] == nil
        note(field, fault.problem.replacing("opens_at", with: isNow ? "now" : "opens"))
    }

    private mutating func value<Value>(
        _ field: LotField, _ parse: (String) throws -> Value
    ) -> Value? {
        guard let text = text[field] else { return nil }
        do { return try parse(text) } catch {
            note(field, "\(error)")
            return nil
        }
    }

    private mutating func required<Value>(
        _ field: LotField, _ why: String, _ parse: (String) throws -> Value
    ) -> Value? {
        if text[field] == nil { note(field, "is missing: \(why)") }
        return value(field, parse)
    }

    private mutating func choice<Word: RawRepresentable & CaseIterable>(
        _ field: LotField, _ what: String
    ) -> Word? where Word.RawValue == String {
        value(field) { try ValueText.choice($0, of: what) }
    }

    private mutating func amount(_ field: LotField, in currency: Currency) -> Amount? {
        value(field) { try ValueText.amount($0, in: currency) }
    }

    private var time: (String) throws -> Instant {
        { [now] text in try TimeText.parse(text, now: now) }
    }

    /// An end, or none: a lot that only the auctioneer closes.
    private struct Closing {
        let instant: Instant?
    }

    private var closing: (String) throws -> Closing {
        { [now] text in
            guard text != "none" else { return Closing(instant: nil) }
            return Closing(instant: try TimeText.parse(text, now: now))
        }
    }
}

extension LotField {
    /// The field that a term was read from.
    fileprivate init(term: String) {
        self =
            switch term {
            case "opens_at": .opens
            case "closes_at": .closes
            case "resume_min": .minResume
            case "confirm_above_factor": .confirmAbove
            default: LotField(rawValue: term) ?? .title
            }
    }
}
