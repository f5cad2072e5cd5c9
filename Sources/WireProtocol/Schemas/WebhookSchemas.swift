import AuctionRules
import StrictJSON

/// What administrators ask of webhooks, and what they are told.
extension AdminCommand {
    private static let endpoint = Schema.field(
        "endpoint", .text(lengthMax: 64), "The receiver's name.")
    private static let event = Schema.field(
        "event", .text(lengthMax: 64), "The event's id; without it all of them."
    ).optional

    static let webhookDescriptions: [CommandDescription] = [
        describe(.listWebhooks, "Lists the receivers of webhooks.", [], answer: "WebhookRows"),
        describe(
            .listWebhookDeliveries, "Lists the events that receivers are owed.",
            [
                endpoint.optional,
                Schema.field("dead", .boolean, "Dead letters only, or none.").optional,
            ], answer: "WebhookDeliveryRows", refusals: [404, 409, 422]),
        describe(
            .retryWebhook, "Has events tried again at once, dead letters too.", [endpoint, event],
            answer: "WebhookDeliveriesChanged", refusals: [404, 409, 422],
            example: #"{"endpoint":"office"}"#),
        describe(
            .discardWebhook, "Forgets dead letters.", [endpoint, event],
            answer: "WebhookDeliveriesChanged", refusals: [404, 409, 422],
            example: #"{"endpoint":"office"}"#),
        describe(
            .testWebhook, "Sends an event that says nothing.", [endpoint], answer: "WebhookTest",
            refusals: [404, 409, 422], example: #"{"endpoint":"office"}"#),
    ]
}

extension AdminAnswer {
    static let webhookSchemas: [NamedSchema] = [
        NamedSchema("WebhookRows", list("webhooks", "WebhookRow")),
        NamedSchema(
            "WebhookRow",
            .object(
                "A receiver of webhooks, and how far it has been told.",
                [
                    .field("endpoint", .text()), .field("origin", Schema.text().nullable),
                    .field("cursor", .count, "The entry of the log up to which it is told."),
                    .field("unread", .count), .field("waiting", .count),
                    .field("dead_letters", .count),
                    .field("lag_ms", .count, "How old the oldest event is that waits."),
                    .field(
                        "counts",
                        .array(
                            of: .object("", [.field("result", .text()), .field("count", .count)])),
                        "Since the server started."),
                    .field("last_delivery", Schema.instant.nullable),
                    .field("failed_at", Schema.instant.nullable),
                    .field("fault", Schema.text().nullable),
                ])),
        NamedSchema("WebhookDeliveryRows", list("deliveries", "WebhookDeliveryRow")),
        NamedSchema(
            "WebhookDeliveryRow",
            .object(
                "An event that a receiver is owed.",
                [
                    .field("endpoint", .text()), .field("event", .text(), "The event's id."),
                    .field("event_type", .text()), .field("auction", .identifier),
                    .field("seq", Schema.seq.nullable), .field("at", .instant),
                    .field("state", .words(["waiting", "dead"])), .field("attempts", .count),
                    .field("next_at", Schema.instant.nullable),
                    .field("failed_at", Schema.instant.nullable),
                    .field("fault", Schema.text().nullable),
                ])),
        NamedSchema(
            "WebhookDeliveriesChanged", .object("", [.field("deliveries", .count, "How many.")])),
        NamedSchema(
            "WebhookTest",
            .object(
                "",
                [
                    .field("endpoint", .text()), .field("event", .text()),
                    .field("delivered", .boolean), .field("fault", Schema.text().nullable),
                ])),
    ]
}
