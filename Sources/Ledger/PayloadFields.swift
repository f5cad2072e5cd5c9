import AuctionRules
import StrictJSON

/// A payload's fields, read as the rules' own types. Errors name the field.
struct PayloadFields {
    let kind: String
    let object: JSONObject

    func fault(_ key: String, _ problem: String) -> EventCodingError {
        EventCodingError(kind, "is damaged: field \"\(key)\" \(problem)")
    }

    func string(_ key: String) throws -> String { try object.string(key) }
    func optionalString(_ key: String) throws -> String? { try object.optionalString(key) }
    func integer(_ key: String) throws -> Int64 { try object.integer(key) }
    func optionalInteger(_ key: String) throws -> Int64? { try object.optionalInteger(key) }
    func bool(_ key: String) throws -> Bool { try object.bool(key) }

    func optionalObject(_ key: String) throws -> PayloadFields? {
        try object.optionalObject(key).map { PayloadFields(kind: kind, object: $0) }
    }

    func id<Subject>(_ key: String) throws -> Identifier<Subject> {
        try Identifier(try string(key))
    }

    func amount(_ key: String) throws -> Amount {
        guard let amount = Amount(minorUnits: try integer(key)) else {
            throw fault(key, "is no amount")
        }
        return amount
    }

    func optionalAmount(_ key: String) throws -> Amount? {
        try optionalInteger(key) == nil ? nil : try amount(key)
    }

    func instant(_ key: String) throws -> Instant { Instant(milliseconds: try integer(key)) }

    func optionalInstant(_ key: String) throws -> Instant? {
        try optionalInteger(key).map(Instant.init(milliseconds:))
    }

    /// One of the names that an enum knows.
    func member<T: RawRepresentable<String>>(_ key: String) throws -> T {
        guard let member = T(rawValue: try string(key)) else {
            throw fault(key, "has an unknown name")
        }
        return member
    }

    func currency(_ key: String) throws -> Currency {
        guard let currency = Currency(code: try string(key)) else {
            throw fault(key, "is no currency")
        }
        return currency
    }

    func limit(_ key: String) throws -> Limit? {
        guard let limit = try optionalObject(key) else { return nil }
        return Limit(amount: try limit.amount("amount"), currency: try limit.currency("currency"))
    }

    func tokenHash(_ key: String) throws -> TokenHash {
        guard let hash = TokenHash(hex: try string(key)) else {
            throw fault(key, "is no SHA-256 in hexadecimal")
        }
        return hash
    }

    func publicKey(_ key: String) throws -> PublicKey {
        guard let publicKey = PublicKey(hex: try string(key)) else {
            throw fault(key, "is no public key in hexadecimal")
        }
        return publicKey
    }
}

extension Amount {
    /// An amount that follows from others: a minimum may lie one step above the largest amount.
    static func derived(_ minorUnits: Int64) -> Amount? {
        guard minorUnits >= 1, minorUnits <= 2 * largest.minorUnits else { return nil }
        return Amount(minorUnits: 1)?.times(minorUnits)
    }
}
