public import AuctionRules
import StrictJSON

/// One thing as an administrator sees it: a JSON object with the protocol's names and units.
public protocol AdminRow: Hashable, Sendable {
    /// The object, as programs read it.
    func encoded() -> [UInt8]
}

protocol CodedRow: AdminRow {
    init(_ object: JSONObject) throws(FieldFault)
    func encodeFields(into writer: inout JSONWriter)
}

extension CodedRow {
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { encodeFields(into: &$0) }
        return writer.bytes
    }
}

/// A lot: what everybody sees, the ids of its parties, and what was revealed.
public struct AuctionRow: CodedRow {
    /// What only `--reveal` shows.
    public struct Secrets: Hashable, Sendable {
        /// The reserve in force.
        public let reserve: Amount?
        /// English auctions only.
        public let leaderMax: Amount?
    }

    public let lot: PublicLot
    public let seller: BidderID?
    /// Who leads, or has won, where the format tells.
    public let leader: BidderID?
    public let secrets: Secrets?

    public init(_ auction: Auction, reveal: Bool) {
        lot = PublicLot(auction.publicState)
        seller = auction.terms.seller
        leader = auction.standing.leader
        secrets =
            reveal
            ? Secrets(reserve: auction.reserve, leaderMax: auction.leaderMax) : nil
    }

    init(_ object: JSONObject) throws(FieldFault) {
        lot = try PublicLot(object)
        seller = try object.optionalIdentifier("seller")
        leader = try object.optionalIdentifier("leader_bidder")
        let secret = try object.optionalChild("secret")
        guard let secret else {
            secrets = nil
            return
        }
        secrets = Secrets(
            reserve: try secret.optionalAmount("reserve"),
            leaderMax: try secret.optionalAmount("leader_max"))
    }

    func encodeFields(into writer: inout JSONWriter) {
        lot.encodeName(into: &writer)
        lot.encodeBidding(into: &writer)
        lot.encodeRest(into: &writer)
        writer.field("seller", seller)
        writer.field("leader_bidder", leader)
        guard let secrets else { return }
        writer.object("secret") { writer in
            writer.field("reserve", secrets.reserve)
            writer.field("leader_max", secrets.leaderMax)
        }
    }
}

/// An accepted bid.
public struct BidRow: CodedRow {
    public let id: BidID
    public let bidder: BidderID
    public let alias: String?
    public let kind: Commitment.Kind
    public let at: Instant
    /// Nil when it changed nothing public.
    public let seq: Int64?
    public let isVoided: Bool
    /// Nil unless revealed; a sealed bid's not even then, before the close.
    public let amount: Amount?

    public init(_ commitment: Commitment, in auction: Auction, reveal: Bool) {
        id = auction.key(of: commitment).id
        bidder = commitment.bidder
        alias = auction.alias(of: commitment.bidder)
        kind = commitment.kind
        at = commitment.at
        seq = commitment.seq
        isVoided = commitment.isVoided
        let isSealed =
            switch auction.terms.format {
            case .english, .live: false
            case .sealedFirstPrice, .vickrey: !auction.isClosed
            }
        amount = reveal && !isSealed ? commitment.amount : nil
    }

    init(_ object: JSONObject) throws(FieldFault) {
        id = try object.identifier("id")
        bidder = try object.identifier("bidder")
        alias = try object.optionalText("alias")
        kind = try object.choice("kind")
        at = try object.instant("at")
        seq = try object.optionalNumber("seq")
        isVoided = try object.flag("voided")
        amount = try object.optionalAmount("amount")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("bidder", bidder)
        writer.field("alias", alias)
        writer.field("kind", kind.rawValue)
        writer.field("at", at)
        writer.field("seq", seq)
        writer.field("voided", isVoided)
        writer.fieldIfPresent("amount", amount?.minorUnits)
    }
}

/// A lot with its terms and its bids.
public struct AuctionDetail: CodedRow {
    public let row: AuctionRow
    /// Without the reserve, unless revealed.
    public let terms: Terms
    public let bids: [BidRow]

    public init(_ auction: Auction, reveal: Bool) {
        row = AuctionRow(auction, reveal: reveal)
        var terms = auction.terms
        if !reveal { terms.reserve = nil }
        self.terms = terms
        bids = auction.commitments.map { BidRow($0, in: auction, reveal: reveal) }
    }

    init(_ object: JSONObject) throws(FieldFault) {
        row = try AuctionRow(object)
        terms = try Terms(try object.child("terms"))
        bids = try object.list("bid_list", BidRow.init)
    }

    func encodeFields(into writer: inout JSONWriter) {
        row.encodeFields(into: &writer)
        writer.object("terms") { writer in
            terms.encodeFields(into: &writer, showsReserve: row.secrets != nil)
        }
        writer.rows("bid_list", bids)
    }
}

