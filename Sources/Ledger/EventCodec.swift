import AuctionRules
import StrictJSON

/// Events as JSON, as the log stores them.
///
/// Compact and deterministic: the same event gives the same bytes, so that they can be hashed, and
/// the bytes of one version never change. The kind and the auction stand beside the payload in the
/// log, not in it. A payload names its version (`"v":1`); an older one must stay readable for good,
/// a newer one is refused.
enum EventCodec {
    static let version: Int64 = 1

    /// Appends the payload of `event`.
    static func encode(_ event: Event, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("v", version)
            switch event {
            case .auction(_, let event): encode(event, to: &writer)
            case .house(let event): encode(event, to: &writer)
            }
        }
    }

    static func encode(_ event: Event) -> [UInt8] {
        var writer = JSONWriter()
        encode(event, to: &writer)
        return writer.bytes
    }

    /// Reads an event back.
    ///
    /// - Parameters:
    ///   - kind: as ``AuctionRules/Event`` names it.
    ///   - auction: the auction's id; nil for an event of the house.
    ///   - payload: what ``encode(_:)`` gave.
    static func decode(
        kind: String, auction: String?, payload: some Collection<UInt8>
    ) throws(EventCodingError) -> Event {
        do {
            if kind == "bid_accepted", let auction,
                let bid = payload.withContiguousStorageIfAvailable({
                    AcceptedBidReader.read(UnsafeRawBufferPointer($0))
                }) ?? nil
            {
                return .auction(try AuctionID(auction), .bidAccepted(bid))
            }
            let value = try JSONValue(parsing: payload)
            guard let object = value.asObject else { throw EventCodingError(kind, "is no object") }
            let version = try object.integer("v")
            guard version == Self.version else {
                throw EventCodingError(
                    kind, "has version \(version); this Gavel reads \(Self.version)")
            }
            guard let auction else { return .house(try houseEvent(kind, object)) }
            return .auction(try AuctionID(auction), try auctionEvent(kind, object))
        } catch let error as EventCodingError {
            throw error
        } catch {
            throw EventCodingError(kind, "can't be read: \(error)")
        }
    }
}

/// A stored payload is not what its kind must be. Names the field, never its value.
struct EventCodingError: Error, Hashable, CustomStringConvertible {
    let kind: String
    let problem: String

    init(_ kind: String, _ problem: String) {
        self.kind = kind
        self.problem = problem
    }

    var description: String { "the payload of \(kind) \(problem)" }
}

extension Event {
    /// The event's name in the log.
    var kind: String {
        switch self {
        case .auction(_, let event): event.kind
        case .house(let event): event.kind
        }
    }

    /// The auction that it belongs to; nil for an event of the house.
    var auction: AuctionID? {
        if case .auction(let id, _) = self { id } else { nil }
    }

    var seq: Int64? {
        if case .auction(_, let event) = self { event.seq } else { nil }
    }
}
