import Foundation

/// The whole terminal, redrawn in place: what a line was is written over only where it has changed,
/// and a frame is shown at once by terminals that can, so that nothing flickers.
struct LiveScreen {
    struct Size: Hashable {
        var columns: Int
        var rows: Int
    }

    private var shown: [String] = []
    private var size: Size?

    /// Another screen than the one with the shell's lines, no cursor, no wrapping.
    static let opening = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J"
    /// All of it back, and the shell's lines as they were.
    static let closing = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// What to write so that the terminal shows these lines; empty when it does.
    ///
    /// - Parameter lines: no longer and no more than the terminal; styles are the only escape codes
    ///   in them.
    mutating func frame(_ lines: [String], _ size: Size) -> String {
        var text = ""
        if self.size != size {
            // What a terminal makes of its lines when it changes its size, nobody knows.
            text += "\u{1B}[2J"
            shown = []
            self.size = size
        }
        for row in 0..<max(lines.count, shown.count) {
            let old = row < shown.count ? shown[row] : ""
            let new = row < lines.count ? lines[row] : ""
            guard old != new else { continue }
            text += "\u{1B}[\(row + 1);1H\(new)\u{1B}[K"
        }
        shown = lines
        return text.isEmpty ? "" : "\u{1B}[?2026h\(text)\u{1B}[?2026l"
    }
}

extension LiveScreen.Size {
    /// The terminal's, now.
    static func now(of console: Console) -> LiveScreen.Size {
        var size = winsize()
        if ioctl(console.descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        {
            return .init(columns: Int(size.ws_col), rows: Int(size.ws_row))
        }
        return .init(columns: console.width ?? 80, rows: 24)
    }
}
