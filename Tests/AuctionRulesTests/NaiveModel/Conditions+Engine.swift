import AuctionRules

// The naive model's words in the engine's: nothing is decided here.

extension Conditions {
    func terms() throws -> Terms {
        let bands = bands.map { IncrementTable.Band(from: $0.from, step: amount($0.step)) }
        var terms = Terms(
            title: "Random", currency: .usd, start: amount(start),
            increments: try IncrementTable(bands: bands),
            opensAt: Instant(milliseconds: opensAt),
            closesAt: endsAt.map(Instant.init(milliseconds:)))
        terms.reserve = reserve.map(amount)
        terms.buyNow = cap.map {
            .init(
                price: amount($0), availability: isCapAlwaysTaken ? .always : .untilFirstBid)
        }
        terms.softClose = try softness?.rule()
        terms.resumeMin = minResume
        terms.seller = name(Cast.seller)
        terms.confirmAboveFactor = fatFinger
        terms.ladderOnly = isLadder
        terms.completesIncrementOnRaise = completesIncrement
        terms.retraction = isRetractable ? .ebay : .never
        return terms
    }
}

extension Conditions.Softness {
    func rule() throws -> SoftClose {
        let stages = stages.map { stage in
            SoftClose.Stage(
                window: stage.window, mode: stage.isAdding ? .add : .reset, amount: stage.amount)
        }
        return try SoftClose(
            stages: stages, trigger: onLeaderOnly ? .leader : .priceOrLeader,
            extensionsMax: extensionsMax, hardEnd: hardEnd.map(Instant.init(milliseconds:)))
    }
}

extension Move {
    var command: Command {
        let administration: AuctionCommand
        switch kind {
        case .request(let who, let id, let what, let confirm):
            let action: BidAction =
                switch what {
                case .bid(let isExact, let offered):
                    .bid(isExact ? .exact : .max, amount: amount(offered))
                case .buy: .buy
                case .retract(let bid): .retract(bidID(bid))
                }
            return .request(
                BidRequest(
                    bidder: name(who), id: bidID(id), action: action, isConfirmed: confirm),
                on: "lot")
        case .void(let who, let id):
            administration = .voidBid(bidID(id), bidder: name(who), reason: "random")
        case .lowerReserve(let new): administration = .lowerReserve(to: amount(new))
        case .pause: administration = .pause(reason: nil)
        case .resume: administration = .resume
        case .extend(let duration): administration = .extend(.by(duration), reason: nil)
        case .close: administration = .close(reason: nil)
        case .cancel: administration = .cancel(reason: "random")
        case .tick: administration = .advanceClock
        }
        return .administer("lot", administration)
    }
}

private func amount(_ minorUnits: Int64) -> Amount {
    Amount(minorUnits: minorUnits) ?? .largest
}

private func name(_ who: Int) -> BidderID { BidderID(stringLiteral: Cast.names[who]) }

private func bidID(_ id: Int) -> BidID { BidID(stringLiteral: "k\(id)") }
