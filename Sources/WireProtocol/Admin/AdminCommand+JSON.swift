import AuctionRules
import StrictJSON

/// The body of each command. Unlike elsewhere, unknown keys are refused: a typing error must not be
/// taken for a default.
extension AdminCommand {
    /// The body to post.
    public func encodedBody() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { encodeFields(into: &$0) }
        return writer.bytes
    }

    private func encodeFields(into writer: inout JSONWriter) {
        switch self {
        case .createAuction(let auction): auction.encodeFields(into: &writer)
        case .importAuctions(let auctions):
            writer.array("auctions") { writer in
                for auction in auctions { writer.object { auction.encodeFields(into: &$0) } }
            }
        case .listAuctions(let status, let sale, let reveal):
            writer.fieldIfPresent("status", status?.rawValue)
            writer.fieldIfPresent("sale", sale?.text)
            writer.fieldIfTrue("reveal", reveal)
        case .showAuction(let id, let seq, let reveal):
            writer.field("auction", id)
            writer.fieldIfPresent("at_seq", seq)
            writer.fieldIfTrue("reveal", reveal)
        case .explainAuction(let id, let seq, let reveal):
            writer.field("auction", id)
            writer.field("seq", seq)
            writer.fieldIfTrue("reveal", reveal)
        case .listRequests(let id, let limit, let reveal):
            writer.field("auction", id)
            writer.field("limit", limit)
            writer.fieldIfTrue("reveal", reveal)
        case .administer(let id, let command):
            writer.field("auction", id)
            command.encodeFields(into: &writer)
        case .roomBid(let bid): bid.encodeFields(into: &writer)
        case .createSale(let sale):
            writer.fieldIfPresent("sale", sale.id?.text)
            writer.field("title", sale.title)
            writer.field("stagger_ms", sale.stagger)
            writer.field("requires_approval", sale.requiresApproval)
            writer.fieldIfPresent("soft_close_group", sale.softCloseGroup?.text)
        case .showSale(let id, let reveal), .saleResults(let id, let reveal):
            writer.field("sale", id)
            writer.fieldIfTrue("reveal", reveal)
        case .addBidder(let bidder):
            writer.field("bidder", bidder.id)
            writer.fieldIfPresent("name", bidder.name)
            bidder.bidLimit?.encode("limit", into: &writer)
        case .listBidders(let reveal): writer.fieldIfTrue("reveal", reveal)
        case .suspendBidder(let id, let reason):
            writer.field("bidder", id)
            writer.fieldIfPresent("reason", reason)
        case .reinstateBidder(let id), .revokeTokens(let id): writer.field("bidder", id)
        case .register(let registration):
            writer.field("sale", registration.sale)
            writer.field("bidder", registration.bidder)
            writer.field("approved", registration.isApproved)
            registration.exposureLimit?.encode("exposure_limit", into: &writer)
        case .issueToken(let id, let ttl):
            writer.field("bidder", id)
            writer.fieldIfPresent("ttl_ms", ttl)
        case .issueAdminToken(let name, let ttl):
            writer.field("name", name)
            writer.fieldIfPresent("ttl_ms", ttl)
        case .revokeToken(let hash): writer.field("hash", hash.hex)
        case .databaseBackup(let path), .databaseBackupProgress(let path):
            writer.field("path", path)
        case .listSales, .databaseStatus, .databaseSchema, .listWebhooks: break
        case .listWebhookDeliveries(let endpoint, let isDead):
            writer.fieldIfPresent("endpoint", endpoint)
            writer.fieldIfPresent("dead", isDead)
        case .retryWebhook(let endpoint, let event), .discardWebhook(let endpoint, let event):
            writer.field("endpoint", endpoint)
            writer.fieldIfPresent("event", event)
        case .testWebhook(let endpoint): writer.field("endpoint", endpoint)
        }
    }

    /// Reads a command that was posted.
    ///
    /// - Parameters:
    ///   - name: what follows ``pathPrefix``.
    ///   - body: a JSON object; an empty body is an empty object.
    public static func decode(
        name: String, body: some Collection<UInt8>
    ) throws(AdminFault) -> AdminCommand {
        guard let name = Name(rawValue: name) else {
            throw AdminFault(.unknownCommand, "There is no such command of administration.")
        }
        var object = JSONObject()
        if !body.isEmpty {
            let value: JSONValue
            do { value = try JSONValue(parsing: body) } catch {
                throw AdminFault(FieldFault(error.message))
            }
            guard let given = value.asObject else {
                throw AdminFault(FieldFault("the body is one JSON object"))
            }
            object = given
        }
        do throws(FieldFault) {
            try object.refuseUnknownKeys(name.fieldNames)
            return try AdminCommand(name, object)
        } catch {
            throw AdminFault(error)
        }
    }

    private init(_ name: Name, _ object: JSONObject) throws(FieldFault) {
        self =
            switch name {
            case .createAuction: .createAuction(try NewAuction(object))
            case .importAuctions:
                .importAuctions(
                    try object.list("auctions") { (auction) throws(FieldFault) in
                        try auction.refuseUnknownKeys(Name.createAuction.fieldNames)
                        return try NewAuction(auction)
                    })
            case .listAuctions:
                .listAuctions(
                    status: try object.optionalChoice("status"),
                    sale: try object.optionalIdentifier("sale"), reveal: try object.reveals())
            case .showAuction:
                .showAuction(
                    try object.identifier("auction"),
                    atSeq: try object.optionalNumber("at_seq", in: 0 ... .max),
                    reveal: try object.reveals())
            case .explainAuction:
                .explainAuction(
                    try object.identifier("auction"), seq: try object.count("seq"),
                    reveal: try object.reveals())
            case .listRequests:
                .listRequests(
                    try object.identifier("auction"),
                    limit: try object.optionalNumber("limit", in: 1...Self.listedRequestsMax) ?? 50,
                    reveal: try object.reveals())
            case .openAuction, .pauseAuction, .resumeAuction, .closeAuction, .cancelAuction,
                .extendAuction, .lowerReserve, .voidBid, .announce, .ask, .warn, .hammer, .pass,
                .reopen, .undo, .advanceClock:
                .administer(
                    try object.identifier("auction"), try AuctionCommand(name, object))
            case .roomBid: .roomBid(try RoomBid(object))
            case .createSale:
                .createSale(
                    NewSale(
                        id: try object.optionalIdentifier("sale"), title: try object.text("title"),
                        stagger: try object.optionalDuration("stagger_ms") ?? 0,
                        requiresApproval: try object.optionalFlag("requires_approval") ?? false,
                        softCloseGroup: try object.optionalIdentifier("soft_close_group")))
            case .listSales: .listSales
            case .showSale:
                .showSale(try object.identifier("sale"), reveal: try object.reveals())
            case .saleResults:
                .saleResults(try object.identifier("sale"), reveal: try object.reveals())
            case .addBidder:
                .addBidder(
                    Bidder(
                        id: try object.identifier("bidder"),
                        name: try object.optionalText("name"),
                        bidLimit: try Limit(field: "limit", in: object)))
            case .listBidders: .listBidders(reveal: try object.reveals())
            case .suspendBidder:
                .suspendBidder(
                    try object.identifier("bidder"), reason: try object.optionalText("reason"))
            case .reinstateBidder: .reinstateBidder(try object.identifier("bidder"))
            case .registerBidder:
                .register(
                    Registration(
                        sale: try object.identifier("sale"),
                        bidder: try object.identifier("bidder"),
                        isApproved: try object.optionalFlag("approved") ?? true,
                        exposureLimit: try Limit(field: "exposure_limit", in: object)))
            case .issueToken:
                .issueToken(
                    try object.identifier("bidder"), ttl: try object.optionalDuration("ttl_ms"))
            case .revokeTokens: .revokeTokens(try object.identifier("bidder"))
            case .issueAdminToken:
                .issueAdminToken(
                    name: try object.text("name", scalarsMax: 64),
                    ttl: try object.optionalDuration("ttl_ms"))
            case .revokeToken: .revokeToken(try object.tokenHash("hash"))
            case .databaseStatus: .databaseStatus
            case .databaseBackup: .databaseBackup(path: try object.path("path"))
            case .databaseBackupProgress:
                .databaseBackupProgress(path: try object.path("path"))
            case .databaseSchema: .databaseSchema
            case .listWebhooks: .listWebhooks
            case .listWebhookDeliveries:
                .listWebhookDeliveries(
                    endpoint: try object.optionalText("endpoint", scalarsMax: 64),
                    isDead: try object.optionalFlag("dead"))
            case .retryWebhook:
                .retryWebhook(
                    endpoint: try object.text("endpoint", scalarsMax: 64),
                    event: try object.optionalText("event", scalarsMax: 64))
            case .discardWebhook:
                .discardWebhook(
                    endpoint: try object.text("endpoint", scalarsMax: 64),
                    event: try object.optionalText("event", scalarsMax: 64))
            case .testWebhook:
                .testWebhook(endpoint: try object.text("endpoint", scalarsMax: 64))
            }
    }
}

