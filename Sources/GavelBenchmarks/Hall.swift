import AuctionRules
import Crypto
import Foundation
import Ledger

/// A database with so many bidders, and as many lots unless told otherwise. On each somebody holds a
/// huge max, so that every bid is accepted whatever order the bidders come in, moves the price, and
/// is outbid at once.
struct Hall {
    let seats: Int
    let database: String
    /// How many entries its log has at first.
    let entries: Int
    private let scene: Scene

    /// - Parameter closing: lots beside, that end soon.
    init(
        seats: Int, lots: Int? = nil, closing: ClosingLots? = nil, in folder: URL
    ) throws {
        self.seats = seats
        database = folder.appendingPathComponent("\(UUID().uuidString).db").path
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        var scene = try Scene(lots: lots ?? seats, bidders: seats + 1, noon: now)
        for lot in scene.lots {
            let request = BidRequest(
                bidder: scene.bidders[seats], id: try BidID("standing"),
                action: .bid(.max, amount: .largest))
            scene.perform(.request(request, on: lot))
        }
        for number in 0..<seats {
            let digest = SHA256.hash(data: Data(Self.token(number).utf8))
            guard let hash = TokenHash(hex: digest.map { String(format: "%02x", $0) }.joined())
            else { preconditionFailure("A SHA-256 is 64 hexadecimal digits") }
            scene.perform(
                .issueToken(
                    Token(hash: hash, bearer: .bidder(scene.bidders[number]), expiresAt: nil)))
        }
        if let closing { try Self.add(closing, to: &scene, bidder: scene.bidders[seats]) }
        self.scene = scene
        entries = scene.opening.count
        let ledger = try SQLiteLedger(path: database)
        var house = House()
        var batch = LogBatch(after: .empty)
        for event in scene.opening { batch.record(event, at: now, in: &house) }
        batch.seal(with: house)
        try ledger.append(batch)
        try ledger.close()
    }

    private static func add(
        _ closing: ClosingLots, to scene: inout Scene, bidder: BidderID
    ) throws {
        scene.perform(.createSale(try closing.sale()))
        for number in 0..<closing.count {
            let id = try closing.id(number)
            var terms = scene.terms
            terms.sale = try closing.sale().id
            terms.closesAt = closing.end(of: number)
            scene.perform(.createAuction(id, terms))
            let request = BidRequest(
                bidder: bidder, id: try BidID("standing"),
                action: .bid(.max, amount: terms.start))
            scene.perform(.request(request, on: id))
        }
    }

    var lots: [AuctionID] { scene.lots }
    /// Who bids; the one who holds the huge max is not among them.
    var bidders: ArraySlice<BidderID> { scene.bidders[..<seats] }
    func lot(_ number: Int) -> String { scene.lots[number].text }
    func token(_ number: Int) -> String { Self.token(number) }

    private static func token(_ number: Int) -> String {
        let digits = String(number)
        return "gvl_" + String(repeating: "0", count: 43 - digits.count) + digits
    }
}
