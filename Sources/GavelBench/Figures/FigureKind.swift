/// What a figure is of.
public struct FigureKind: Hashable, Sendable {
    /// Its name in JSON, with the unit at its end.
    public let key: String
    /// What it is called in a table for people.
    public let label: String
    public let unit: String
    /// How many digits after the point are worth showing.
    public let digits: Int

    init(_ key: String, _ label: String, _ unit: String, digits: Int = 2) {
        self.key = key
        self.label = label
        self.unit = unit
        self.digits = digits
    }

    /// The four figures of one kind of waiting.
    struct Latency {
        let p50: FigureKind
        let p99: FigureKind
        let p999: FigureKind
        let most: FigureKind

        init(_ key: String, _ label: String) {
            p50 = FigureKind("\(key)_p50_ms", "\(label), p50", "ms", digits: 3)
            p99 = FigureKind("\(key)_p99_ms", "\(label), p99", "ms", digits: 3)
            p999 = FigureKind("\(key)_p99_9_ms", "\(label), p99.9", "ms", digits: 3)
            most = FigureKind("\(key)_max_ms", "\(label), longest", "ms", digits: 3)
        }
    }
}

/// One measured number.
public struct Figure: Hashable, Sendable {
    public let kind: FigureKind
    public let value: Double

    init(_ kind: FigureKind, _ value: Double) {
        self.kind = kind
        self.value = value.isFinite ? value : 0
    }
}

extension FigureKind {
    static let deliveries = FigureKind(
        "deliveries_per_second", "messages delivered", "/s", digits: 0)
    static let deliveryCPU = FigureKind(
        "server_cpu_per_delivery_us", "server CPU a delivery", "µs")
    static let deliveryBytes = FigureKind(
        "message_bytes", "length of an update", "bytes", digits: 0)
    static let accepted = FigureKind(
        "accepted_bids_per_second", "durable accepted bids", "/s", digits: 0)
    static let answered = FigureKind("answers_per_second", "bids answered", "/s", digits: 0)
    static let acceptedShare = FigureKind("accepted_percent", "accepted", "%", digits: 1)
    static let bidCPU = FigureKind("server_cpu_per_bid_us", "server CPU a bid answered", "µs")
    static let connections = FigureKind(
        "connections_per_second", "connections", "/s", digits: 0)
    static let connectionCPU = FigureKind(
        "server_cpu_per_connection_us", "server CPU a connection", "µs")
    static let connectionMemory = FigureKind(
        "server_memory_per_connection_kib", "server memory a connection", "KiB")
    static let serverCPU = FigureKind(
        "server_cpu_percent", "server CPU, of one core", "%", digits: 1)
    static let loadCPU = FigureKind("load_cpu_percent", "the load's own CPU", "%", digits: 1)
    static let memory = FigureKind(
        "server_memory_mib", "server memory at the end", "MiB", digits: 1)
    static let firstMemory = FigureKind(
        "server_memory_first_mib", "server memory after the warm-up", "MiB", digits: 1)
    static let memoryGrowth = FigureKind(
        "server_memory_growth_mib_per_hour", "server memory grows by", "MiB/h", digits: 1)
    static let files = FigureKind("server_files", "files open at the end", "", digits: 0)
    static let closes = FigureKind("lots_closed", "lots closed", "", digits: 0)
}

extension FigureKind.Latency {
    static let answer = Self("answer", "bid to answer")
    static let delivery = Self("delivery", "bid to a watcher")
    static let lastDelivery = Self("last_delivery", "bid to the last watcher")
    static let snapshot = Self("connected", "connect to snapshot")
    static let close = Self("close", "end to its message")
    static let serverClose = Self("close_decided", "end to the server's decision")
}
