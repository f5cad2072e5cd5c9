import AuctionRules
import BidService
import Logging
import NIOHTTP1
import NIOPosix
import Proof
import StrictJSON
import Synchronization
import WireProtocol

/// The signed statements on how a lot ended, for everybody.
struct CertificateRoutes: Sendable {
    private let service: BidService
    private let archive: any Archive
    private let clock: any ServiceClock
    private let threadPool: NIOThreadPool
    private let logger: Logger
    private let made = MadeCertificates()

    init(_ parts: HTTPParts) {
        service = parts.service
        archive = parts.archive
        clock = parts.clock
        threadPool = parts.threadPool
        logger = parts.logger
    }

    /// `GET /v1/auctions/ID/certificate`
    func certificate(
        _ request: HTTPRequest, _ parameters: PathParameters
    ) async throws(HTTPFailure) -> HTTPResponse {
        guard let id = try? AuctionID(parameters["auction"]),
            let state = service.board.snapshot(of: id, for: nil)?.state
        else { throw .unknownAuction }
        guard state.status == .closed else {
            throw HTTPFailure(
                status: .notFound, code: .notClosed,
                message: state.status == .cancelled
                    ? "The lot was cancelled: it has no certificate."
                    : "The lot is not closed: its certificate is made at the close.")
        }
        let edition = MadeCertificates.Edition(log: service.board.logID, seq: state.seq)
        let bytes: [UInt8]?
        do {
            bytes = try await threadPool.runIfActive { [self] in
                try made.certificate(of: id, edition, at: clock.now()) {
                    () throws(ArchiveError) in try make(id)
                }
            }
        } catch {
            // Only the log is told why: the words may name files of this machine.
            logger.warning("A certificate can't be read", metadata: ["error": "\(error)"])
            throw .unavailable("The certificate can't be read now; try again later.")
        }
        guard let bytes else {
            throw HTTPFailure(
                status: .serviceUnavailable, code: .unavailable,
                message: "This server has not signed the certificate: it has no key yet.")
        }
        return .json(bytes)
    }

    /// Puts what is kept beside what is signed now; nil without a signature.
    private func make(_ id: AuctionID) throws(ArchiveError) -> [UInt8]? {
        guard let certificate = try archive.certificate(of: id) else {
            throw ArchiveError("The database does not have the certificate of \(id).")
        }
        guard let signed = certificate.signed else { return nil }
        let late = try archive.lateBids(on: id, after: certificate.statement)
        guard let signedLate = service.sign([late])?.first else { return nil }
        var writer = JSONWriter(reservingCapacity: 4096)
        writer.object { writer in
            writer.field("type", "certificate")
            writer.field("auction", id.text)
            writer.field("certificate", .object(signed.json))
            writer.field("late", .object(signedLate.json))
        }
        return writer.bytes
    }
}

/// The answers that were given last: anybody may ask, and each costs a signature over the late bids.
final class MadeCertificates: Sendable {
    /// Lots kept; some 2 KiB each.
    private static let lotsMax = 1024
    /// Bids that come too late make it old. So long it may be.
    private static let ageMax: Milliseconds = 5000

    /// Another one is another certificate.
    struct Edition: Hashable, Sendable {
        let log: String
        let seq: Int64
    }

    private struct Made: Sendable {
        let edition: Edition
        let at: Instant
        let bytes: [UInt8]
    }

    private let kept = Mutex<[AuctionID: Made]>([:])

    /// - Parameter make: makes it anew; nil when it can't be signed.
    func certificate(
        of auction: AuctionID, _ edition: Edition, at now: Instant,
        _ make: () throws(ArchiveError) -> [UInt8]?
    ) throws(ArchiveError) -> [UInt8]? {
        if let known = kept.withLock({ $0[auction] }), known.edition == edition,
            (0..<Self.ageMax).contains(now.milliseconds(since: known.at))
        {
            return known.bytes
        }
        guard let bytes = try make() else { return nil }
        kept.withLock { kept in
            if kept.count >= Self.lotsMax, kept[auction] == nil {
                kept.removeAll(keepingCapacity: true)
            }
            kept[auction] = Made(edition: edition, at: now, bytes: bytes)
        }
        return bytes
    }
}
