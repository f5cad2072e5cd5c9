import AuctionRules
import SwiftProtobuf

extension ProtoFeed: ProtoWord {
    var word: Feed? {
        switch self {
        case .latest: .latest
        case .full: .full
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    init(_ feed: Feed) {
        switch feed {
        case .latest: self = .latest
        case .full: self = .full
        }
    }
}

extension ProtoBidKind: ProtoWord {
    var word: BidKind? {
        switch self {
        case .max: .max
        case .exact: .exact
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    init(_ kind: BidKind) {
        switch kind {
        case .max: self = .max
        case .exact: self = .exact
        }
    }
}

extension ProtoReserve: ProtoWord {
    var word: ReserveState? {
        switch self {
        case .none: ReserveState.none
        case .unmet: .unmet
        case .met: .met
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    init(_ reserve: ReserveState) {
        switch reserve {
        case .none: self = .none
        case .unmet: self = .unmet
        case .met: self = .met
        }
    }
}
