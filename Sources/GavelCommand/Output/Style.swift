/// The few ways in which a word stands out on a terminal.
enum Style: Hashable, Sendable {
    case plain
    case strong
    case faint
    case good
    case attention
    case bad

    /// The text in this style, for a terminal that shows colours.
    func apply(to text: String) -> String {
        guard let code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private var code: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .attention: "33"
        case .bad: "31"
        }
    }

    /// The style of a lot's status or outcome.
    init(status: String) {
        self =
            switch status {
            case "open", "on_block", "sold", "met": .good
            case "paused", "fair_warning", "unmet", "reserve_not_met": .attention
            case "cancelled", "withdrawn", "suspended": .bad
            case "closed", "scheduled", "no_bids", "passed", "none": .faint
            default: .plain
            }
    }
}