extension AdminCommand.Name {
    /// The keys that the command's body may have.
    var fieldNames: [String] {
        switch self {
        case .createAuction: ["auction"] + Terms.fieldNames
        case .importAuctions: ["auctions"]
        case .listAuctions: ["status", "sale", "reveal"]
        case .showAuction: ["auction", "at_seq", "reveal"]
        case .explainAuction: ["auction", "seq", "reveal"]
        case .listRequests: ["auction", "limit", "reveal"]
        case .openAuction, .resumeAuction, .advanceClock, .warn, .hammer: ["auction"]
        case .ask: ["auction", "amount"]
        case .roomBid: ["auction", "bidder", "amount", "bid"]
        case .pauseAuction, .closeAuction, .cancelAuction, .pass, .reopen, .undo:
            ["auction", "reason"]
        case .extendAuction: ["auction", "by_ms", "to", "reason"]
        case .lowerReserve: ["auction", "to"]
        case .voidBid: ["auction", "bid", "bidder", "reason"]
        case .announce: ["auction", "text"]
        case .createSale: ["sale", "title", "stagger_ms", "requires_approval", "soft_close_group"]
        case .showSale, .saleResults: ["sale", "reveal"]
        case .addBidder: ["bidder", "name", "limit"]
        case .listBidders: ["reveal"]
        case .suspendBidder: ["bidder", "reason"]
        case .reinstateBidder, .revokeTokens: ["bidder"]
        case .registerBidder: ["sale", "bidder", "approved", "exposure_limit"]
        case .issueToken: ["bidder", "ttl_ms"]
        case .issueAdminToken: ["name", "ttl_ms"]
        case .revokeToken: ["hash"]
        case .databaseBackup, .databaseBackupProgress: ["path"]
        case .listSales, .databaseStatus, .databaseSchema, .listWebhooks: []
        case .listWebhookDeliveries: ["endpoint", "dead"]
        case .retryWebhook, .discardWebhook: ["endpoint", "event"]
        case .testWebhook: ["endpoint"]
        }
    }
}

