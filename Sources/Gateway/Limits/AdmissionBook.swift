/// Who is connected, and who has come lately: decides who else may come. Pure.
struct AdmissionBook: Sendable {
    enum Verdict: Hashable, Sendable {
        /// - key: to be given back with ``leave(_:)`` when the connection ends; nil: not counted.
        case enter(AddressKey?)
        /// - wait: nanoseconds after which it may be worth another try.
        /// - isTold: whether there is time to say so; in a flood there is not.
        case refuse(ReachedLimit, wait: Int64, isTold: Bool)
    }

    private let perAddressMax: Int
    private let exempt: [Network]
    private var open: [AddressKey: Int] = [:]
    private var newOfAddress: KeyedBuckets<AddressKey>
    private var newOfNode: TokenBucket
    private var told: TokenBucket

    /// - Parameter exempt: whose connections count only for all together.
    init(limits: GatewayLimits, exempt: [Network]) {
        perAddressMax = limits.connectionsPerAddressMax
        self.exempt = exempt
        newOfAddress = KeyedBuckets(limits.newConnectionsOfAddress)
        newOfNode = TokenBucket(limits.newConnectionsOfNode)
        told = TokenBucket(limits.toldRefusals)
    }

    /// How many addresses something is kept of.
    var count: Int { max(open.count, newOfAddress.count) }

    /// A connection comes.
    ///
    /// - Parameters:
    ///   - address: nil for one that is not to be counted by its address: a proxy's, whose clients
    ///     are counted when they are known.
    ///   - countsForNode: whether it is new to this process, rather than known by an address only
    ///     now.
    mutating func enter(
        _ address: IPAddress?, countsForNode: Bool = true, at now: Int64
    ) -> Verdict {
        let key = address.flatMap { exempt.contains($0) ? nil : AddressKey($0) }
        if let key {
            if open[key, default: 0] >= perAddressMax {
                return refuse(.connectionsOfAddress, wait: Self.fullWait, at: now)
            }
            if let wait = newOfAddress.wait(for: key, at: now) {
                return refuse(.newConnectionsOfAddress, wait: wait, at: now)
            }
        }
        // Last: who is turned away for the address takes nothing from everybody else.
        if countsForNode, let wait = newOfNode.spend(at: now) {
            return refuse(.newConnectionsOfNode, wait: wait, at: now)
        }
        if let key {
            newOfAddress.spend(for: key, at: now)
            open[key, default: 0] += 1
        }
        return .enter(key)
    }

    /// A counted connection has ended.
    mutating func leave(_ key: AddressKey) {
        guard let count = open[key] else { return }
        open[key] = count > 1 ? count - 1 : nil
    }

    /// Until one of its other connections may have ended: nobody knows.
    private static var fullWait: Int64 { 5_000_000_000 }

    private mutating func refuse(_ limit: ReachedLimit, wait: Int64, at now: Int64) -> Verdict {
        .refuse(limit, wait: wait, isTold: told.spend(at: now) == nil)
    }
}
