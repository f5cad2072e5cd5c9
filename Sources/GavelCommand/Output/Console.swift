import AuctionRules
import Foundation

/// Standard output: where a command's result goes. Every line is written at once and whole, so that
/// who follows through a pipe sees it now.
struct Console: Sendable {
    /// Whether a person reads along.
    let isTerminal: Bool
    let hasColour: Bool
    /// The terminal's columns; nil elsewhere.
    let width: Int?
    let descriptor: Int32

    /// Looks at what standard output is. `NO_COLOR` and `TERM=dumb` switch colours off.
    static func standardOutput(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        return Console(
            isTerminal: isTerminal,
            hasColour: isTerminal && allowsColour(environment),
            width: isTerminal ? terminalWidth(environment) : nil, descriptor: STDOUT_FILENO)
    }

    static func allowsColour(_ environment: [String: String]) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    private static func terminalWidth(_ environment: [String: String]) -> Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            return Int(size.ws_col)
        }
        return environment["COLUMNS"].flatMap(Int.init) ?? 80
    }

    func print(_ line: String) { write(line + "\n") }

    func print(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        write(lines.joined(separator: "\n") + "\n")
    }

    func print(_ table: Table) { print(table.lines(width: width, hasColour: hasColour)) }

    /// One JSON object as a line of its own.
    func print(json: [UInt8]) { write(bytes: json + [UInt8(ascii: "\n")]) }

    /// A line that has its end.
    func print(line: [UInt8]) { write(bytes: line) }

    func styled(_ text: String, _ style: Style) -> String {
        hasColour ? style.apply(to: text) : text
    }

    private func write(_ text: String) { write(bytes: Array(text.utf8)) }

    private func write(bytes: [UInt8]) {
        Self.write(bytes, to: descriptor)
    }

    /// Says something on standard error.
    static func complain(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

    /// What could be done next, on standard error, for a person who reads along: programs get nothing
    /// that they did not ask for.
    func hint(_ text: String) {
        guard isTerminal, isatty(STDERR_FILENO) == 1 else { return }
        Self.complain(text)
    }

    /// Writes a line of the log, with its end.
    static func writeToStandardError(_ bytes: [UInt8]) { write(bytes, to: STDERR_FILENO) }

    /// Nobody reading any more is no error of ours: the command has then no reader left, and ends.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if written >= 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                guard descriptor == STDOUT_FILENO else { return }
                exit(errno == EPIPE ? 0 : CommandFailure.Status.internalError.rawValue)
            }
        }
    }
}

extension Console {
    /// A time for a column of a table: as above, and on a terminal of common width only how far it is
    /// from now.
    func shortTime(_ instant: Instant?, now: Instant) -> String {
        guard let instant, isTerminal, (width ?? 0) < 120 else { return time(instant, now: now) }
        return TimeText.relative(instant, to: now)
    }

    /// A time for people: RFC 3339, and on a terminal how far it is from now.
    func time(_ instant: Instant?, now: Instant) -> String {
        guard let instant else { return "–" }
        let text = TimeText.format(instant)
        return isTerminal ? "\(text) (\(TimeText.relative(instant, to: now)))" : text
    }
}