extension AuctionCommand {
    fileprivate func encodeFields(into writer: inout JSONWriter) {
        switch self {
        case .open, .resume, .advanceClock, .warn, .hammer: break
        case .ask(let amount): writer.fieldIfPresent("amount", amount?.minorUnits)
        case .pause(let reason), .close(let reason), .pass(let reason), .reopen(let reason),
            .undo(let reason):
            writer.fieldIfPresent("reason", reason)
        case .cancel(let reason): writer.field("reason", reason)
        case .extend(let amount, let reason):
            switch amount {
            case .by(let duration): writer.field("by_ms", duration)
            case .to(let instant): writer.field("to", instant)
            }
            writer.fieldIfPresent("reason", reason)
        case .lowerReserve(let amount): writer.field("to", amount)
        case .voidBid(let bid, let bidder, let reason):
            writer.field("bid", bid)
            writer.fieldIfPresent("bidder", bidder?.text)
            writer.field("reason", reason)
        case .announce(let text): writer.field("text", text)
        }
    }

    fileprivate init(_ name: AdminCommand.Name, _ object: JSONObject) throws(FieldFault) {
        switch name {
        case .openAuction: self = .open
        case .pauseAuction: self = .pause(reason: try object.optionalText("reason"))
        case .resumeAuction: self = .resume
        case .closeAuction: self = .close(reason: try object.optionalText("reason"))
        case .cancelAuction: self = .cancel(reason: try object.text("reason"))
        case .extendAuction:
            let by = try object.optionalDuration("by_ms")
            let to = try object.optionalInstant("to")
            let reason = try object.optionalText("reason")
            switch (by, to) {
            case (let by?, nil): self = .extend(.by(by), reason: reason)
            case (nil, let to?): self = .extend(.to(to), reason: reason)
            default: throw FieldFault("exactly one of the fields \"by_ms\" and \"to\" is needed")
            }
        case .lowerReserve: self = .lowerReserve(to: try object.amount("to"))
        case .voidBid:
            self = .voidBid(
                try object.identifier("bid"), bidder: try object.optionalIdentifier("bidder"),
                reason: try object.text("reason"))
        case .announce: self = .announce(text: try object.text("text"))
        case .ask: self = .ask(try object.optionalAmount("amount"))
        case .warn: self = .warn
        case .hammer: self = .hammer
        case .pass: self = .pass(reason: try object.optionalText("reason"))
        case .reopen: self = .reopen(reason: try object.optionalText("reason"))
        case .undo: self = .undo(reason: try object.optionalText("reason"))
        case .advanceClock: self = .advanceClock
        default: preconditionFailure("\(name) is no command to a lot")
        }
    }
}

