import Foundation

/// A WebSocket connection that bids and counts answers. Blocking, but for its readiness.
final class BidConnection {
    let descriptor: Int32
    private(set) var latencies: [UInt64] = []
    /// How many bids were refused, as another bidder had got ahead of them.
    private(set) var overtaken = 0
    private let script: BidScript
    private let count: Int
    private var sentAt: [UInt64] = []
    private var frames: [UInt8] = []
    private var expected: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var filled = 0

    var isDone: Bool { latencies.count == count }

    init(_ script: BidScript, port: UInt16) throws {
        self.script = script
        count = script.count
        descriptor = try Self.connect(to: port)
        latencies.reserveCapacity(count)
        sentAt.reserveCapacity(count)
        try upgrade(script.token)
    }

    deinit { close(descriptor) }

    /// Sends the next bids, so many or all that are left.
    func send(_ number: Int) throws {
        let first = sentAt.count
        let last = min(first + number, count)
        guard first < last else { return }
        frames.removeAll(keepingCapacity: true)
        for index in first..<last { appendFrame(of: index) }
        try write(frames[...])
        sentAt += repeatElement(Self.now, count: last - first)
    }

    /// Reads what is there.
    ///
    /// - Returns: how many bids were answered. Throws when an answer is not the next bid's acceptance.
    func receive() throws -> Int {
        try fill()
        let now = Self.now
        var position = 0
        let before = latencies.count
        try buffer.withUnsafeBytes { bytes in
            while let payload = Self.payload(in: bytes[position..<filled]) {
                position = payload.upperBound
                let text = UnsafeRawBufferPointer(rebasing: bytes[payload])
                // That a bid was outbid at once is told beside its acceptance.
                if text.count > 10, text[9] == UInt8(ascii: "o") { continue }
                if text.starts(with: #"{"type":"heartbeat""#.utf8) { continue }
                guard latencies.count < sentAt.count, isAnswer(text, to: latencies.count) else {
                    throw BenchmarkFailure(
                        "Not the answer to bid \(latencies.count): "
                            + String(decoding: text, as: UTF8.self))
                }
                latencies.append(now - sentAt[latencies.count])
            }
        }
        buffer.withUnsafeMutableBytes { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<filled]))
        }
        filled -= position
        return latencies.count - before
    }

    // MARK: - What is said

    /// A text frame, masked with zeros.
    private func appendFrame(of index: Int) {
        let start = frames.count
        frames += [0x81, 0, 0, 0, 0, 0]
        frames += #"{"type":"bid","auction":""#.utf8
        frames += script.lot(of: index).utf8
        frames += #"","id":"b"#.utf8
        Self.append(script.first + index, to: &frames)
        frames += #"","amount":"#.utf8
        Self.append(script.amount(of: index), to: &frames)
        frames.append(UInt8(ascii: "}"))
        let length = frames.count - start - 6
        precondition(length <= 125, "A bid fits into the shortest kind of frame")
        frames[start + 1] = 0x80 | UInt8(length)
    }

    /// Whether it is the next answer that is due: the acceptance of that bid, or, where bidders race
    /// for a lot, that it was too low when it came.
    private func isAnswer(_ text: UnsafeRawBufferPointer, to index: Int) -> Bool {
        expected.removeAll(keepingCapacity: true)
        expected += #"{"type":"bid_accepted","auction":""#.utf8
        expected += script.lot(of: index).utf8
        expected += #"","id":"b"#.utf8
        Self.append(script.first + index, to: &expected)
        expected += #"","#.utf8
        if Self.begins(text, with: expected) { return true }
        guard script.amounts != nil else { return false }
        expected.replaceSubrange(0..<21, with: #"{"type":"bid_rejected"#.utf8)
        expected += #""ref":null,"code":"too_low""#.utf8
        guard Self.begins(text, with: expected) else { return false }
        overtaken += 1
        return true
    }

    private static func begins(_ text: UnsafeRawBufferPointer, with bytes: [UInt8]) -> Bool {
        guard text.count >= bytes.count, let start = text.baseAddress else { return false }
        return memcmp(start, bytes, bytes.count) == 0
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    // MARK: - Bytes

    /// Where the payload of the first whole frame is; nil when there is none yet.
    private static func payload(in bytes: Slice<UnsafeRawBufferPointer>) -> Range<Int>? {
        let start = bytes.startIndex
        guard bytes.count >= 2 else { return nil }
        var (head, length) = (2, Int(bytes[start + 1]))
        if length == 126 {
            guard bytes.count >= 4 else { return nil }
            (head, length) = (4, Int(bytes[start + 2]) << 8 | Int(bytes[start + 3]))
        }
        guard bytes.count >= head + length else { return nil }
        return start + head..<start + head + length
    }

    private func write(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw BenchmarkFailure("The server hung up: \(errno)") }
            rest = rest.dropFirst(count)
        }
    }

    private func fill() throws {
        let count = buffer.withUnsafeMutableBytes { bytes in
            recv(descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled, 0)
        }
        guard count > 0 else { throw BenchmarkFailure("The server hung up: \(errno)") }
        filled += count
    }

    /// Becomes a WebSocket, and reads the 101 and the welcome.
    private func upgrade(_ token: String) throws {
        let request = """
            GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
            Authorization: Bearer \(token)\r\n\r\n
            """
        try write(Array(request.utf8)[...])
        while !String(decoding: buffer.prefix(filled), as: UTF8.self).contains("\"welcome\"") {
            try fill()
        }
        guard buffer.starts(with: "HTTP/1.1 101".utf8) else {
            throw BenchmarkFailure(String(decoding: buffer.prefix(filled), as: UTF8.self))
        }
        filled = 0
    }

    private static func connect(to port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw BenchmarkFailure("socket: \(errno)") }
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw BenchmarkFailure("connect: \(errno)") }
        return descriptor
    }

    /// In nanoseconds.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
