import AuctionRules
import WireProtocol

/// Who is told by HTTP, and what could not be told yet.
extension AnswerPrinter {
    func print(_ rows: [WebhookRow]) {
        guard !rows.isEmpty else { return Console.complain("There are no webhooks.") }
        var table = Table([
            .init(heading: "WEBHOOK"), .init(heading: "RECEIVER", isFlexible: true),
            .init(heading: "CURSOR", alignment: .right),
            .init(heading: "UNREAD", alignment: .right),
            .init(heading: "WAITING", alignment: .right), .init(heading: "DEAD", alignment: .right),
            .init(heading: "LAST DELIVERY"), .init(heading: "LAST FAULT"),
        ])
        for row in rows {
            table.add([
                .init(row.endpoint, .strong), .init(row.origin ?? "not served"),
                .init("\(row.cursor)"), .init("\(row.unread)"),
                .init("\(row.waiting)", row.waiting > 0 ? .attention : .plain),
                .init("\(row.deadLetters)", row.deadLetters > 0 ? .bad : .plain),
                .init(row.lastDelivery.map { console.time($0, now: now) } ?? "–"),
                .init(row.fault ?? "–"),
            ])
        }
        console.print(table)
    }

    func print(_ rows: [WebhookDeliveryRow]) {
        guard !rows.isEmpty else { return Console.complain("Nothing is owed.") }
        var table = Table([
            .init(heading: "WEBHOOK"), .init(heading: "EVENT"), .init(heading: "TYPE"),
            .init(heading: "LOT"), .init(heading: "SEQ", alignment: .right),
            .init(heading: "STATE"), .init(heading: "ATTEMPTS", alignment: .right),
            .init(heading: "NEXT"), .init(heading: "LAST FAULT", isFlexible: true),
        ])
        for row in rows {
            table.add([
                .init(row.endpoint), .init(row.event, .strong), .init(row.type),
                .init(row.auction.text), .init(row.seq.map { "\($0)" } ?? "–"),
                .init(row.isDead ? "dead" : "waiting", row.isDead ? .bad : .attention),
                .init("\(row.attempts)"),
                .init(row.nextAt.map { console.time($0, now: now) } ?? "–"),
                .init(row.fault ?? "–"),
            ])
        }
        console.print(table)
    }

    func print(_ test: WebhookTest) {
        guard test.fault == nil else { return }
        console.print("\(test.endpoint) has taken \(test.event)")
    }
}
