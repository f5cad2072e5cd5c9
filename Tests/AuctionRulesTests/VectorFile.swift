import AuctionRules
import Foundation
import Testing

/// The conformance vectors as they are written: the rulebook as data.
struct VectorFile: Decodable {
    let vectors: [Vector]
}

struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    struct Configuration: Decodable, Sendable {
        let start: Int64
        let schedule: [[Int64]]
        let reserve: Int64?
        let buyNow: Int64?
        let endsAt: Int64?
        let softClose: SoftCloseConfiguration?
        let seller: String
        let relatedParties: [String]
        let bidderLimits: [String: Int64]
        let completeIncrementOnRaise: Bool
        /// Nil: english.
        let format: String?
        let tie: String?
        let plusOne: Bool?
        /// Whether there is another lot, `next`, in the same sale.
        let inSale: Bool?
    }

    struct SoftCloseConfiguration: Decodable, Sendable {
        let window: Int64
        let reset: Int64?
        let add: Int64?
        let maxExtensions: Int?
        let hardEnd: Int64?
        let stages: [SoftCloseConfiguration]?

        enum CodingKeys: String, CodingKey {
            case window, reset, add, stages
            case maxExtensions = "max_ext"
            case hardEnd = "hard_end"
        }
    }

    struct Command: Decodable, Sendable {
        let op: String
        let bidder: String?
        let amount: Int64?
        let kind: String?
        let t: Int64?
        let key: String?
        let idx: Int?
        let askSeq: Int64?
        /// The bid that is taken back.
        let bid: String?
        /// Nil: `lot`.
        let lot: String?
    }

    /// What is said of one step; fields that an event does not have are nil.
    struct Event: Decodable, Equatable, Sendable {
        var type: String
        var bidder: String?
        var price: Int64?
        var leader: String?
        var code: String?
        var required: Int64?
        var endsAt: Int64?
        var count: Int?
        var outcome: String?
        var winner: String?
        var privateTo: String?
        var ask: Int64?
        var askSeq: Int64?

        enum CodingKeys: String, CodingKey {
            case type, bidder, price, leader, code, required, endsAt, count, outcome, winner, ask
            case askSeq
            case privateTo = "private_to"
        }
    }

    struct State: Decodable, Equatable, Sendable {
        let price: Int64?
        let leader: String?
        let minNext: Int64?
        let reserve: String
        let leaderMax: Int64?
        let endsAt: Int64?
        let closed: String?
        // In the live room only.
        var ask: Int64?
        var askSeq: Int64?
        var fairWarnings: Int?
        var status: String?
    }

    struct Expectation: Decodable, Sendable {
        let events: [Event]
        let state: State
    }

    struct Step: Decodable, Sendable {
        let cmd: Command
        /// Nil: none.
        let expect: Expectation?
    }

    let id: String
    let config: Configuration
    let steps: [Step]

    var testDescription: String { id }

    /// The vectors that come with the tests, and those of the folder `GAVEL_VECTORS`.
    static func all() throws -> [Vector] {
        var folders = [Bundle.module.bundleURL.appendingPathComponent("Vectors")]
        if let more = ProcessInfo.processInfo.environment["GAVEL_VECTORS"] {
            folders.append(URL(fileURLWithPath: more))
        }
        return try folders.flatMap(read)
    }

    private static func read(_ folder: URL) throws -> [Vector] {
        try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
            .sorted { $0.path < $1.path }
            .flatMap {
                try JSONDecoder().decode(VectorFile.self, from: Data(contentsOf: $0)).vectors
            }
    }
}

extension Vector.Configuration {
    func terms() throws -> Terms {
        let bands = try schedule.map {
            IncrementTable.Band(from: $0[0], step: try #require(Amount(minorUnits: $0[1])))
        }
        var terms = Terms(
            title: "Vector",
            format: try #require(Format(rawValue: format ?? "english")), currency: .usd,
            start: try #require(Amount(minorUnits: start)),
            increments: try IncrementTable(bands: bands), opensAt: 0,
            closesAt: endsAt.map(Instant.init(milliseconds:)))
        terms.reserve = reserve.flatMap(Amount.init(minorUnits:))
        terms.buyNow = buyNow.flatMap(Amount.init(minorUnits:)).map { Terms.BuyNow(price: $0) }
        terms.softClose = try softClose?.rule()
        terms.seller = try BidderID(seller)
        terms.relatedParties = Set(try relatedParties.map { try BidderID($0) })
        terms.completesIncrementOnRaise = completeIncrementOnRaise
        if let tie { terms.tie = try #require(TieRule(rawValue: tie)) }
        terms.plusOne = plusOne ?? false
        if inSale == true { terms.sale = "sale" }
        return terms
    }
}

extension Vector.SoftCloseConfiguration {
    func rule() throws -> SoftClose {
        try SoftClose(
            stages: try (stages ?? [self]).map { try $0.stage() }, extensionsMax: maxExtensions,
            hardEnd: hardEnd.map(Instant.init(milliseconds:)))
    }

    private func stage() throws -> SoftClose.Stage {
        if let add { return SoftClose.Stage(window: window, mode: .add, amount: add) }
        return SoftClose.Stage(window: window, mode: .reset, amount: try #require(reset))
    }
}
