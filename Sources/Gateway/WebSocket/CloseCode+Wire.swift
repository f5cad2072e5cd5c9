import WireProtocol

extension CloseCode {
    /// Whether the code may stand in a close frame, sent or received: the codes that IANA has
    /// registered for it, and the ranges for libraries (3000…) and applications (4000…).
    /// 1004, 1005, 1006 and 1015 are reserved for what never goes over the wire.
    var isValidOnWire: Bool {
        switch rawValue {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
