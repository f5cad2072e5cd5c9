import GavelClient
import SchemaCheck
import Testing
import WireProtocol

/// Holds what goes over the wire in these tests against the AsyncAPI document.
enum WireCheck {
    /// For a connection's ``GavelConnection/Options/trace``.
    static func look(at direction: GavelConnection.Direction, _ bytes: [UInt8]) {
        switch direction {
        case .received: look(atServer: bytes)
        case .sent:
            for fault in MessageCheck.faults(ofClient: bytes) {
                Issue.record(
                    "A client's message: \(fault): \(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }

    static func look(atServer bytes: [UInt8]) {
        for fault in MessageCheck.faults(ofServer: bytes) {
            Issue.record("A server's message: \(fault): \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
