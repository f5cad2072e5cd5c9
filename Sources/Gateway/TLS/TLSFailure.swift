import NIOCore
import NIOSSL

/// Why a connection never came to speak TLS, as far as that can be told from its remains. Counted.
enum TLSFailure: String, MetricLabel {
    /// Not done within ``GatewayLimits/tlsSecondsMax``.
    case timedOut = "timed_out"
    /// The peer went away in the middle, as port scanners and health checks do.
    case hungUp = "hung_up"
    /// What came is no TLS; often plain HTTP.
    case notTLS = "not_tls"
    /// No version or cipher in common: TLS 1.1 or older.
    case nothingInCommon = "nothing_in_common"
    /// The peer does not trust the certificate, or refused otherwise.
    case refusedByPeer = "refused_by_peer"
    case other

    init(_ error: any Error) {
        guard case NIOSSLError.handshakeFailed(let cause) = error else {
            self = error is IOError || error is ChannelError ? .hungUp : .other
            return
        }
        // The library names its reasons only in words.
        let words = "\(cause)"
        self =
            Self.words.first { words.contains($0.word) }?.failure
            ?? (words.contains("ALERT_") ? .refusedByPeer : .other)
    }

    private static let words: [(word: String, failure: TLSFailure)] = [
        ("EOF during", .hungUp), ("HTTP_REQUEST", .notTLS), ("HTTPS_PROXY_REQUEST", .notTLS),
        ("WRONG_VERSION_NUMBER", .notTLS), ("INVALID_OUTER_RECORD_TYPE", .notTLS),
        ("UNSUPPORTED_PROTOCOL", .nothingInCommon), ("NO_SHARED_CIPHER", .nothingInCommon),
        ("NO_SHARED_GROUP", .nothingInCommon), ("UNKNOWN_PROTOCOL", .notTLS),
        ("BAD_PROTOCOL_VERSION", .nothingInCommon),
        ("NO_COMMON_SIGNATURE_ALGORITHMS", .nothingInCommon),
    ]
}
