import Foundation
import GavelClient

/// A TCP connection without any manners: what a hostile or broken client would send, byte for byte.
final class RawSocket: @unchecked Sendable {
    // Sendable: the descriptor never changes, and each test uses its socket from one task.
    private let descriptor: Int32

    /// - Parameter source: the address to come from; nil: any.
    init(to endpoint: Endpoint, receiveBuffer: Int32? = nil, from source: String? = nil) throws {
        let (host, port) = try Self.address(endpoint)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure("socket: \(errno)") }
        if var size = receiveBuffer {
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        // A server that answers nothing fails the test instead of hanging it.
        var patience = timeval(tv_sec: 240, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        if let source { try bind(to: source) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        inet_pton(AF_INET, host, &address.sin_addr)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure("connect: \(errno)") }
    }

    deinit { close(descriptor) }

    private static func address(_ endpoint: Endpoint) throws -> (host: String, port: Int) {
        switch endpoint {
        case .tcp(let host, let port), .tls(let host, let port): return (host, port)
        case .unix: throw Failure("\(endpoint)")
        }
    }

    private func bind(to source: String) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, source, &address.sin_addr)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure("bind: \(errno)") }
    }

    /// A request for a WebSocket, with further header lines.
    static func upgrade(_ headers: [String] = []) -> String {
        let lines =
            [
                "GET /v1/ws HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
            ] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// A socket that has become a WebSocket and has read nothing but the 101.
    static func webSocket(
        to endpoint: Endpoint, _ headers: [String] = [], receiveBuffer: Int32? = nil
    ) throws -> RawSocket {
        let socket = try RawSocket(to: endpoint, receiveBuffer: receiveBuffer)
        socket.send(text: upgrade(headers))
        var head: [UInt8] = []
        while !head.ends(with: Array("\r\n\r\n".utf8)) {
            guard let byte = socket.receive(1).first else { throw Failure("no 101: \(head)") }
            head.append(byte)
        }
        guard String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 101") else {
            throw Failure(String(decoding: head, as: UTF8.self))
        }
        return socket
    }

    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func send(text: String) { send(Array(text.utf8)) }

    /// Sends a text frame, masked with zeros.
    func send(message: String) { send(Self.frame(0x81, Array(message.utf8))) }

    static func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [first]
        switch payload.count {
        case ...125: frame.append(0x80 | UInt8(payload.count))
        case ...0xffff:
            frame +=
                [0x80 | 126] + withUnsafeBytes(of: UInt16(payload.count).bigEndian) { Array($0) }
        default:
            frame +=
                [0x80 | 127] + withUnsafeBytes(of: UInt64(payload.count).bigEndian) { Array($0) }
        }
        return frame + [0, 0, 0, 0] + payload
    }

    /// At most so many bytes; none when the peer has closed, or sent nothing for too long.
    func receive(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor, &bytes, count, 0)
        return received > 0 ? Array(bytes.prefix(received)) : []
    }

    private func receiveExactly(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = receive(count - bytes.count)
            guard !more.isEmpty else { return nil }
            bytes += more
        }
        return bytes
    }

    /// The next frame of the server, unmasked: its first byte and its payload; nil at the end.
    func nextFrame() -> (first: UInt8, payload: [UInt8])? {
        guard let head = receiveExactly(2) else { return nil }
        var length = Int(head[1] & 0x7f)
        if length >= 126 {
            guard let bytes = receiveExactly(length == 126 ? 2 : 8) else { return nil }
            length = bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        guard length > 0 else { return (head[0], []) }
        guard let payload = receiveExactly(length) else { return nil }
        // A whole text that is not compressed.
        if head[0] == 0x81 { WireCheck.look(atServer: payload) }
        return (head[0], payload)
    }

    /// Reads on until the next text that is of that type.
    func nextMessage(_ type: String) -> String? {
        while let (first, payload) = nextFrame() {
            let text = String(decoding: payload, as: UTF8.self)
            if first == 0x81, text.hasPrefix("{\"type\":\"\(type)\"") { return text }
        }
        return nil
    }

    /// Whether the server says something, or ends, within a time.
    private func hasNews(within milliseconds: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, milliseconds) != 0
    }

    /// Sends a byte at a time, ten a second, until the server says something or ends.
    func trickle(_ bytes: [UInt8]) {
        for byte in bytes {
            guard !hasNews(within: 100) else { return }
            send([byte])
        }
    }

    /// Everything up to the end, as text.
    func receiveToTheEnd() -> String {
        var bytes: [UInt8] = []
        while true {
            let more = receive(65_536)
            guard !more.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
        }
    }

    /// The texts of all frames up to the end, and the code of the close frame, if there was one.
    func heardToTheEnd() -> (messages: [String], code: Int?) {
        var messages: [String] = []
        var code: Int?
        while let (first, payload) = nextFrame() {
            if first == 0x81 { messages.append(String(decoding: payload, as: UTF8.self)) }
            if first == 0x88, payload.count >= 2 { code = Int(payload[0]) << 8 | Int(payload[1]) }
        }
        return (messages, code)
    }

    /// Reads on until the server closes; the code of its close frame, if there was one.
    func closeCode() -> Int? {
        var code: Int?
        while let (first, payload) = nextFrame() {
            if first == 0x88, payload.count >= 2 { code = Int(payload[0]) << 8 | Int(payload[1]) }
        }
        return code
    }
}

extension Array where Element == UInt8 {
    fileprivate func ends(with end: [UInt8]) -> Bool { suffix(end.count).elementsEqual(end) }
}
