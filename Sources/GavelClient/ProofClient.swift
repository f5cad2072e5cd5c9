public import AuctionRules
public import NIOPosix
public import Proof
import StrictJSON

/// Fetches what a server has signed, and what to check it with. Nobody has to say who he is for it.
///
/// Keys that prove something are those that were fetched earlier, or from somebody else than the one
/// whose word is doubted.
public struct ProofClient: Sendable {
    private let http: GavelHTTP

    /// - Parameters:
    ///   - endpoint: where the server listens.
    ///   - timeout: for each call, its connecting included.
    ///   - trust: who may vouch for a server with TLS.
    ///   - group: the threads that serve the connections.
    public init(
        _ endpoint: Endpoint, timeout: Duration = .seconds(30), trust: ServerTrust = .system,
        group: MultiThreadedEventLoopGroup = .singleton
    ) {
        http = GavelHTTP(endpoint, timeout: timeout, trust: trust, group: group)
    }

    /// Every key that the server has signed with: `GET /v1/keys`.
    public func keys() async throws(GavelClientError) -> KeySet {
        let object = try await object("/v1/keys")
        do { return try KeySet(object) } catch { throw .protocolViolation(error.message) }
    }

    /// The certificate of a lot that has closed: `GET /v1/auctions/ID/certificate`. Not checked yet.
    ///
    /// Throws ``GavelClientError/refused(status:message:)`` with 404 before the close.
    public func certificate(
        of auction: AuctionID
    ) async throws(GavelClientError) -> CloseCertificate {
        let object = try await object("/v1/auctions/\(auction)/certificate")
        do {
            return try CloseCertificate(object)
        } catch {
            throw .protocolViolation("the answer is no certificate: \(error)")
        }
    }

    private func object(_ target: String) async throws(GavelClientError) -> JSONObject {
        let answer = try await http.request("GET", target)
        let object = (try? JSONValue(parsing: answer.body))?.asObject
        guard answer.status == 200 else {
            throw .refused(
                status: answer.status, message: (try? object?.string("message")) ?? "")
        }
        guard let object else { throw .protocolViolation("the answer is no JSON object") }
        return object
    }
}

/// A lot's close certificate, with the statement of the bids that came too late.
public struct CloseCertificate: Hashable, Sendable {
    /// A signed `CertificateStatement`.
    public let certificate: SignedStatement
    /// In the format `LateBidsStatement`.
    public let late: SignedStatement
    /// As the server sent it: JSON, to be kept.
    public let answer: [UInt8]

    init(_ object: JSONObject) throws {
        certificate = try SignedStatement(try object.object("certificate"))
        late = try SignedStatement(try object.object("late"))
        var writer = JSONWriter()
        writer.value(.object(object))
        answer = writer.bytes
    }
}
