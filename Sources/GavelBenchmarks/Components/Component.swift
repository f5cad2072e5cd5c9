import AuctionRules
import Foundation
import Gateway
import WireProtocol

/// One part of the way that a bid or an update goes, done so many times and nothing else: for a tool
/// that counts instructions. What is prepared does not depend on how often it is done, so that the
/// difference of two counts is the part's alone.
enum Component: String, CaseIterable {
    /// The rules decide a bid and follow their decision.
    case rules
    /// A bid's frame is read: its header, its mask, its text as UTF-8.
    case frame
    /// A bid's JSON is read.
    case decodeBid = "decode-bid"
    /// An acceptance is written as JSON.
    case encodeAnswer = "encode-answer"
    /// A price is written as JSON.
    case encodePrice = "encode-price"
    /// A bid's event is encoded, chained and appended with its reply and state, 256 a commit, on 16 lots.
    case ledger
    /// The same on 1,000 lots: nearly every bid of a commit is on another one.
    case ledgerOfManyLots = "ledger-many-lots"
    /// A bid goes through the service over a log that keeps nothing: queue, decision, entry, batch, board and
    /// answer, 256 a batch, on 16 lots.
    case service
    /// The same on 1,000 lots.
    case serviceOfManyLots = "service-many-lots"
    /// One bid at a time goes through the service and its log on disk: what a commit costs by itself.
    case loneBid = "lone-bid"
    /// A receipt's text and its place in the signed tree, 256 a signature.
    case receipt

    /// Does what `component NAME UNITS MOST FOLDER` asks for and ends the process, if that is what its
    /// arguments are.
    static func runIfAsked() {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, arguments[1] == "component" else { return }
        guard let component = Component(rawValue: arguments[2]), let units = Int(arguments[3]),
            let most = Int(arguments[4]), units > 0, units % 256 == 0, most >= units
        else {
            print(
                "component NAME UNITS MOST FOLDER; UNITS is a multiple of 256, and no more than MOST"
            )
            exit(2)
        }
        do {
            try component.run(units, of: most, in: URL(fileURLWithPath: arguments[5]))
            exit(0)
        } catch {
            print(error)
            exit(1)
        }
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - units: how often; a multiple of 256.
    ///   - most: how often at most: as much is prepared.
    func run(_ units: Int, of most: Int, in folder: URL) throws {
        switch self {
        case .rules: try rules(units, most)
        case .frame: try frames(units)
        case .decodeBid: try decode(units)
        case .encodeAnswer: try encodeAnswers(units)
        case .encodePrice: try encodePrices(units)
        case .ledger: try ledger(units, most, lots: 16, in: folder)
        case .ledgerOfManyLots: try ledger(units, most, lots: 1000, in: folder)
        case .service: try service(units, most, lots: 16)
        case .serviceOfManyLots: try service(units, most, lots: 1000)
        case .loneBid: try loneBids(units, most, in: folder)
        case .receipt: try receipts(units)
        }
    }

    private func rules(_ units: Int, _ most: Int) throws {
        let scene = try Scene(lots: 16, bidders: 64)
        var run = try RulesRun(scene.risingBids(most), on: scene.openHouse, at: scene.noon)
        try run.take(units)
        try require(run.accepted == units)
    }

    private static let bid =
        #"{"type":"bid","auction":"lot-17","id":"b123456","amount":24700,"kind":"max"}"#

    private func frames(_ units: Int) throws {
        var frame: [UInt8] = [0x81, 0x80 | UInt8(Self.bid.utf8.count), 1, 2, 3, 4]
        for (index, byte) in Self.bid.utf8.enumerated() {
            frame.append(byte ^ UInt8(index % 4 + 1))
        }
        try require(FrameReading.messages(in: frame, times: units) == units)
    }

    private func decode(_ units: Int) throws {
        let text = Array(Self.bid.utf8)
        var bids = 0
        for _ in 0..<units {
            let frame = try text.withUnsafeBytes { bytes in
                try ClientFrame.decode(bytes)
            }
            if case .bid = frame.message { bids += 1 }
        }
        try require(bids == units)
    }
}
