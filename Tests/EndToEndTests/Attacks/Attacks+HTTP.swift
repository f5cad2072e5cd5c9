import Foundation
import GavelClient
import GavelLoad
import Testing

/// Attacks by HTTP requests, and by connections.
extension AttackTests {
    static func slowHead(_ scene: Scene) throws {
        let socket = try RawSocket(to: scene.endpoint)
        socket.trickle(Array("GET /\(String(repeating: "a", count: 2000)) HTTP/1.1\r\n".utf8))
        #expect(socket.receiveToTheEnd() == "")
    }

    static func slowBody(_ scene: Scene) throws {
        let socket = try RawSocket(to: scene.endpoint)
        socket.send(text: "POST /v1/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 3000\r\n\r\n")
        socket.trickle([UInt8](repeating: 0x20, count: 3000))
        #expect(socket.receiveToTheEnd().hasPrefix("HTTP/1.1 408 "))
    }

    static func headerBombs(_ scene: Scene) throws {
        func letters(_ count: Int) -> String { String(repeating: "a", count: count) }
        let bombs = [
            "X: a\r\n" + String(repeating: "X: a\r\n", count: 100),
            "X: \(letters(9000))\r\n", "X: \(letters(200_000))",
            "\(letters(9000)): a\r\n", letters(200_000),
            String(repeating: "X: \(letters(500))\r\n", count: 20),
        ]
        for bomb in bombs {
            let socket = try RawSocket(to: scene.endpoint)
            socket.send(text: "GET / HTTP/1.1\r\nHost: x\r\n\(bomb)\r\n\r\n")
            #expect(socket.receiveToTheEnd().hasPrefix("HTTP/1.1 431 "), "\(bomb.prefix(20))")
        }
        let line = try RawSocket(to: scene.endpoint)
        line.send(text: "GET /\(letters(200_000))")
        #expect(line.receiveToTheEnd().hasPrefix("HTTP/1.1 4"))
    }

    static func crossSite(_ scene: Scene) throws {
        let own = "https://auctions.example"
        for origin in [
            "https://evil.example", "null", "", "\(own).evil.example", "\(own)/", "\(own):444",
            "http://auctions.example", "HTTPS://AUCTIONS.EXAMPLE",
            "\(own)\r\nOrigin: https://evil.example",
        ] {
            let socket = try RawSocket(to: scene.endpoint)
            socket.send(text: RawSocket.upgrade(["Origin: \(origin)"]))
            #expect(socket.receiveToTheEnd().hasPrefix("HTTP/1.1 403 "), "\(origin)")
        }
        let socket = try RawSocket(to: scene.endpoint)
        socket.send(text: RawSocket.upgrade(["Origin: \(own)"]))
        #expect(String(decoding: socket.receive(12), as: UTF8.self) == "HTTP/1.1 101")
    }

    static func requests(_ scene: Scene) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let socket = try RawSocket(to: scene.endpoint)
        let request = "GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n"
        socket.send(text: String(repeating: request, count: 1000))
        let answers = socket.receiveToTheEnd()
        let seconds = Double((clock.now - start).components.seconds + 1)
        let done = answers.components(separatedBy: "HTTP/1.1 200 ").count - 1
        let refused = answers.components(separatedBy: "HTTP/1.1 429 ").count - 1
        #expect(done >= 120 && Double(done) <= 120 + 20 * seconds, "\(done) in \(seconds) s")
        #expect(refused > 50 && done + refused < 1000)
        #expect(answers.contains("Retry-After: 1\r\n"))
    }

    // MARK: - Connections

    static func halfOpen(_ scene: Scene) async throws {
        // Other tests need some descriptors, too.
        let count = min(10_000, OpenFiles.raise(to: 11_000) - 1000)
        if count < 10_000 { print("Only \(count): the system permits no more open files") }
        let sockets = try (0..<count).map { number in
            try RawSocket(to: scene.endpoint, from: "127.1.1.\(1 + number % 200)")
        }
        // Meanwhile others get in.
        try await scene.checkHonest()
        for socket in sockets { #expect(socket.receive(1).isEmpty) }
        #expect(try await scene.count(of: "request_head") >= count)
    }

    static func halfOpenTLS(_ scene: Scene) async throws {
        // A record of 512 bytes with the beginning of a ClientHello, and no more of it.
        let hello: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]
        let sockets = try (0..<1000).map { _ in
            let socket = try RawSocket(to: scene.endpoint)
            socket.send(hello)
            return socket
        }
        try await scene.checkHonest()
        for socket in sockets { #expect(socket.receive(1).isEmpty) }
        let timedOut = "gavel_tls_handshake_failures_total{reason=\"timed_out\"}"
        #expect(try await scene.metric(timedOut) >= sockets.count)
        // Those that never said a word of TLS are no better.
        let silent = try RawSocket(to: scene.endpoint)
        #expect(silent.receive(1).isEmpty)
    }

    private static let attacker = "127.0.0.2"

    /// Opens a connection and asks something; what was answered, and the connection, which stays
    /// open unless it was refused.
    private static func knock(_ scene: Scene) throws -> (socket: RawSocket, answer: String) {
        let socket = try RawSocket(to: scene.endpoint, from: attacker)
        socket.send(text: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return (socket, String(decoding: socket.receive(4096), as: UTF8.self))
    }

    static func manyConnections(_ scene: Scene) throws {
        var open = try (0..<20).map { _ in try knock(scene) }
        for (_, answer) in open { #expect(answer.hasPrefix("HTTP/1.1 200 ")) }
        let first = try knock(scene).answer
        #expect(first.hasPrefix("HTTP/1.1 429 "))
        #expect(first.contains("Retry-After: 5\r\n"))
        #expect(first.contains(#""code":"rate_limited""#))
        // In a flood nobody is told any more; nobody gets in, either.
        for _ in 0..<200 {
            let answer = try knock(scene).answer
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 429 "))
        }
        // One that goes makes room for one.
        open.removeLast()
        var last = ""
        for _ in 0..<1_000_000 where !last.hasPrefix("HTTP/1.1 200 ") {
            last = try knock(scene).answer
        }
        #expect(last.hasPrefix("HTTP/1.1 200 "))
        #expect(open.count == 19)
    }

    static func newConnections(_ scene: Scene) throws {
        let clock = ContinuousClock()
        let start = clock.now
        let answers = try (0..<200).map { _ in try knock(scene).answer }
        let seconds = Double((clock.now - start).components.seconds + 1)
        let done = answers.filter { $0.hasPrefix("HTTP/1.1 200 ") }.count
        #expect(done >= 20 && Double(done) <= 20 + 5 * seconds, "\(done) in \(seconds) s")
        for answer in answers where !answer.isEmpty {
            #expect(answer.hasPrefix("HTTP/1.1 200 ") || answer.hasPrefix("HTTP/1.1 429 "))
        }
    }
}
