import AuctionRules
import Foundation
import SchemaCheck
import StrictJSON
import Testing
import WireProtocol

/// docs/protocol.md shows what is spoken.
struct ProtocolPageTests {
    /// The examples of a kind, with their lines in the page.
    static func examples(_ kind: String) throws -> [(line: Int, text: String)] {
        try Page("docs/protocol.md").blocks
            .filter { $0.language == "json" && $0.kind == kind }
            .flatMap { block in
                block.lines.enumerated().map { (block.line + $0.offset, $0.element) }
            }
    }

    @Test("Every message of the server is one that it would send, byte for byte")
    func server() throws {
        var types: Set<String> = []
        for (line, text) in try Self.examples("server") {
            let frame = try ServerFrame.decode(Array(text.utf8))
            #expect(String(decoding: frame.encoded(), as: UTF8.self) == text, "line \(line)")
            #expect(MessageCheck.faults(ofServer: text.utf8) == [], "line \(line)")
            types.insert(frame.message.type)
        }
        #expect(
            types == [
                "welcome", "authenticated", "snapshot", "watching", "unwatched", "price", "status",
                "heartbeat", "bye", "notice", "bid_accepted", "bid_rejected", "bid_retracted",
                "outbid", "won", "lost", "bid_voided", "below_offer", "receipt", "time", "error",
            ])
    }

    @Test("Every message of a client is one that the server reads")
    func client() throws {
        var types: Set<String> = []
        for (line, text) in try Self.examples("client") {
            do {
                types.insert(try ClientFrame.decode(Array(text.utf8)).message.type)
                #expect(MessageCheck.faults(ofClient: text.utf8) == [], "line \(line)")
            } catch {
                Issue.record("line \(line): \(error)")
            }
        }
        #expect(
            types == [
                "authenticate", "watch", "unwatch", "bid", "buy", "retract", "receipt",
                "bid_status", "time",
            ])
    }

    @Test("Every body of HTTP is JSON, and a bid's is one")
    func http() throws {
        for (line, text) in try Self.examples("http") {
            #expect(try JSONValue(parsing: Array(text.utf8)).asObject != nil, "line \(line)")
        }
        let bids = try Self.examples("body")
        #expect(!bids.isEmpty)
        for (_, text) in bids {
            _ = try Array(text.utf8).withUnsafeBytes {
                try ClientFrame.decodeBid($0, on: AuctionID("vase"))
            }
        }
    }

    @Test("No example is of an unknown kind")
    func kinds() throws {
        // The others are commands, which TourTests runs.
        for block in try Page("docs/protocol.md").blocks
        where !["sh", "text"].contains(block.language) {
            #expect(block.language == "json", "line \(block.line)")
            #expect(
                ["server", "client", "http", "body"].contains(block.kind), "line \(block.line)")
        }
    }

    @Test("Every code of a refusal is explained, and whether the answer is kept")
    func refusals() throws {
        let one = try #require(Amount(minorUnits: 1))
        let refusals: [Refusal] = [
            .malformed(""), .wrongCurrency(expected: "USD"), .invalidAmount, .idempotencyConflict,
            .unknownAuction, .notOpen, .paused, .closed(lateBy: 0), .cancelled, .notRegistered,
            .notApproved, .suspended, .selfBidding, .limitExceeded, .alreadyLeading, .maxNotHigher,
            .tooLow(minimum: one), .offLadder, .confirmRequired(minimum: one), .unsupported(""),
            .unavailable, .askMoved(ask: one, askSeq: 1),
        ]
        let lines = try Page("docs/protocol.md").text.split(separator: "\n")
        for refusal in refusals {
            let line = lines.first { $0.hasPrefix("| `\(refusal.code)` | ") }
            #expect(line?.hasSuffix(refusal.isFinal ? " | yes |" : " | no |") == true, "\(refusal)")
        }
    }

    @Test("Every message stands in the tables at a glance")
    func glance() throws {
        let text = try Page("docs/protocol.md").text
        let start = try #require(text.range(of: "## The messages at a glance"))
        let end = try #require(text.range(of: "## Connecting"))
        let tables = text[start.upperBound..<end.lowerBound]
        for kind in ServerMessage.Kind.allCases.map(\.rawValue)
            + ClientMessage.Kind.allCases.map(\.rawValue)
        {
            #expect(tables.contains("`\(kind)`"), "\(kind)")
        }
    }

    @Test("Every code of an error is explained")
    func errors() throws {
        let text = try Page("docs/protocol.md").text
        for code in ErrorCode.all {
            #expect(text.contains("\n| `\(code.rawValue)` | "), "\(code.rawValue)")
        }
    }
}
