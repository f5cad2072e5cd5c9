import AuctionRules
import BidService
import Foundation
import Logging
import StrictJSON

/// How the server's log is written.
enum LogFormat: String, Hashable, Sendable, CaseIterable {
    /// `2026-12-01T20:00:00.000Z info Listening  address=127.0.0.1:8080`
    case text
    /// One object a line.
    case json
}

/// The server's log: one line an event, each written at once and whole.
///
/// A line can't be broken or faked by what stands in it: control characters are escaped. It holds no
/// token, no ticket, no amount and no header's text; whoever logs sees to that, and a test looks.
struct EventLog: LogHandler {
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?

    private let format: LogFormat
    private let clock: any ServiceClock
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes one line with its end.
    init(
        format: LogFormat, clock: any ServiceClock = SystemClock(),
        write: @escaping @Sendable ([UInt8]) -> Void = { Console.writeToStandardError($0) }
    ) {
        self.format = format
        self.clock = clock
        self.write = write
    }

    static func logger(
        format: LogFormat, level: Logger.Level, clock: any ServiceClock = SystemClock()
    ) -> Logger {
        var logger = Logger(label: "gavel") { _ in EventLog(format: format, clock: clock) }
        logger.logLevel = level
        return logger
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        let time = TimeText.formatMilliseconds(clock.now())
        let pairs = all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        switch format {
        case .text: write(Array(text(time, event, pairs).utf8))
        case .json: write(json(time, event, pairs))
        }
    }

    private func text(
        _ time: String, _ event: LogEvent, _ pairs: [(key: String, value: String)]
    ) -> String {
        var line = "\(time) \(event.level.rawValue) \(Self.escaped(event.message.description))"
        for pair in pairs {
            line += "  \(Self.escaped(pair.key))=\(Self.quoted(pair.value))"
        }
        return line + "\n"
    }

    private func json(
        _ time: String, _ event: LogEvent, _ pairs: [(key: String, value: String)]
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("time", time)
            writer.field("level", event.level.rawValue)
            writer.field("message", event.message.description)
            // In a place of their own: none can stand for one of ours.
            guard !pairs.isEmpty else { return }
            writer.object("fields") { writer in
                for pair in pairs {
                    writer.key(dynamic: pair.key)
                    writer.value(pair.value)
                }
            }
        }
        return Self.plain(writer.bytes) + [UInt8(ascii: "\n")]
    }

    /// JSON lets characters stand that a terminal or an editor obeys; they are escaped, too.
    private static func plain(_ json: [UInt8]) -> [UInt8] {
        let text = String(decoding: json, as: UTF8.self)
        guard text.unicodeScalars.contains(where: isUnsafe) else { return json }
        var plain = ""
        for scalar in text.unicodeScalars {
            guard isUnsafe(scalar) else {
                plain.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                plain += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            }
        }
        return Array(plain.utf8)
    }

    /// With quotes where a reader could not see the value's end.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                !isUnsafe($0) && $0 != " " && $0 != "\"" && $0 != "="
            }
        return isPlain
            ? text
            : "\"" + escaped(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
                + "\""
    }

    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case let scalar where isUnsafe(scalar):
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// What moves a terminal's cursor, ends a line, or turns the direction of what follows.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
