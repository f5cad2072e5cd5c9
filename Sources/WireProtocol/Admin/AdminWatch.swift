public import AuctionRules
import StrictJSON

/// What an administrator wants to be told of as it happens: `POST /v1/admin/watch`, answered with a
/// stream of events without an end. They are those that everybody gets who watches the same, and
/// ``ConsoleMessage``s between them.
public struct AdminWatch: Hashable, Sendable {
    public enum Scope: Hashable, Sendable, CustomStringConvertible {
        case sale(SaleID)
        case auctions([AuctionID])

        public var description: String {
            switch self {
            case .sale(let id): id.text
            case .auctions(let ids): ids.map(\.text).joined(separator: " ")
            }
        }
    }

    public static let path = "/v1/admin/watch"

    public let scope: Scope
    /// Whether amounts are told that others must not know; see `JudgedRequest.amount(reveal:)`.
    public let reveals: Bool

    public init(_ scope: Scope, reveals: Bool = false) {
        self.scope = scope
        self.reveals = reveals
    }

    /// Whether something that happened on that lot is to be told.
    public func covers(_ auction: AuctionID, of sale: SaleID?) -> Bool {
        switch scope {
        case .sale(let id): sale == id
        case .auctions(let ids): ids.contains(auction)
        }
    }

    /// The body to post.
    public func encodedBody() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            switch scope {
            case .sale(let id): writer.field("sale", id)
            case .auctions(let ids): writer.field("auctions", ids.map(\.text))
            }
            writer.fieldIfTrue("reveal", reveals)
        }
        return writer.bytes
    }

    /// Reads what was posted.
    ///
    /// - Parameter auctionsMax: how many lots may be named.
    public static func decode(
        _ body: some Collection<UInt8>, auctionsMax: Int
    ) throws(AdminFault) -> AdminWatch {
        do throws(FieldFault) {
            let object: JSONObject?
            do { object = try JSONValue(parsing: body).asObject } catch {
                throw FieldFault(error.message)
            }
            guard let object else { throw FieldFault("the body is one JSON object") }
            try object.refuseUnknownKeys(["sale", "auctions", "reveal"])
            let reveals = try object.reveals()
            switch (try object.optionalIdentifier("sale") as SaleID?, object["auctions"]) {
            case (let sale?, nil): return AdminWatch(.sale(sale), reveals: reveals)
            case (nil, .some):
                let ids = try object.auctionIDs("auctions")
                guard (1...auctionsMax).contains(ids.count) else {
                    throw FieldFault("auctions", "must name 1 to \(auctionsMax) lots")
                }
                return AdminWatch(.auctions(ids), reveals: reveals)
            default:
                throw FieldFault("exactly one of the fields \"sale\" and \"auctions\" is needed")
            }
        } catch {
            throw AdminFault(error)
        }
    }
}
