import Foundation
import StrictJSON

/// A back office that takes webhooks on a real socket, and answers as the test says.
final class HookOffice: @unchecked Sendable {
    // Sendable: the descriptor never changes, and the rest is used only while `condition` is locked.

    struct Request: Sendable {
        let id: String
        let type: String
        let body: String
        let signatures: [String]
    }

    private let descriptor: Int32
    let url: String
    private let condition = NSCondition()
    private var taken: [Request] = []
    private var status: @Sendable (Request) -> Int? = { _ in 200 }

    /// The status to answer with; nil: nothing is said, and the connection kept.
    var answers: @Sendable (Request) -> Int? {
        get { condition.withLock { status } }
        set { condition.withLock { status = newValue } }
    }

    var requests: [Request] { condition.withLock { taken } }

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure("listen: \(errno)") }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/hooks"
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                let office = self
                Thread.detachNewThread { office?.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// Waits until so many have come.
    @discardableResult
    func wait(for count: Int) -> [Request] {
        condition.withLock {
            while taken.count < count { condition.wait() }
            return taken
        }
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var bytes: [UInt8] = []
        var space = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &space, space.count, 0)
            guard count > 0 else { return }
            bytes += space[..<count]
            guard let request = Self.request(String(decoding: bytes, as: UTF8.self)) else {
                continue
            }
            let answer = condition.withLock {
                taken.append(request)
                condition.broadcast()
                return status(request)
            }
            guard let answer else { continue }
            let text = "HTTP/1.1 \(answer) X\r\nContent-Length: 0\r\n\r\n"
            _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
            return
        }
    }

    /// Nil: it is not whole yet.
    private static func request(_ text: String) -> Request? {
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let fields = text[..<end.lowerBound].split(separator: "\r\n").dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            return (name: parts[0].lowercased(), value: parts[1])
        }
        func field(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
        let body = String(text[end.upperBound...])
        guard body.utf8.count == Int(field("content-length")) else { return nil }
        let type = try? JSONValue(parsing: body.utf8).asObject?.string("type")
        return Request(
            id: field("webhook-id"), type: type ?? "", body: body,
            signatures: field("webhook-signature").split(separator: " ").map(String.init))
    }
}
