import Foundation
import NIOCore
import NIOHTTP1
import StrictJSON
import WireProtocol

@testable import Gateway

extension Line {
    /// One request on a connection of its own, and its answer.
    static func exchange(
        _ path: String, method: String = "GET", body: String? = nil, token: String? = nil,
        port: Int
    ) async throws -> RawResponse {
        let line = try await open(port: port)
        try await line.request(
            path, method: method, body: body, headers: ["Connection": "close"], token: token)
        var bytes = ByteBuffer()
        while let more = await line.receive() { bytes.writeImmutableBuffer(more) }
        guard let response = RawResponse(&bytes, isHead: method == "HEAD") else {
            throw Surprise("no answer: \(String(buffer: bytes))")
        }
        return response
    }

    /// The answer to the one request that was sent, on a connection that goes on.
    func answer() async throws -> RawResponse {
        var bytes = ByteBuffer()
        while true {
            if let response = RawResponse(&bytes, isHead: false) { return response }
            guard let more = await receive() else {
                throw Surprise("no answer: \(String(buffer: bytes))")
            }
            bytes.writeImmutableBuffer(more)
        }
    }

    func request(
        _ path: String, method: String = "GET", body: String? = nil,
        headers: KeyValuePairs<String, String> = [:], token: String? = nil
    ) async throws {
        var head = "\(method) \(path) HTTP/1.1\nHost: house\n"
        for (name, value) in headers { head += "\(name): \(value)\n" }
        if let token { head += "Authorization: Bearer \(token)\n" }
        if let body { head += "Content-Length: \(body.utf8.count)\n" }
        try await send(head + "\n" + (body ?? ""))
    }
}

/// A client's end of a stream of events.
actor EventReader {
    struct Event: Hashable {
        var name = ""
        var id: String?
        var retry: Int?
        var data = ""

        var json: JSONObject {
            get throws {
                guard let object = try JSONValue(parsing: data.utf8).asObject else {
                    throw Surprise(data)
                }
                return object
            }
        }
    }

    private let line: Line
    private var bytes = ByteBuffer()
    private var body = ""
    /// The answer's head, as text.
    private(set) var head = ""
    /// Whether the body has ended as it should, with the last chunk.
    private(set) var hasEnded = false
    /// The newest `id`, as a browser keeps it.
    private(set) var lastID: String?

    init(
        _ path: String, method: String = "GET", body: String? = nil,
        headers: KeyValuePairs<String, String> = [:], token: String? = nil,
        receiveBuffer: Int? = nil, port: Int
    ) async throws {
        line = try await Line.open(port: port, receiveBuffer: receiveBuffer)
        try await line.request(
            path, method: method, body: body, headers: headers, token: token)
        while true {
            let text = String(buffer: bytes)
            if let end = text.range(of: "\r\n\r\n") {
                head = String(text[..<end.lowerBound])
                bytes.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
                break
            }
            guard let more = await line.receive() else { throw Surprise("no head: \(text)") }
            bytes.writeImmutableBuffer(more)
        }
    }

    /// The next event that is no heartbeat; nil at the end.
    func next() async throws -> Event? {
        while let event = try await any() {
            if event.name != "heartbeat" { return event }
        }
        return nil
    }

    /// The next event; nil at the end.
    func any() async throws -> Event? {
        while true {
            if let event = takeEvent() {
                if let id = event.id { lastID = id }
                return event
            }
            if hasEnded { return nil }
            if try takeChunk() { continue }
            guard let more = await line.receive() else { return nil }
            bytes.writeImmutableBuffer(more)
        }
    }

    /// Reads nothing more from the connection, until ``resume()``.
    func pause() async throws { try await line.read(false) }

    func resume() async throws { try await line.read(true) }

    /// Hangs up.
    func close() async { await line.close() }

    private func takeEvent() -> Event? {
        guard let end = body.range(of: "\n\n") else { return nil }
        var event = Event()
        for field in body[..<end.lowerBound].components(separatedBy: "\n") {
            guard let colon = field.range(of: ": ") else { continue }
            let value = String(field[colon.upperBound...])
            switch field[..<colon.lowerBound] {
            case "event": event.name = value
            case "id": event.id = value
            case "retry": event.retry = Int(value)
            case "data": event.data += value
            default: break
            }
        }
        body.removeSubrange(..<end.upperBound)
        return event
    }

    private func takeChunk() throws -> Bool {
        let view = bytes.readableBytesView
        guard let lineEnd = view.firstIndex(of: UInt8(ascii: "\n")) else { return false }
        let digits = String(decoding: view[..<lineEnd].dropLast(), as: UTF8.self)
        guard let size = Int(digits, radix: 16) else { throw Surprise("no chunk: \(digits)") }
        let headSize = lineEnd + 1 - view.startIndex
        guard bytes.readableBytes >= headSize + size + 2 else { return false }
        bytes.moveReaderIndex(forwardBy: headSize)
        body += bytes.readString(length: size) ?? ""
        guard bytes.readString(length: 2) == "\r\n" else { throw Surprise("a chunk's end") }
        if size == 0 { hasEnded = true }
        return true
    }
}

/// A client's end of a WebSocket.
actor SocketReader {
    private let line: Line
    private var bytes = ByteBuffer()

    init(token: String? = nil, port: Int) async throws {
        line = try await Line.open(port: port)
        try await line.request(
            "/v1/ws",
            headers: [
                "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            ], token: token)
        while true {
            let text = String(buffer: bytes)
            if let end = text.range(of: "\r\n\r\n") {
                guard text.hasPrefix("HTTP/1.1 101 ") else { throw Surprise(text) }
                bytes.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
                break
            }
            guard let more = await line.receive() else { throw Surprise("no head: \(text)") }
            bytes.writeImmutableBuffer(more)
        }
    }

    func say(_ text: String) async throws { try await line.send(Wire.text(text)) }

    /// The next message that is no heartbeat; nil at the end.
    func next() async throws -> String? {
        while true {
            while let (opcode, payload) = takeFrame() {
                guard opcode != 0x8 else { return nil }
                guard opcode == 0x1 else { continue }
                let text = String(buffer: payload)
                if !text.hasPrefix(#"{"type":"heartbeat""#) { return text }
            }
            guard let more = await line.receive() else { return nil }
            bytes.writeImmutableBuffer(more)
        }
    }

    func close() async { await line.close() }

    private func takeFrame() -> (opcode: UInt8, payload: ByteBuffer)? {
        var rest = bytes
        guard let first: UInt8 = rest.readInteger(), let second: UInt8 = rest.readInteger() else {
            return nil
        }
        var size = Int(second)
        if size == 126 {
            guard let long: UInt16 = rest.readInteger() else { return nil }
            size = Int(long)
        }
        guard let payload = rest.readSlice(length: size) else { return nil }
        bytes = rest
        return (first & 0x0f, payload)
    }
}
