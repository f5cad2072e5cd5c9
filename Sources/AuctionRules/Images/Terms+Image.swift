extension ImageWriter {
    mutating func write(_ terms: Terms) {
        write(terms.title)
        write(terms.format)
        write(terms.currency.code)
        write(terms.start)
        write(terms.reserve) { $0.write($1) }
        write(terms.buyNow) { writer, buyNow in
            writer.write(buyNow.price)
            writer.write(buyNow.availability)
        }
        write(terms.increments.bands) { writer, band in
            writer.write(band.from)
            writer.write(band.step)
        }
        write(terms.opensAt)
        write(terms.closesAt) { $0.write($1) }
        write(terms.softClose) { $0.write($1) }
        write(terms.resumeMin)
        write(terms.sale) { $0.write($1) }
        write(terms.seller) { $0.write($1) }
        write(terms.relatedParties.sorted()) { $0.write($1) }
        write(terms.confirmAboveFactor) { $0.write($1) }
        write(terms.ladderOnly)
        write(terms.completesIncrementOnRaise)
        write(terms.retraction)
        write(terms.showsSealedBidCount)
        write(terms.tie)
        write(terms.plusOne)
    }

    private mutating func write(_ softClose: SoftClose) {
        write(softClose.stages) { writer, stage in
            writer.write(stage.window)
            writer.write(stage.mode)
            writer.write(stage.amount)
        }
        write(softClose.trigger)
        write(softClose.extensionsMax) { $0.write($1) }
        write(softClose.hardEnd) { $0.write($1) }
        write(softClose.group) { $0.write($1) }
    }
}

extension ImageReader {
    mutating func terms() throws(ImageFault) -> Terms {
        let title = try text()
        let format = try enumeration(Format.self)
        let currency = try currency()
        let start = try amount()
        let reserve = try optionalAmount()
        let buyNow = try flag() ? try buyNow() : nil
        let increments = try increments()
        let opensAt = try instant()
        var terms = Terms(
            title: title, format: format, currency: currency, start: start,
            increments: increments, opensAt: opensAt, closesAt: try optionalInstant())
        terms.reserve = reserve
        terms.buyNow = buyNow
        terms.softClose = try flag() ? try softClose() : nil
        terms.resumeMin = try integer()
        terms.sale = try optionalIdentifier()
        terms.seller = try optionalIdentifier()
        for _ in 0..<(try count()) { terms.relatedParties.insert(try identifier()) }
        terms.confirmAboveFactor = try optionalInteger()
        terms.ladderOnly = try flag()
        terms.completesIncrementOnRaise = try flag()
        terms.retraction = try enumeration()
        terms.showsSealedBidCount = try flag()
        terms.tie = try enumeration()
        terms.plusOne = try flag()
        return terms
    }

    mutating func currency() throws(ImageFault) -> Currency {
        let code = try text()
        guard let currency = Currency(code: code) else {
            throw ImageFault("\(code) is no currency")
        }
        return currency
    }

    private mutating func buyNow() throws(ImageFault) -> Terms.BuyNow {
        Terms.BuyNow(price: try amount(), availability: try enumeration())
    }

    private mutating func increments() throws(ImageFault) -> IncrementTable {
        var bands: [IncrementTable.Band] = []
        for _ in 0..<(try count()) {
            bands.append(IncrementTable.Band(from: try integer(), step: try amount()))
        }
        do { return try IncrementTable(bands: bands) } catch { throw ImageFault("\(error)") }
    }

    private mutating func softClose() throws(ImageFault) -> SoftClose {
        var stages: [SoftClose.Stage] = []
        for _ in 0..<(try count()) {
            stages.append(
                SoftClose.Stage(
                    window: try integer(), mode: try enumeration(), amount: try integer()))
        }
        let trigger = try enumeration(SoftClose.Trigger.self)
        let extensionsMax = try flag() ? try count() : nil
        let hardEnd = try optionalInstant()
        let group: SoftCloseGroup? = try optionalIdentifier()
        do {
            return try SoftClose(
                stages: stages, trigger: trigger, extensionsMax: extensionsMax, hardEnd: hardEnd,
                group: group)
        } catch { throw ImageFault("\(error)") }
    }
}
