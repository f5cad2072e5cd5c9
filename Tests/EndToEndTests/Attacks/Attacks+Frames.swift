import Foundation
import GavelClient
import GavelLoad
import NIOCore
import Testing

/// Attacks by WebSocket frames and messages.
extension AttackTests {
    static func topBit(_ scene: Scene) throws {
        for first: UInt8 in [0x81, 0x01, 0x89] {
            let socket = try RawSocket.webSocket(to: scene.endpoint)
            socket.send([first, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1])
            #expect(socket.closeCode() == 1002)
        }
    }

    static func emptyFragments(_ scene: Scene) throws {
        let socket = try RawSocket.webSocket(to: scene.endpoint)
        let piece = RawSocket.frame(0x00, [])
        socket.send(RawSocket.frame(0x01, []) + (0..<2000).flatMap { _ in piece })
        #expect(socket.closeCode() == 1009)
    }

    static func pings(_ scene: Scene) throws {
        for first: UInt8 in [0x89, 0x8a] {
            let socket = try RawSocket.webSocket(to: scene.endpoint)
            let ping = RawSocket.frame(first, [1])
            socket.send((0..<2000).flatMap { _ in ping })
            #expect(socket.closeCode() == 4505)
        }
    }

    static func slowFrame(_ scene: Scene) throws {
        let socket = try RawSocket.webSocket(to: scene.endpoint)
        #expect(socket.nextMessage("welcome") != nil)
        let message = #"{"type":"time","client_time":1}"# + String(repeating: " ", count: 10_000)
        socket.trickle(RawSocket.frame(0x81, Array(message.utf8)))
        #expect(socket.closeCode() == 4502)
    }

    static func messages(_ scene: Scene) throws {
        let socket = try RawSocket.webSocket(to: scene.endpoint)
        let message = RawSocket.frame(0x81, Array(#"{"type":"time","client_time":1}"#.utf8))
        socket.send((0..<1000).flatMap { _ in message })
        let heard = socket.heardToTheEnd()
        #expect(heard.code == 4505)
        #expect(heard.messages.filter { $0.contains(#""type":"time""#) }.count >= 120)
        #expect(heard.messages.contains { $0.contains(#""retry_after_ms":"#) })
    }

    static func bids(_ scene: Scene) async throws {
        let token = try await scene.server.bidder("flood")
        let clock = ContinuousClock()
        let start = clock.now
        let sockets = try (0..<3).map { _ in try RawSocket.webSocket(to: scene.endpoint) }
        for (number, socket) in sockets.enumerated() {
            socket.send(message: #"{"type":"authenticate","token":"\#(token)"}"#)
            socket.send(
                (0..<200).flatMap { bid in
                    let id = "\(number)-\(bid)"
                    return RawSocket.frame(
                        0x81,
                        Array(#"{"type":"bid","auction":"lot","id":"\#(id)","amount":1}"#.utf8))
                })
        }
        let heard = sockets.map { $0.heardToTheEnd() }
        let seconds = Double((clock.now - start).components.seconds + 1)
        #expect(heard.map(\.code) == [4505, 4505, 4505])
        let messages = heard.flatMap(\.messages)
        let judged = messages.filter { $0.hasPrefix(#"{"type":"bid_"#) }.count
        // A verdict may come too late for a connection that has been closed meanwhile.
        #expect(Double(judged) <= 2 + 2 * seconds, "\(judged) in \(seconds) s")
        #expect(messages.filter { $0.contains(#""code":"rate_limited""#) }.count >= 150)
    }

    static func bomb(_ scene: Scene) throws {
        let socket = try RawSocket.webSocket(
            to: scene.endpoint, ["Sec-WebSocket-Extensions: permessage-deflate"])
        socket.send(Array(LoadFrame.bomb.readableBytesView))
        #expect(socket.closeCode() == 1009)
        // In many pieces, each of them small enough.
        let pieces = try RawSocket.webSocket(
            to: scene.endpoint, ["Sec-WebSocket-Extensions: permessage-deflate"])
        let payload = Array(LoadFrame.bomb.readableBytesView.dropFirst(8))
        let size = payload.count / 10
        for start in stride(from: 0, to: payload.count, by: size) {
            let end = min(start + size, payload.count)
            let first: UInt8 = start == 0 ? 0x41 : end < payload.count ? 0x00 : 0x80
            pieces.send(RawSocket.frame(first, Array(payload[start..<end])))
        }
        #expect(pieces.closeCode() == 1009)
    }

    // MARK: - Not reading

    static func neverReads(_ scene: Scene) async throws {
        let full = try RawSocket.webSocket(to: scene.endpoint, receiveBuffer: 1024)
        full.send(message: #"{"type":"watch","auction":"lot","feed":"full"}"#)
        let latest = try RawSocket.webSocket(to: scene.endpoint, receiveBuffer: 1024)
        latest.send(message: #"{"type":"watch","auction":"lot","feed":"latest"}"#)
        try await scene.raise(1000)
        await scene.watcher.wait(forSeq: try await scene.newestSeq())
        #expect(try await scene.metric("gavel_slow_connections_closed_total") == 1)
        // Who takes only what is newest is never too far behind.
        let newest = try await scene.newestSeq()
        var last = ""
        while !last.contains(#""seq":\#(newest),"#) {
            guard let next = latest.nextMessage("price") else { break }
            last = next
        }
        #expect(last.contains(#""seq":\#(newest),"#))
    }
    static func outboundTotal(_ scene: Scene) async throws {
        func watch() throws -> RawSocket {
            let socket = try RawSocket.webSocket(to: scene.endpoint, receiveBuffer: 1024)
            socket.send(message: #"{"type":"watch","auction":"lot","feed":"full"}"#)
            return socket
        }
        func waiting() async throws -> Int {
            try await scene.metric("gavel_outbound_queue_bytes")
        }
        // However much of it the kernel takes: until so much waits in the server.
        let early = try watch()
        while try await waiting() < 100_000 { try await scene.raise(50) }
        let late = try watch()
        while try await scene.count(of: "outbound_total") == 0 { try await scene.raise(50) }
        // One had to go, and it was not the one that was less far behind.
        #expect(try await scene.count(of: "outbound_total") == 1)
        let newest = try await scene.newestSeq()
        var last = ""
        while !last.contains(#""seq":\#(newest),"#) {
            guard let next = late.nextMessage("price") else { break }
            last = next
        }
        #expect(last.contains(#""seq":\#(newest),"#))
        #expect(early.heardToTheEnd().code == nil)
    }
}
