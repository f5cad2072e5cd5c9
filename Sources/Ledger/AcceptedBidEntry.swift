import AuctionRules

/// The entry of an accepted bid, which most are, written in one go in memory of the stack; any other
/// one is written by ``EventCodec`` and ``EntryImage``, which hash the same bytes. Kept of them is what its
/// row has, and nothing twice: each byte is one more for another core to fetch.
///
/// A test compares the two. What it saves is the JSON writer, for whose every piece an array is asked
/// whether it is the only one's and has room: its parts were 7,900 of the 72,800 instructions that a
/// bid took in the ledger (callgrind), SQLite's and SHA-256's included.
struct AcceptedBidEntry {
    let image: EntryImage
    /// Where the bidder's name and the bid's are, in the payload.
    let bidder: Range<Int>
    let bid: Range<Int>
    /// The bidder's number on the lot.
    let alias: Int

    /// Appends what the entry's row has to `bytes`; nil, and nothing appended, when it is not as plain as that.
    ///
    /// - Parameter auction: the lot before the bid.
    init?(
        _ event: BidAccepted, on auction: Auction, previousHash: EntryHash, position: Int64,
        at: Instant, salt: EntrySalt, appendingTo bytes: inout [UInt8]
    ) {
        guard case .bid(let kind, let amount, let currency) = event.request.action,
            currency.map(Self.isCode) ?? true
        else { return nil }
        let newcomer = auction.participants.count + 1
        let alias = auction.number(of: event.request.bidder) ?? newcomer
        let start = bytes.count
        (image, bidder, bid) = StackText.withSpace { text in
            text.append(salt)
            let kindRange = text.appendField("bid_accepted")
            let lot = text.appendField(auction.id)

            // The payload, as `EventCodec.encode` gives it.
            let payload = text.beginField()
            text.append(#"{"v":1,"bidder":""#)
            let bidder = text.append(event.request.bidder)
            text.append(#"","id":""#)
            let bid = text.append(event.request.id)
            text.append(
                kind == .max ? #"","action":"max","amount":"# : #"","action":"exact","amount":"#)
            text.append(amount.minorUnits)
            if let currency {
                text.append(#","currency":""#)
                text.append(text: currency)
                text.append(#"""#)
            }
            if event.request.isConfirmed { text.append(#","confirmed":true"#) }
            text.append(#","committed":"#)
            text.append(event.amount.minorUnits)
            text.append(#","ordinal":"#)
            text.append(Int64(event.ordinal))
            if let standing = event.standing {
                text.append(#","standing":{"#)
                if let price = standing.price {
                    text.append(#""price":"#)
                    text.append(price.minorUnits)
                    text.append(",")
                }
                if let leader = standing.leader {
                    text.append(#""leader":""#)
                    text.append(leader)
                    text.append(#"","#)
                }
                text.append(
                    standing.isReserveMet ? #""reserve_met":true}"# : #""reserve_met":false}"#)
            }
            if let seq = event.seq {
                text.append(#","seq":"#)
                text.append(seq)
            }
            text.append("}")
            let payloadRange = text.endField(payload)
            let payloadDigest = EntryHash.sha256(of: text.written(from: 0))

            // What is chained, with what `EventCodec.encodePublic` gives.
            let chained = text.count
            text.append(previousHash)
            text.append(bigEndian: UInt64(bitPattern: position))
            text.append(bigEndian: UInt64(bitPattern: at.milliseconds))
            let publicPayload: Range<Int>
            if let seq = event.seq {
                text.appendField("bid_accepted")
                text.appendField(auction.id)
                let told = text.beginField()
                text.append(#"{"v":1,"seq":"#)
                text.append(seq)
                // Without a standing it is a sealed bid, of which only the number may be public.
                if let standing = event.standing {
                    text.append(#","bidder":"Bidder "#)
                    text.append(Int64(alias))
                    text.append(#"""#)
                    if let price = standing.price {
                        text.append(#","price":"#)
                        text.append(price.minorUnits)
                    }
                    if let leader = standing.leader {
                        let number =
                            leader == event.request.bidder
                            ? alias : auction.number(of: leader) ?? newcomer
                        text.append(#","leader":"Bidder "#)
                        text.append(Int64(number))
                        text.append(#"""#)
                    }
                    if auction.reserve == nil {
                        text.append(#","reserve":"none""#)
                    } else {
                        text.append(
                            standing.isReserveMet ? #","reserve":"met""# : #","reserve":"unmet""#)
                    }
                }
                text.append("}")
                publicPayload = text.endField(told)
            } else {
                text.append(bigEndian: 0 as UInt32)
                text.append(bigEndian: 0 as UInt32)
                publicPayload = text.endField(text.beginField())
            }
            text.append(payloadDigest)
            let hash = EntryHash.sha256(of: text.written(from: chained))

            // The hashes go where the row has nothing: right before and right behind the public payload.
            let kept = publicPayload.lowerBound - 32..<publicPayload.upperBound + 32
            text.overwrite(from: kept.lowerBound, with: previousHash)
            text.overwrite(from: publicPayload.upperBound, with: hash)
            bytes.append(contentsOf: text.written(0..<chained))
            bytes.append(contentsOf: text.written(kept))
            func placed(_ range: Range<Int>, after start: Int) -> Range<Int> {
                range.lowerBound + start..<range.upperBound + start
            }
            // As far as the public payload has moved.
            let moved = start + chained - kept.lowerBound
            let image = EntryImage(
                salt: placed(0..<16, after: start), kind: placed(kindRange, after: start),
                auction: placed(lot, after: start), payload: placed(payloadRange, after: start),
                previousHash: placed(kept.prefix(32), after: moved),
                publicPayload: placed(publicPayload, after: moved), payloadDigest: payloadDigest,
                hash: hash, ownHash: placed(kept.suffix(32), after: moved))
            return (image, placed(bidder, after: start), placed(bid, after: start))
        }
        self.alias = alias
    }

    /// A currency's code needs no escapes, and has a longest form.
    private static func isCode(_ currency: String) -> Bool {
        currency.utf8.count == 3
            && currency.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
}
