import BidService
import Gateway
import Webhooks

extension ServeSetting {
    /// Every bound of `GatewayLimits`, and of `ServiceLimits` those that an operator may want to
    /// move. The reasons for the defaults are there. A name is the property's, with dashes, and ends
    /// with its unit.
    static let limits: [ServeSetting] = [
        // The gateway's.
        .limit("message-bytes-max", \.limits.messageBytesMax, 1024...16_777_216),
        .limit("fragments-max", \.limits.fragmentsMax, 1...1024),
        .limit("message-seconds-max", \.limits.messageSecondsMax, 1...3600),
        .limit("pings-per-second", \.limits.pingsPerSecond, 1...1000),
        .limit("ping-burst", \.limits.pingBurst, 1...1000),
        .limit("compression-bytes-min", \.limits.compressionBytesMin, 1...1_048_576),
        .limit("inflation-max", \.limits.inflationMax, 1...1032),
        .limit("head-bytes-max", \.limits.headBytesMax, 1024...1_048_576),
        .limit("head-fields-max", \.limits.headFieldsMax, 8...1000),
        .limit("target-bytes-max", \.limits.targetBytesMax, 256...65_536),
        .limit("request-head-seconds-max", \.limits.requestHeadSecondsMax, 1...3600),
        .limit("request-seconds-max", \.limits.requestSecondsMax, 1...3600),
        .limit("linger-seconds-max", \.limits.lingerSecondsMax, 0...60),
        .limit("first-message-seconds-max", \.limits.firstMessageSecondsMax, 1...86_400),
        .limit("messages-per-second", \.limits.messagesPerSecond, 1...1_000_000),
        .limit("message-burst", \.limits.messageBurst, 1...1_000_000),
        .limit("refusals-per-second", \.limits.refusalsPerSecond, 1...1_000_000),
        .limit("refusal-burst", \.limits.refusalBurst, 1...1_000_000),
        .limit("bids-per-second", \.limits.bidsPerSecond, 1...1_000_000),
        .limit("bid-burst", \.limits.bidBurst, 1...1_000_000),
        .limit("bids-on-lot-per-second", \.limits.bidsOnLotPerSecond, 1...1_000_000),
        .limit("bid-on-lot-burst", \.limits.bidOnLotBurst, 1...1_000_000),
        .limit("connections-per-address-max", \.limits.connectionsPerAddressMax, 1...1_000_000),
        .limit(
            "new-connections-per-address-per-second",
            \.limits.newConnectionsPerAddressPerSecond, 1...1_000_000),
        .limit(
            "new-connections-per-address-burst",
            \.limits.newConnectionsPerAddressBurst, 1...1_000_000),
        .limit("new-connections-per-second", \.limits.newConnectionsPerSecond, 1...1_000_000),
        .limit("new-connections-burst", \.limits.newConnectionsBurst, 1...1_000_000),
        .limit("told-refusals-per-second", \.limits.toldRefusalsPerSecond, 1...1_000_000),
        .limit("connections-per-bidder-max", \.limits.connectionsPerBidderMax, 1...1_000_000),
        .limit(
            "outbound-total-bytes-max", \.limits.outboundTotalBytesMax, 65_536...1_099_511_627_776),
        .limit("watches-max", \.limits.watchesMax, 1...10_000),
        .limit("tls-seconds-max", \.limits.tlsSecondsMax, 1...600),
        .limit("body-bytes-max", \.limits.bodyBytesMax, 1024...16_777_216),
        .limit("admin-body-bytes-max", \.limits.adminBodyBytesMax, 65_536...1_073_741_824),
        .limit("outbound-soft-high", \.limits.outboundSoftHigh, 4096...1_073_741_824),
        .limit("outbound-soft-low", \.limits.outboundSoftLow, 1024...1_073_741_824),
        .limit("outbound-bytes-max", \.limits.outboundBytesMax, 4096...1_073_741_824),
        .limit("stall-seconds-max", \.limits.stallSecondsMax, 1...3600),
        .limit("heartbeat-seconds", \.limits.heartbeatSeconds, 1...3600),
        .limit("ping-after-seconds", \.limits.pingAfterSeconds, 1...3600),
        .limit("pong-seconds-max", \.limits.pongSecondsMax, 1...3600),
        .limit("answer-seconds-max", \.limits.answerSecondsMax, 1...60),
        .limit("close-seconds-max", \.limits.closeSecondsMax, 1...60),
        .limit(
            "failed-authentications-max", \.limits.failedAuthenticationsMax, 1...1000),
        .limit("ticket-milliseconds", \.limits.ticketMilliseconds, 1000...600_000),
        .limit("poll-seconds-max", \.limits.pollSecondsMax, 1...3600),
        .limit("page-max", \.limits.pageMax, 1...10_000),
        .limit("drain-notice-milliseconds", \.limits.drainNoticeMilliseconds, 0...600_000),
        .limit("drain-jitter-milliseconds", \.limits.drainJitterMilliseconds, 0...600_000),
        // The bid service's.
        .limit("queued-commands-max", \.serviceLimits.queuedCommandsMax, 1...1_000_000),
        .limit("batch-entries-max", \.serviceLimits.batchEntriesMax, 1...10_000),
        .limit("recent-changes-max", \.serviceLimits.recentChangesMax, 0...100_000),
        // The webhooks'.
        .limit("webhook-seconds-max", \.webhookLimits.timeoutSeconds, 1...120),
        .limit("webhook-connections-max", \.webhookLimits.connectionsMax, 1...100),
        .limit("webhook-backlog-max", \.webhookLimits.backlogMax, 1...100_000),
        .limit("webhook-answer-bytes-max", \.webhookLimits.answerBytesMax, 1024...16_777_216),
    ]

    /// Pairs of which the first may not be more than the second.
    static let limitsInOrder = [
        ("outbound-soft-low", "outbound-soft-high"), ("outbound-soft-high", "outbound-bytes-max"),
        ("outbound-bytes-max", "outbound-total-bytes-max"),
        ("target-bytes-max", "head-bytes-max"),
        ("body-bytes-max", "admin-body-bytes-max"),
    ]

    /// - Parameter range: what may be given; beyond it the server would not work, or no longer be
    ///   bounded.
    private static func limit<Number: FixedWidthInteger & Sendable>(
        _ name: String, _ path: ServePath<Number>, _ range: ClosedRange<Int64>
    ) -> ServeSetting {
        var setting = value(
            name, path, "n", "From \(range.lowerBound) to \(range.upperBound).",
            read: { text throws(ValueFault) in
                Number(clamping: try ValueText.number(text, in: range))
            },
            show: { "\($0)" })
        setting.isLimit = true
        return setting
    }
}
