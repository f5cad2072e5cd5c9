/// What can be said of a lot that is to be created. The raw value is the name in catalogue files, in
/// SQL and in JSON; with dashes it is the option's name on the command line.
enum LotField: String, Hashable, Sendable, CaseIterable {
    case id
    case title
    case start
    case closes
    case sale
    case currency
    case format
    case increments
    case reserve
    case buyNow = "buy_now"
    case buyNowAvailability = "buy_now_availability"
    case opens
    case softClose = "soft_close"
    case softCloseWindow = "soft_close_window"
    case softCloseExtend = "soft_close_extend"
    case softCloseMode = "soft_close_mode"
    case softCloseStages = "soft_close_stages"
    case softCloseTrigger = "soft_close_trigger"
    case softCloseGroup = "soft_close_group"
    case maxExtensions = "max_extensions"
    case hardEnd = "hard_end"
    case minResume = "min_resume"
    case seller
    case relatedParties = "related_parties"
    case confirmAbove = "confirm_above"
    case ladderOnly = "ladder_only"
    case completeIncrementOnRaise = "complete_increment_on_raise"
    case retraction
    case showSealedBidCount = "show_sealed_bid_count"
    case tie
    case plusOne = "plus_one"

    /// The name on the command line.
    var option: String {
        switch self {
        case .title: "TITLE"
        case .softCloseStages: "--soft-close-stage"
        case .relatedParties: "--related-party"
        default: "--" + rawValue.replacing("_", with: "-")
        }
    }

    /// The field that a catalogue file calls so; dashes are as good as underscores.
    init?(heading: String) {
        self.init(rawValue: heading.lowercased().replacing("-", with: "_"))
    }

    /// Every name, for help texts and messages.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// What is wrong with one field of a lot.
struct LotFault: Hashable, Sendable {
    let field: LotField
    let message: String
}
