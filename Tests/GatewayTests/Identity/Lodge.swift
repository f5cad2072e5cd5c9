import AuctionRules
import BidService
import Foundation
import Logging
import TestAuthority
import Testing

@testable import Gateway

/// A file of keys, and what is made from it.
struct Lodge {
    static let issuerName = "https://id.house.example"
    static let audience = "gavel"

    let path: String
    let logged = LogRecorder()

    init(_ keySet: String) throws {
        let folder = FileManager.default.temporaryDirectory
        path = folder.appendingPathComponent("gavel-jwks-\(UUID().uuidString).json").path
        try write(keySet)
    }

    init(_ issuers: TestIssuer...) throws {
        try self.init(
            #"{"keys":["# + (try issuers.map { try $0.jwk() }).joined(separator: ",") + "]}")
    }

    func write(_ keySet: String) throws {
        try Data(keySet.utf8).write(to: URL(fileURLWithPath: path))
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    var settings: JWTSettings {
        JWTSettings(keys: path, issuer: Self.issuerName, audience: Self.audience)
    }

    func issuer() async throws -> TokenIssuer {
        try await TokenIssuer(settings, logger: logged.logger)
    }

    /// Claims as they should be, but for what is given.
    static func claims(
        sub: String = #""ann""#, iss: String = #""\#(issuerName)""#,
        aud: String = #""\#(audience)""#, exp: String? = nil, more: String = "",
        now: Instant = Saleroom.noon
    ) -> String {
        let exp = exp ?? "\(now.milliseconds / 1000 + 60)"
        return #"{"sub":\#(sub),"iss":\#(iss),"aud":\#(aud),"exp":\#(exp)\#(more)}"#
    }
}
