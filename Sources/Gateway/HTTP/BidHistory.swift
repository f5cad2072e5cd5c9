import AuctionRules
import StrictJSON
import Synchronization

/// A bid as everybody may see it, once it has happened: by alias, with the price that it led to. It
/// has no field for a max.
struct PublicBid: Hashable, Sendable {
    /// Nil for a sealed bid.
    let seq: Int64?
    let at: Instant
    /// An alias.
    let bidder: String
    /// The price after it; nil where the format does not tell.
    let price: Amount?
    /// Whether the bidder led right after it.
    let isLeading: Bool?
    let isVoided: Bool

    /// A lot's public bids, oldest first, without raised maxes, and without sealed bids before the
    /// close.
    static func all(on auction: Auction) -> [PublicBid] {
        let isSealed = !auction.terms.format.isOpenOutcry
        guard !isSealed || auction.isClosed else { return [] }
        return auction.commitments.compactMap { commitment in
            guard isSealed || commitment.seq != nil,
                let alias = auction.alias(of: commitment.bidder),
                case .accepted(let acceptance) = auction.reply(to: commitment).verdict
            else { return nil }
            return PublicBid(
                seq: commitment.seq, at: commitment.at, bidder: alias,
                price: acceptance.price, isLeading: acceptance.isLeading,
                isVoided: commitment.isVoided)
        }
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("seq", seq)
        writer.field("at", at.milliseconds)
        writer.field("bidder", bidder)
        writer.field("price", price?.minorUnits)
        writer.field("leading", isLeading)
        writer.field("voided", isVoided)
    }
}

/// The histories that were read last: anybody may ask for them, and each costs a walk through the
/// lot's part of the log. A history changes only with the lot's seq.
final class BidHistories: Sendable {
    /// Lots kept; some 100 bytes a bid.
    private static let lotsMax = 64

    private struct History: Sendable {
        let seq: Int64
        let bids: [PublicBid]
    }

    private let histories = Mutex<[AuctionID: History]>([:])

    /// - Parameters:
    ///   - seq: the lot's newest public change, as the board has it.
    ///   - read: reads the lot.
    func bids(
        on auction: AuctionID, seq: Int64, _ read: () throws(ArchiveError) -> Auction?
    ) throws(ArchiveError) -> [PublicBid] {
        if let known = histories.withLock({ $0[auction] }), known.seq == seq { return known.bids }
        let bids = try read().map(PublicBid.all) ?? []
        histories.withLock { histories in
            if histories.count >= Self.lotsMax, histories[auction] == nil {
                histories.removeAll(keepingCapacity: true)
            }
            histories[auction] = History(seq: seq, bids: bids)
        }
        return bids
    }
}
