import AuctionRules
import Webhooks

extension ServeSetting {
    /// Who is told by HTTP what happens to lots, and how.
    static let webhooks: [ServeSetting] = [
        .list(
            "webhook", \.webhooks, "name=url",
            "Who is told by HTTP what happens to lots, like office=https://office.example/gavel; "
                + "repeatable. A comma in a URL is written %2C.",
            read: { text throws(ValueFault) in
                do throws(WebhookFault) { return try WebhookEndpoint(text) } catch {
                    // The URL may hold a key: only the name is said, where there is one.
                    let name = text.split(separator: "=").first.flatMap {
                        try? BidderID(String($0))
                    }
                    throw ValueFault("\(name.map { "webhook \($0)" } ?? "it") \(error)")
                }
            },
            // Without path and query, which may hold a key.
            show: { "\($0.name)=\($0.url)" }),
        .list(
            "webhook-events", \.webhookInterests, "name=type",
            "What a receiver is told of, like office=lot.closed; repeatable. One that is not named "
                + "here is told of everything.",
            read: { text throws(ValueFault) in
                do throws(WebhookFault) { return try WebhookInterest(text) } catch {
                    throw ValueFault("\"\(text)\" \(error)")
                }
            },
            show: \.text),
        .optional(
            "webhook-secrets", \.webhookSecrets, "file",
            "The secrets that webhooks are signed with, a line NAME whsec_… each, mode 0600; read "
                + "again at SIGHUP."),
        .list(
            "webhook-retries", \.webhookRetries, "duration",
            "How long to wait after each failed attempt; after one more an event is a dead letter.",
            read: { text throws(ValueFault) in try DurationText.parsePositive(text) },
            show: { DurationText.format($0) }),
        .networks(
            "webhook-networks", \.webhookNetworks,
            "Beside the internet, where the names of receivers may lead, like 10.0.0.0/8; "
                + "repeatable. An address in a URL needs no permission."),
        .optional(
            "webhook-ca-file", \.webhookAuthorities, "file",
            "The authorities that vouch for receivers, in PEM, instead of those that this machine "
                + "trusts."),
    ]
}
