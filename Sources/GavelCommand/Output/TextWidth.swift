/// How texts take their place on a terminal.
enum TextWidth {
    /// The columns that a text takes: none for what combines with its neighbour, two for the wide
    /// letters of East Asia and for pictures. An approximation that is right for what titles hold.
    static func columns(_ text: String) -> Int {
        text.reduce(0) { $0 + columns($1) }
    }

    /// The text, cut to `columns` with an ellipsis where it is longer.
    static func cut(_ text: String, to columns: Int) -> String {
        guard self.columns(text) > columns else { return text }
        var kept = ""
        var width = 1
        for character in text {
            width += self.columns(character)
            guard width <= columns else { break }
            kept.append(character)
        }
        return columns > 0 ? kept + "…" : ""
    }

    /// The text in lines of at most `columns`, broken at blanks where there are some. Never empty.
    static func wrapped(_ text: String, to columns: Int) -> [String] {
        guard self.columns(text) > columns else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let joined = line.isEmpty ? String(word) : line + " " + word
            if self.columns(joined) <= columns {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = ""
            var width = 0
            for character in word {
                let next = self.columns(character)
                if width + next > max(1, columns), !line.isEmpty {
                    lines.append(line)
                    (line, width) = ("", 0)
                }
                line.append(character)
                width += next
            }
        }
        return lines + [line]
    }

    /// Text from elsewhere, made harmless: no control character reaches the terminal.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(isHarmful(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }

    /// Controls move the cursor or worse; the directional overrides make a text read otherwise
    /// than it is.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2028...0x2029, 0x2066...0x2069: true
        default: false
        }
    }

    private static func columns(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        guard scalar.value >= 0x300 else { return 1 }
        if scalar.properties.generalCategory == .nonspacingMark { return 0 }
        switch scalar.value {
        case 0x200B...0x200F, 0xFE00...0xFE0F: return 0
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
