import NIOCore

/// Reads frames over and over, for counting what it costs; the server has no use for it.
package enum FrameReading {
    /// - Parameters:
    ///   - bytes: of a client, whole frames.
    ///   - times: how often they come.
    /// - Returns: how many messages that were.
    package static func messages(in bytes: [UInt8], times: Int) -> Int {
        let received = ByteBuffer(bytes: bytes)
        var session = WebSocketSession()
        var messages = 0
        for time in 0..<times {
            var input = received
            session.receive(&input)
            while true {
                let action = session.nextAction(at: Int64(time))
                if case .message = action { messages += 1 }
                if action == .needMoreData { break }
            }
        }
        return messages
    }
}
