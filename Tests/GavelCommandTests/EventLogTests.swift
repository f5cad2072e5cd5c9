import AuctionRules
import BidService
import Foundation
import Logging
import StrictJSON
import Synchronization
import Testing

@testable import GavelCommand

@Suite("The server's log")
struct EventLogTests {
    private final class Lines: Sendable {
        private let written = Mutex<[String]>([])

        var all: [String] { written.withLock { $0 } }

        func logger(_ format: LogFormat, level: Logger.Level = .trace) -> Logger {
            let clock = ManualClock(Instant(milliseconds: 1_800_000_000_000))
            var logger = Logger(label: "test") { _ in
                EventLog(format: format, clock: clock) { bytes in
                    self.written.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
                }
            }
            logger.logLevel = level
            return logger
        }
    }

    @Test("An event is a line with its time, level, message and fields in order")
    func text() {
        let lines = Lines()
        var logger = lines.logger(.text)
        logger[metadataKey: "connection"] = "1z"
        logger.info("Listening", metadata: ["socket": "none", "address": "127.0.0.1:80"])
        logger.warning("Two words", metadata: ["connection": "2a", "reason": "a b", "empty": ""])
        #expect(
            lines.all == [
                "2027-01-15T08:00:00.000Z info Listening  address=127.0.0.1:80  connection=1z  "
                    + "socket=none\n",
                "2027-01-15T08:00:00.000Z warning Two words  connection=2a  empty=\"\"  "
                    + "reason=\"a b\"\n",
            ])
    }

    @Test("As JSON an event is an object, its fields apart from what every line has")
    func json() throws {
        let lines = Lines()
        let logger = lines.logger(.json)
        logger.error("It \"broke\"", metadata: ["level": "mine", "error": "line\nbreak"])
        logger.debug("Bare")
        #expect(lines.all.count == 2)
        let event = try #require(try JSONValue(parsing: lines.all[0]).asObject)
        #expect(try event.string("time") == "2027-01-15T08:00:00.000Z")
        #expect(try event.string("level") == "error")
        #expect(try event.string("message") == "It \"broke\"")
        #expect(lines.all[0].contains(#""fields":{"error":"line\nbreak","level":"mine"}"#))
        #expect(!lines.all[1].contains("fields"))
    }

    @Test(
        "Nothing that stands in an event breaks its line or fakes another",
        arguments: LogFormat.allCases)
    func injection(format: LogFormat) throws {
        let evil =
            "x\n2027-01-15T08:00:00.000Z info Sold\r\u{1b}[2J\u{202e}\u{2028}\u{85}\0\t\"\\=y"
        let lines = Lines()
        let logger = lines.logger(format)
        logger.info("\(evil)", metadata: ["field": "\(evil)", "\(evil)": "v"])
        let line = try #require(lines.all.first)
        #expect(lines.all.count == 1)
        #expect(line.filter(\.isNewline).count == 1 && line.hasSuffix("\n"))
        for scalar in line.unicodeScalars.dropLast() {
            #expect(scalar.properties.generalCategory != .control, "\(scalar.value)")
        }
        if format == .text {
            for scalar in ["\u{202e}", "\u{2028}"] { #expect(!line.contains(scalar)) }
            #expect(line.contains(#"\"\\"#))
        } else {
            _ = try JSONValue(parsing: String(line.dropLast()))
        }
    }

    @Test("What is below the level is not said")
    func levels() {
        let lines = Lines()
        let logger = lines.logger(.text, level: .notice)
        logger.info("quiet")
        logger.notice("loud")
        #expect(lines.all.count == 1)
    }
}
