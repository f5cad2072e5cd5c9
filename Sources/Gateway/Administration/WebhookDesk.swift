import AuctionRules
public import WireProtocol

/// Who looks after webhooks. The gateway sends none; whoever starts it says who does.
public protocol WebhookDesk: Sendable {
    /// Every receiver, by name.
    func webhooks() async throws(ArchiveError) -> [WebhookRow]
    /// What a receiver, or every one, is owed: oldest first, and no more than a thousand.
    ///
    /// - Parameter isDead: dead letters only, or only what waits; nil: both.
    func deliveries(
        to endpoint: String?, isDead: Bool?
    ) async throws(ArchiveError) -> [WebhookDeliveryRow]
    /// Has one event tried again, or all that wait and the dead letters.
    ///
    /// - Returns: how many, once that is on disk; nil: there is no such receiver.
    func retry(_ endpoint: String, event: String?) async throws(ArchiveError) -> Int?
    /// Forgets one dead letter, or all.
    ///
    /// - Returns: how many, once that is on disk; nil: there is no such receiver.
    func discard(_ endpoint: String, event: String?) async throws(ArchiveError) -> Int?
    /// Sends an event that says nothing. Nil: there is no such receiver.
    func test(_ endpoint: String) async throws(ArchiveError) -> WebhookTest?
}

/// Where there are none.
public struct NoWebhooks: WebhookDesk {
    public init() {}

    public func webhooks() -> [WebhookRow] { [] }
    public func deliveries(to endpoint: String?, isDead: Bool?) -> [WebhookDeliveryRow] { [] }
    public func retry(_ endpoint: String, event: String?) -> Int? { nil }
    public func discard(_ endpoint: String, event: String?) -> Int? { nil }
    public func test(_ endpoint: String) -> WebhookTest? { nil }
}

extension Administration {
    func lookAfterWebhooks(_ command: AdminCommand) async throws(AdminFault) -> AdminAnswer {
        do {
            switch command {
            case .listWebhooks: return .webhooks(try await webhooks.webhooks())
            case .listWebhookDeliveries(let endpoint, let isDead):
                return .webhookDeliveries(
                    try await webhooks.deliveries(to: endpoint, isDead: isDead))
            case .retryWebhook(let endpoint, let event):
                return .webhookDeliveriesChanged(
                    try await webhooks.retry(endpoint, event: event)
                        .known(endpoint, in: event))
            case .discardWebhook(let endpoint, let event):
                return .webhookDeliveriesChanged(
                    try await webhooks.discard(endpoint, event: event)
                        .known(endpoint, in: event))
            case .testWebhook(let endpoint):
                guard let test = try await webhooks.test(endpoint) else {
                    throw AdminFault.unknownWebhook(endpoint)
                }
                return .webhookTested(test)
            default: preconditionFailure("\(command.name) is no command about webhooks")
            }
        } catch let fault as AdminFault {
            throw fault
        } catch {
            throw AdminFault(Objection(.unavailable, "\(error)"))
        }
    }
}

extension Int? {
    /// - Parameter event: if one was named, it has to be there.
    fileprivate func known(_ endpoint: String, in event: String?) throws(AdminFault) -> Int {
        guard let self else { throw .unknownWebhook(endpoint) }
        guard self == 0, let event else { return self }
        throw AdminFault(
            .unknownWebhook,
            "\(endpoint) is not owed any \(event): \"gavel webhook show \(endpoint)\" lists what is."
        )
    }
}

extension AdminFault {
    fileprivate static func unknownWebhook(_ endpoint: String) -> AdminFault {
        AdminFault(
            .unknownWebhook,
            "There is no webhook \(endpoint): \"gavel webhook list\" has their names.")
    }
}