extension NewAuction {
    fileprivate init(_ object: JSONObject) throws(FieldFault) {
        self.init(id: try object.optionalIdentifier("auction"), terms: try Terms(object))
    }

    fileprivate func encodeFields(into writer: inout JSONWriter) {
        writer.fieldIfPresent("auction", id?.text)
        terms.encodeFields(into: &writer, showsReserve: true)
    }
}

extension RoomBid {
    fileprivate init(_ object: JSONObject) throws(FieldFault) {
        self.init(
            auction: try object.identifier("auction"), bidder: try object.identifier("bidder"),
            amount: try object.amount("amount"), id: try object.optionalIdentifier("bid"))
    }

    fileprivate func encodeFields(into writer: inout JSONWriter) {
        writer.field("auction", auction)
        writer.field("bidder", bidder)
        writer.field("amount", amount)
        writer.fieldIfPresent("bid", id?.text)
    }
}

extension Limit {
    /// `{"amount":…,"currency":…}`; nil when the field is absent or null.
    init?(field key: String, in object: JSONObject) throws(FieldFault) {
        guard let limit = try object.optionalChild(key) else { return nil }
        try limit.refuseUnknownKeys(["amount", "currency"])
        let currency = try limit.currency()
        self.init(amount: try limit.amount("amount"), currency: currency)
    }

    func encode(_ key: StaticString, into writer: inout JSONWriter) {
        writer.object(key) { writer in
            writer.field("amount", amount)
            writer.field("currency", currency.code)
        }
    }
}

extension JSONObject {
    func reveals() throws(FieldFault) -> Bool {
        try optionalFlag("reveal") ?? false
    }

    func tokenHash(_ key: String) throws(FieldFault) -> TokenHash {
        guard let hash = TokenHash(hex: try text(key)) else {
            throw FieldFault(key, "must be 64 lower-case hexadecimal digits")
        }
        return hash
    }
}

extension JSONWriter {
    mutating func fieldIfTrue(_ key: StaticString, _ flag: Bool) {
        if flag { field(key, true) }
    }
}
