import AuctionRules
import NIOHTTP1
import WireProtocol

/// Why something is not done now: it was asked for too often. Nothing has happened; after the wait
/// the same may be sent again.
struct RateRefusal: Hashable, Sendable {
    /// At least 1.
    let retryAfter: Milliseconds
    /// In words that say what to do.
    let message: String
    /// Whether it was not the client that did too much, but everybody together.
    let isOurs: Bool

    /// - Parameter what: there is too much of, in the plural.
    init(nanoseconds: Int64, what: String, isOurs: Bool = false) {
        // Rounded up: who waits so long is not refused again.
        retryAfter = max(1, nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0))
        message = "Too many \(what); nothing was done. Send the same again in \(retryAfter) ms."
        self.isOurs = isOurs
    }

    /// As a message, about a bid if it was one.
    func failure(on subject: (auction: AuctionID, id: BidID)? = nil) -> ServerMessage {
        .error(
            .init(
                .rateLimited, message: message, retryAfter: retryAfter, auction: subject?.auction,
                id: subject?.id))
    }

    /// As an HTTP answer. `Retry-After` is in seconds: rounded up.
    func response(on subject: (auction: AuctionID, id: BidID)? = nil) -> HTTPResponse {
        .message(
            failure(on: subject), status: isOurs ? .serviceUnavailable : .tooManyRequests,
            headers: ["Retry-After": "\(retryAfter / 1000 + (retryAfter % 1000 > 0 ? 1 : 0))"])
    }
}
