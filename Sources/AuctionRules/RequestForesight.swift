import CMemory

/// Where a request is, and what will be looked for when it is decided, as an address and hashes.
///
/// A request was made by another thread, and of thousands of lots hardly anything is in a cache: to wait for
/// each piece of memory when it is come to takes longer than to decide. So what a request needs is fetched
/// while those before it are decided. A guess, by which nothing is decided.
///
/// It holds no reference, as to count one would be to wait for what it refers to. Good for as long as the
/// request lives.
public struct RequestForesight: Hashable, Sendable {
    private let address: UInt
    fileprivate let lot: UInt64
    fileprivate let bidder: UInt64
    fileprivate let key: UInt64

    /// - Parameter lot: what it is for.
    public init(_ request: BidRequest, on lot: AuctionID) {
        address = UInt(bitPattern: Unmanaged.passUnretained(request).toOpaque())
        self.lot = lot.keyHash
        bidder = request.bidder.keyHash
        key = request.keyHash
    }

    /// How many turns before its own a request is fetched. Each step needs what the one before has fetched, and that
    /// takes a few turns; what is fetched much earlier has been driven out again.
    @inlinable public static var requestTurns: Int { 7 }
    /// The same of its lot.
    @inlinable public static var lotTurns: Int { 5 }
    /// The same of what its lot refers to.
    @inlinable public static var contentsTurns: Int { 2 }

    /// How many lines of a cache a request takes, wherever they begin.
    private static let lines = 3

    /// Has the request fetched. The first to be done.
    public func fetch() {
        memory_prefetch_lines(UnsafeRawPointer(bitPattern: address), Self.lines)
    }
}

extension House {
    /// Has fetched what requests will look at that are decided soon.
    ///
    /// - Parameters:
    ///   - far: one whose lot is fetched.
    ///   - near: one that was `far` some time ago: what its lot refers to is fetched.
    public func fetch(far: RequestForesight?, near: RequestForesight?) {
        if let far { auctions.fetchLot(for: far) }
        if let near { auctions.fetchContents(for: near) }
    }
}

extension Auctions {
    fileprivate func fetchLot(for request: RequestForesight) {
        guard let number = likelyNumber(of: request.lot) else { return }
        values.withUnsafeBufferPointer { lots in
            guard let lots = lots.baseAddress else { return }
            memory_prefetch_lines(lots + number, Self.lotLines)
        }
    }

    private static let lotLines = MemoryLayout<Auction>.stride / 64 + 1

    fileprivate func fetchContents(for request: RequestForesight) {
        guard let number = likelyNumber(of: request.lot) else { return }
        prefetch(Place(number: number), bidder: request.bidder, key: request.key)
    }
}
