public import AuctionRules
import StrictJSON

/// What an administrator's command is answered with, when it was done.
public enum AdminAnswer: Hashable, Sendable {
    /// create-auction
    case auctionCreated(AuctionID)
    /// import-auctions, in the order of the request
    case auctionsCreated([AuctionID])
    /// list-auctions
    case auctions([AuctionRow])
    /// show-auction
    case auction(AuctionDetail)
    /// explain-auction
    case explanation(Explanation)
    /// list-requests
    case requests([RequestRow])
    /// open-auction and its siblings: the lot afterwards
    case administered(AuctionRow)
    /// create-sale
    case saleCreated(SaleID)
    /// list-sales
    case sales([SaleRow])
    /// show-sale
    case sale(SaleDetail)
    /// sale-results
    case saleResults(SaleResults)
    /// add-bidder, suspend-bidder, reinstate-bidder: the bidder afterwards
    case bidder(BidderRow)
    /// list-bidders
    case bidders([BidderRow])
    /// register-bidder
    case registered(RegistrationRow)
    /// issue-token, issue-admin-token
    case token(IssuedToken)
    /// revoke-tokens, revoke-token: how many were revoked
    case revoked(Int)
    /// db-status
    case databaseStatus(DatabaseStatus)
    /// db-backup
    case databaseBackup(DatabaseBackup)
    /// db-backup-progress
    case databaseBackupProgress(DatabaseBackupProgress)
    /// db-schema
    case databaseSchema(DatabaseSchema)
    /// list-webhooks
    case webhooks([WebhookRow])
    /// list-webhook-deliveries
    case webhookDeliveries([WebhookDeliveryRow])
    /// retry-webhook, discard-webhook: how many events
    case webhookDeliveriesChanged(Int)
    /// test-webhook
    case webhookTested(WebhookTest)

    /// The body of the answer.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { encodeFields(into: &$0) }
        return writer.bytes
    }

    private func encodeFields(into writer: inout JSONWriter) {
        switch self {
        case .auctionCreated(let id): writer.field("auction", id)
        case .auctionsCreated(let ids): writer.field("auctions", ids.map(\.text))
        case .auctions(let rows): writer.rows("auctions", rows)
        case .auction(let detail): detail.encodeFields(into: &writer)
        case .explanation(let explanation): explanation.encodeFields(into: &writer)
        case .requests(let rows): writer.rows("requests", rows)
        case .administered(let row): row.encodeFields(into: &writer)
        case .saleCreated(let id): writer.field("sale", id)
        case .sales(let rows): writer.rows("sales", rows)
        case .sale(let detail): detail.encodeFields(into: &writer)
        case .saleResults(let results): results.encodeFields(into: &writer)
        case .bidder(let row): row.encodeFields(into: &writer)
        case .bidders(let rows): writer.rows("bidders", rows)
        case .registered(let row): row.encodeFields(into: &writer)
        case .token(let row): row.encodeFields(into: &writer)
        case .revoked(let count): writer.field("revoked", count)
        case .databaseStatus(let row): row.encodeFields(into: &writer)
        case .databaseBackup(let row): row.encodeFields(into: &writer)
        case .databaseBackupProgress(let row): row.encodeFields(into: &writer)
        case .databaseSchema(let row): row.encodeFields(into: &writer)
        case .webhooks(let rows): writer.rows("webhooks", rows)
        case .webhookDeliveries(let rows): writer.rows("deliveries", rows)
        case .webhookDeliveriesChanged(let count): writer.field("deliveries", count)
        case .webhookTested(let row): row.encodeFields(into: &writer)
        }
    }

    /// Reads the answer to a command: an answer, or the fault that it carries.
    public static func decode(
        _ body: some Collection<UInt8>, to command: AdminCommand.Name
    ) throws(WireMismatch) -> Result<AdminAnswer, AdminFault> {
        let value: JSONValue
        do { value = try JSONValue(parsing: body) } catch {
            throw WireMismatch(message: error.message)
        }
        guard let object = value.asObject else {
            throw WireMismatch(message: "an answer is one JSON object")
        }
        do throws(FieldFault) {
            if let fault = try AdminFault(answer: object) { return .failure(fault) }
            return .success(try AdminAnswer(command, object))
        } catch {
            throw WireMismatch(message: error.message)
        }
    }

    private init(_ command: AdminCommand.Name, _ object: JSONObject) throws(FieldFault) {
        self =
            switch command {
            case .createAuction: .auctionCreated(try object.identifier("auction"))
            case .importAuctions: .auctionsCreated(try object.auctionIDs("auctions"))
            case .listAuctions: .auctions(try object.list("auctions", AuctionRow.init))
            case .showAuction: .auction(try AuctionDetail(object))
            case .explainAuction: .explanation(try Explanation(object))
            case .listRequests: .requests(try object.list("requests", RequestRow.init))
            case .openAuction, .pauseAuction, .resumeAuction, .closeAuction, .cancelAuction,
                .extendAuction, .lowerReserve, .voidBid, .announce, .ask, .warn, .hammer, .pass,
                .reopen, .undo, .roomBid, .advanceClock:
                .administered(try AuctionRow(object))
            case .createSale: .saleCreated(try object.identifier("sale"))
            case .listSales: .sales(try object.list("sales", SaleRow.init))
            case .showSale: .sale(try SaleDetail(object))
            case .saleResults: .saleResults(try SaleResults(object))
            case .addBidder, .suspendBidder, .reinstateBidder: .bidder(try BidderRow(object))
            case .listBidders: .bidders(try object.list("bidders", BidderRow.init))
            case .registerBidder: .registered(try RegistrationRow(object))
            case .issueToken, .issueAdminToken: .token(try IssuedToken(object))
            case .revokeTokens, .revokeToken: .revoked(Int(try object.count("revoked")))
            case .databaseStatus: .databaseStatus(try DatabaseStatus(object))
            case .databaseBackup: .databaseBackup(try DatabaseBackup(object))
            case .databaseBackupProgress:
                .databaseBackupProgress(try DatabaseBackupProgress(object))
            case .databaseSchema: .databaseSchema(try DatabaseSchema(object))
            case .listWebhooks: .webhooks(try object.list("webhooks", WebhookRow.init))
            case .listWebhookDeliveries:
                .webhookDeliveries(try object.list("deliveries", WebhookDeliveryRow.init))
            case .retryWebhook, .discardWebhook:
                .webhookDeliveriesChanged(Int(try object.count("deliveries")))
            case .testWebhook: .webhookTested(try WebhookTest(object))
            }
    }
}

extension JSONObject {
    func auctionIDs(_ key: String) throws(FieldFault) -> [AuctionID] {
        var ids: [AuctionID] = []
        for element in try elements(key) {
            guard case .string(let text) = element, let id = try? AuctionID(text) else {
                throw FieldFault(key, "must hold lots' ids")
            }
            ids.append(id)
        }
        return ids
    }
}
