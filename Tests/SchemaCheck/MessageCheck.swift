import StrictJSON
import WireProtocol

/// Holds single messages against what the AsyncAPI document says of them.
public enum MessageCheck {
    /// What is wrong with a message of the server's.
    public static func faults(ofServer bytes: some Collection<UInt8>) -> [String] {
        faults(in: bytes, among: ServerMessage.descriptions)
    }

    /// What is wrong with a message that a client sent and the server took.
    public static func faults(ofClient bytes: some Collection<UInt8>) -> [String] {
        faults(in: bytes, among: ClientMessage.descriptions)
    }

    private static func faults(
        in bytes: some Collection<UInt8>, among descriptions: [MessageDescription]
    ) -> [String] {
        guard let message = (try? JSONValue(parsing: bytes))?.asObject,
            case .string(let type)? = message["type"]
        else { return ["it is no JSON object with a type"] }
        guard let description = descriptions.first(where: { $0.type == type }) else {
            return ["the AsyncAPI document has no \(type)"]
        }
        return SchemaCheck().faults(in: .object(message), against: description.schema.json)
    }
}
