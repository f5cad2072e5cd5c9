public import AuctionRules

/// Writes the acknowledgement of an accepted bid in one go: every bid gets one.
///
/// The same bytes as ``ServerFrame/encode(into:)`` writes, which `AcceptanceScribeTests` holds it
/// against. It leaves to that what is rare: a receipt, and a ref that may need escaping.
public enum AcceptanceScribe {
    /// The longest ref that it writes, in bytes.
    private static let refLengthMax = 64
    /// More than any has: some 200 bytes of names, three texts of 64 at most, a hash of 64, and seven
    /// numbers of 20 at most.
    public static let bytesMax = 640

    /// Writes what an accepted bidder is told, straight from the reply.
    ///
    /// - Parameter start: where there is room for ``bytesMax``.
    /// - Returns: how many bytes; nil, and nothing written, when it is not written here.
    public static func write(
        _ reply: Reply, on auction: AuctionID, ref: String?, to start: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        guard case .accepted(let told) = reply.verdict, ref.map(isPlain) ?? true else { return nil }
        return write(
            told, on: auction, id: reply.request.id, ref: ref, at: reply.at, hash: reply.entryHash,
            to: start)
    }

    /// - Returns: nil when it is not written here.
    static func bytes(of body: ServerMessage.BidAccepted, ref: String?) -> [UInt8]? {
        guard body.receipt == nil, ref.map(isPlain) ?? true else { return nil }
        return [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
            // Not empty, so there is a base address.
            guard let start = buffer.baseAddress else { return }
            count = write(
                body.acceptance, on: body.auction, id: body.id, ref: ref, at: body.at,
                hash: body.hash, to: start)
        }
    }

    /// Nothing below writes more than `bytesMax`: an identifier has at most 64 bytes, and the ref was looked
    /// at.
    private static func write(
        _ told: Acceptance, on auction: AuctionID, id: BidID, ref: String?, at: Instant,
        hash: EntryHash, to start: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var pen = Pen(start)
        pen.write(#"{"type":"bid_accepted","auction":""#)
        pen.write(auction.text)
        pen.write(#"","id":""#)
        pen.write(id.text)
        if let ref {
            pen.write(#"","ref":""#)
            pen.write(ref)
            pen.write(#"","seq":"#)
        } else {
            pen.write(#"","ref":null,"seq":"#)
        }
        pen.write(told.seq)
        switch told.isLeading {
        case nil: pen.write(#","leading":null,"your_max":"#)
        case true?: pen.write(#","leading":true,"your_max":"#)
        case false?: pen.write(#","leading":false,"your_max":"#)
        }
        pen.write(told.ownMax.minorUnits)
        pen.write(#","price":"#)
        pen.write(told.price?.minorUnits)
        pen.write(#","minimum":"#)
        pen.write(told.minimum?.minorUnits)
        switch told.reserve {
        case .none: pen.write(#","reserve":"none","ends_at":"#)
        case .unmet: pen.write(#","reserve":"unmet","ends_at":"#)
        case .met: pen.write(#","reserve":"met","ends_at":"#)
        }
        pen.write(told.endsAt?.milliseconds)
        pen.write(#","at":"#)
        pen.write(at.milliseconds)
        pen.write(#","hash":""#)
        pen.write(hash)
        pen.write(#""}"#)
        return pen.count
    }

    /// Whether a text is short, and stands in JSON as it is.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= refLengthMax
            && text.utf8.allSatisfy {
                (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
    }
}
