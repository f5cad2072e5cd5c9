/// Who may read the metrics.
///
/// They hold no secret of a single lot, but they count: whoever sees how many bids came in just now
/// learns how many sealed bids a lot has, which the rules keep to themselves.
public enum MetricsAccess: String, Sendable, Hashable, CaseIterable {
    /// Whoever asks on this machine: over the Unix socket, or over TCP from a loopback address
    /// without a proxy's headers.
    case local
    /// Everybody who reaches the server.
    case `public`
    case off
}
