public import AuctionRules
import StrictJSON

/// Why an administrator's command was not done, or may not have been: the answer's `error`.
public struct AdminFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A word of ``AdminFault/Code``, of `Objection.Kind`, or of a later server.
    public let code: String
    /// What is wrong and what to do.
    public let message: String
    /// For a catalogue: what is wrong with which of its lots.
    public let items: [Item]

    /// The codes that are not an objection of the rules.
    public enum Code: String, Sendable, CaseIterable {
        /// The body is no JSON object, or a field is missing, unknown or of another kind.
        case badRequest = "bad_request"
        case unknownCommand = "unknown_command"
        case unauthenticated
        case forbidden
        case tooLarge = "too_large"
        /// The log failed in the middle: it can't be told whether it was done.
        case unknownOutcome = "unknown_outcome"
        case internalError = "internal"
        case unknownWebhook = "unknown_webhook"
    }

    /// One fault of many.
    public struct Item: Hashable, Sendable {
        /// From 0, in the order of the request.
        public let index: Int
        public let code: String
        public let message: String

        public init(index: Int, code: String, message: String) {
            self.index = index
            self.code = code
            self.message = message
        }
    }

    public init(_ code: Code, _ message: String) {
        self.init(code: code.rawValue, message: message)
    }

    public init(_ objection: Objection) {
        self.init(code: objection.kind.rawValue, message: objection.message)
    }

    /// The faults of several commands of which none was done.
    public init(_ objections: [Int: Objection]) {
        let items = objections.sorted { $0.key < $1.key }.map { index, objection in
            Item(index: index, code: objection.kind.rawValue, message: objection.message)
        }
        self.init(
            code: items.first?.code ?? Objection.Kind.invalidTerms.rawValue,
            message: "Nothing was done: \(items.count) of the lots have faults.", items: items)
    }

    init(code: String, message: String, items: [Item] = []) {
        self.code = code
        self.message = message
        self.items = items
    }

    init(_ fault: FieldFault) {
        self.init(.badRequest, "The request can't be read: \(fault.message).")
    }

    public var description: String { message }

    /// Whether what the command names does not exist (`gavel` exits with 3).
    public var isNotFound: Bool {
        [Objection.Kind.unknownAuction, .unknownSale, .unknownBidder, .unknownBid, .unknownToken]
            .contains { $0.rawValue == code } || code == Code.unknownWebhook.rawValue
    }

    /// The HTTP status of the answer.
    public var httpStatus: Int {
        if isNotFound { return 404 }
        switch Code(rawValue: code) {
        case .badRequest: return 400
        case .unauthenticated: return 401
        case .forbidden: return 403
        case .unknownCommand, .unknownWebhook: return 404
        case .tooLarge: return 413
        case .unknownOutcome: return 503
        case .internalError: return 500
        case nil: break
        }
        switch Objection.Kind(rawValue: code) {
        case .invalidTerms, .reasonRequired: return 422
        case .unavailable: return 503
        case nil: return 500
        default: return 409
        }
    }
}

extension AdminFault {
    /// `{"error":{"code":…,"message":…}}`, with `items` when there are several.
    public func encoded() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.object("error") { writer in
                writer.field("code", code)
                writer.field("message", message)
                guard !items.isEmpty else { return }
                writer.array("items") { writer in
                    for item in items {
                        writer.object { writer in
                            writer.field("index", item.index)
                            writer.field("code", item.code)
                            writer.field("message", item.message)
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    /// Reads an answer's `error`; nil when it has none.
    init?(answer: JSONObject) throws(FieldFault) {
        guard let error = try answer.optionalChild("error") else { return nil }
        code = try error.text("code")
        message = try error.text("message", scalarsMax: 65_536)
        items =
            error["items"] == nil
            ? []
            : try error.list("items") { (item) throws(FieldFault) in
                Item(
                    index: Int(try item.count("index")), code: try item.text("code"),
                    message: try item.text("message", scalarsMax: 65_536))
            }
    }
}