/// A sale.
public struct SaleRow: CodedRow {
    public let sale: Sale
    /// How many lots it has.
    public let auctions: Int

    public init(_ catalogue: House.Catalogue) {
        sale = catalogue.sale
        auctions = catalogue.auctions.count
    }

    init(_ object: JSONObject) throws(FieldFault) {
        sale = Sale(
            id: try object.identifier("sale"), title: try object.text("title"),
            stagger: try object.duration("stagger_ms"),
            requiresApproval: try object.flag("requires_approval"),
            softCloseGroup: try object.optionalIdentifier("soft_close_group"))
        auctions = Int(try object.count("auctions"))
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("sale", sale.id)
        writer.field("title", sale.title)
        writer.field("stagger_ms", sale.stagger)
        writer.field("requires_approval", sale.requiresApproval)
        writer.field("soft_close_group", sale.softCloseGroup)
        writer.field("auctions", auctions)
    }
}

/// A sale with its lots and who may bid in it.
public struct SaleDetail: CodedRow {
    public let row: SaleRow
    public let lots: [AuctionRow]
    public let registrations: [RegistrationRow]

    public init(_ catalogue: House.Catalogue, in house: House, reveal: Bool) {
        row = SaleRow(catalogue)
        lots = catalogue.auctions.compactMap { house.auctions[$0] }.map {
            AuctionRow($0, reveal: reveal)
        }
        registrations = catalogue.registrations.values.sorted { $0.bidder < $1.bidder }
            .map(RegistrationRow.init)
    }

    init(_ object: JSONObject) throws(FieldFault) {
        row = try SaleRow(object)
        lots = try object.list("lots", AuctionRow.init)
        registrations = try object.list("registrations", RegistrationRow.init)
    }

    func encodeFields(into writer: inout JSONWriter) {
        row.encodeFields(into: &writer)
        writer.rows("lots", lots)
        writer.rows("registrations", registrations)
    }
}

/// A bidder's admission to a sale.
public struct RegistrationRow: CodedRow {
    public let registration: Registration

    public init(_ registration: Registration) { self.registration = registration }

    init(_ object: JSONObject) throws(FieldFault) {
        registration = Registration(
            sale: try object.identifier("sale"), bidder: try object.identifier("bidder"),
            isApproved: try object.flag("approved"),
            exposureLimit: try Limit(field: "exposure_limit", in: object))
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("sale", registration.sale)
        writer.field("bidder", registration.bidder)
        writer.field("approved", registration.isApproved)
        registration.exposureLimit?.encode("exposure_limit", into: &writer)
    }
}

/// A bidder.
public struct BidderRow: CodedRow {
    public let id: BidderID
    /// Nil unless revealed.
    public let name: String?
    public let bidLimit: Limit?
    public let isSuspended: Bool
    /// How many lots the bidder has an accepted bid on.
    public let auctions: Int

    public init(_ membership: House.Membership, reveal: Bool) {
        id = membership.bidder.id
        name = reveal ? membership.bidder.name : nil
        bidLimit = membership.bidder.bidLimit
        isSuspended = membership.isSuspended
        auctions = membership.auctions.count
    }

    init(_ object: JSONObject) throws(FieldFault) {
        id = try object.identifier("bidder")
        name = try object.optionalText("name")
        bidLimit = try Limit(field: "limit", in: object)
        isSuspended = try object.flag("suspended")
        auctions = Int(try object.count("auctions"))
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("bidder", id)
        writer.fieldIfPresent("name", name)
        bidLimit?.encode("limit", into: &writer)
        writer.field("suspended", isSuspended)
        writer.field("auctions", auctions)
    }
}

/// A token, the only time that it is shown: afterwards only its hash is known.
public struct IssuedToken: CodedRow {
    public let token: String
    public let hash: TokenHash
    public let expiresAt: Instant?

    public init(token: String, hash: TokenHash, expiresAt: Instant?) {
        self.token = token
        self.hash = hash
        self.expiresAt = expiresAt
    }

    init(_ object: JSONObject) throws(FieldFault) {
        token = try object.text("token", scalarsMax: 4096)
        hash = try object.tokenHash("hash")
        expiresAt = try object.optionalInstant("expires_at")
    }

    func encodeFields(into writer: inout JSONWriter) {
        writer.field("token", token)
        writer.field("hash", hash.hex)
        writer.field("expires_at", expiresAt)
    }
}

extension JSONWriter {
    mutating func rows(_ key: StaticString, _ rows: [some CodedRow]) {
        array(key) { writer in
            for row in rows { writer.object { row.encodeFields(into: &$0) } }
        }
    }
}
