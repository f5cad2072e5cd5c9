import AuctionRules
import WireProtocol

/// One thing that happens in the simulated world. A run is a list of them, and the list alone makes
/// it happen again: whatever chance has decided stands in the step.
///
/// A step that has become impossible, as the ones before it were taken out, does nothing.
enum Step: Hashable, Sendable {
    // The clients, by their number.
    case connect(Int, watching: Watching)
    case say(Int, ClientMessage)
    /// Something that is no message of the protocol.
    case babble(Int, String)
    /// A client gives its connection up; what it had sent may still arrive.
    case giveUp(Int)
    /// A client stops or begins to take what it is sent.
    case take(Int, Bool)
    case administer(Command)
    /// Somebody asks for a lot's close certificate.
    case fetchCertificate(AuctionID)
    /// The house signs with a new key from now on.
    case replaceKey
    /// The server reads its key again: it may have had a log that failed when it read it last.
    case reloadKey

    // The network: the next message arrives.
    case reachServer(Int)
    /// From a connection that its client has given up.
    case reachServerLate(Int)
    case reachClient(Int)
    /// The server notices that a client's given-up connections are gone.
    case noticeLoss(Int)

    // The server's threads.
    case decide
    case commit
    case write
    case release
    case turn
    case second

    // The world around it.
    case look(Look)
    case pass(Milliseconds)
    /// The clock jumps: back, when negative.
    case jump(Milliseconds)
    case plan(DiskFault)
    case repair
    case kill
    case losePower
    case stop
    case start

    /// What somebody does who reads the database beside the server.
    enum Look: Hashable, Sendable, CaseIterable {
        /// Begins to read, and does not end.
        case begin
        /// Has read, and keeps the database open.
        case end
        case leave
    }

    /// What a client watches on a new connection.
    enum Watching: Hashable, Sendable {
        case lots(Feed, resuming: Bool)
        case sale(Feed)
        case nothing
    }
}

extension Step: CustomStringConvertible {
    var description: String {
        switch self {
        case .connect(let client, let watching): "client \(client) connects, watching \(watching)"
        case .say(let client, let message):
            "client \(client) says "
                + String(decoding: ClientFrame(message).encoded(as: .json), as: UTF8.self)
        case .babble(let client, let text): "client \(client) babbles \(text)"
        case .giveUp(let client): "client \(client) gives its connection up"
        case .take(let client, let takes):
            "client \(client) \(takes ? "takes what it is sent" : "takes nothing more")"
        case .administer(.createAuction(let id, _)): "the house creates \(id)"
        case .administer(let command): "the house: \(command)"
        case .fetchCertificate(let lot): "somebody asks for the certificate of \(lot)"
        case .replaceKey: "the house takes a new signing key"
        case .reloadKey: "the server reads its signing key again"
        case .reachServer(let client): "a message of client \(client) arrives"
        case .reachServerLate(let client): "a message of client \(client)'s old connection arrives"
        case .reachClient(let client): "a message for client \(client) arrives"
        case .noticeLoss(let client): "the server notices that client \(client) has gone"
        case .decide: "the writer decides"
        case .commit: "the committer commits"
        case .write: "the committer writes"
        case .release: "the releaser syncs, and lets out"
        case .turn: "the event loop turns"
        case .second: "the event loop's second is over"
        case .look(let look): "an onlooker: \(look)"
        case .pass(let duration): "\(duration) ms pass"
        case .jump(let duration): "the clock jumps by \(duration) ms"
        case .plan(let fault): "the disk will fail: \(fault)"
        case .repair: "the disk is mended"
        case .kill: "the process is killed"
        case .losePower: "the power fails"
        case .stop: "the server stops orderly"
        case .start: "the server starts"
        }
    }
}
