public import AuctionRules

/// Writes in one go that somebody else leads now: nearly every bid displaces somebody.
///
/// The same bytes as ``ServerFrame/encode(into:)`` writes, which `OutbidScribeTests` holds it against.
public enum OutbidScribe {
    /// More than any has: some 80 bytes of names, an identifier of 64 at most, and four numbers of 20 at
    /// most.
    public static let bytesMax = 256

    /// - Parameter start: where there is room for ``bytesMax``.
    /// - Returns: how many bytes; nil, and nothing written, when the notice is another one.
    public static func write(
        _ notice: PrivateNotice, to start: UnsafeMutablePointer<UInt8>
    ) -> Int? {
        guard case .outbid(let ownMax) = notice.content else { return nil }
        var pen = Pen(start)
        pen.write(#"{"type":"outbid","auction":""#)
        pen.write(notice.auction.text)
        pen.write(#"","seq":"#)
        pen.write(notice.seq)
        pen.write(#","price":"#)
        pen.write(notice.price?.minorUnits)
        pen.write(#","minimum":"#)
        pen.write(notice.minimum?.minorUnits)
        pen.write(#","your_max":"#)
        pen.write(ownMax?.minorUnits)
        pen.write("}")
        return pen.count
    }
}
