import CEpoll
import Foundation

/// WebSockets by the ten thousand on the calling thread: one `epoll`, one receive buffer for all, and
/// messages handed out where they lie. The leanest that a load can be, since it shares the machine
/// with what it measures: some 2 µs a message, all but a tenth of it the kernel's.
///
/// Speaks no TLS and no compression, and takes no fragments: the server sends none.
public final class PollLoop {
    private static let bufferBytes = 1 << 18
    private static let eventsMax = 1024

    private let poll: Int32
    private let address: PollAddress
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: PollLoop.bufferBytes, alignment: 16)
    private var events = [epoll_event](repeating: epoll_event(), count: PollLoop.eventsMax)
    private var lines: [PollLine?] = []
    private var freeSlots: [Int] = []
    /// Slots that were freed in this turn: an event for the line before may still be in the list.
    private var freed: [Int] = []
    private var source: UInt32 = 0
    private unowned let conduct: any PollConduct

    /// - Parameter conduct: has to live as long as the loop turns.
    public init(to address: PollAddress, _ conduct: any PollConduct) throws(BenchError) {
        self.address = address
        self.conduct = conduct
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
    }

    deinit {
        for case let line? in lines { close(line.descriptor) }
        close(poll)
        buffer.deallocate()
    }

    /// Begins to connect. What becomes of it, the conduct hears.
    @discardableResult
    public func connect(_ number: Int, upgrade: [UInt8]) throws(BenchError) -> PollLine {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else {
            throw errno == EMFILE
                ? .tooFewFiles(permitted: lines.count, needed: lines.count * 2)
                : .system(call: "socket", errno: errno)
        }
        var on: Int32 = 1
        setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        if address.isLoopback {
            _ = PollAddress.bind(descriptor, toSource: source)
            source &+= 1
        }
        let status = address.withPointer { Foundation.connect(descriptor, $0, $1) }
        guard status == 0 || errno == EINPROGRESS else {
            let fault = errno
            close(descriptor)
            throw .unreachable(
                "\(address.host):\(address.port): \(String(cString: strerror(fault))).")
        }
        let slot = freeSlots.popLast() ?? lines.count
        let line = PollLine(
            number: number, descriptor: descriptor, slot: slot, upgrade: upgrade)
        if slot == lines.count { lines.append(line) } else { lines[slot] = line }
        try control(EPOLL_CTL_ADD, line)
        return line
    }

    /// Sends these bytes, which are whole frames.
    public func send(_ bytes: [UInt8], on line: PollLine) throws {
        guard line.phase == .open else { return }
        if !line.unsent.isEmpty {
            line.unsent.append(contentsOf: bytes)
            return
        }
        let sent = try write(bytes[...], to: line)
        guard sent < bytes.count, line.phase == .open else { return }
        line.unsent.append(contentsOf: bytes[sent...])
        line.wantsWritable = true
        try control(EPOLL_CTL_MOD, line)
    }

    public func send(text: String, on line: PollLine) throws {
        try send(PollLine.frame(text.utf8), on: line)
    }

    /// Ends a connection of our own will: the conduct hears nothing of it.
    ///
    /// - Parameter reset: nothing of it is left on either side, not even the port for a minute.
    public func drop(_ line: PollLine, reset: Bool = false) {
        guard line.phase != .closed else { return }
        if reset {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                line.descriptor, SOL_SOCKET, SO_LINGER, &option,
                socklen_t(MemoryLayout<linger>.size))
        }
        line.phase = .closed
        line.rest = []
        line.unsent = []
        close(line.descriptor)
        lines[line.slot] = nil
        freed.append(line.slot)
    }

    /// Waits for something to come, no longer than to that time, and hands it to the conduct.
    ///
    /// - Parameter deadline: of ``PollClock``.
    public func turn(until deadline: UInt64) throws {
        let now = PollClock.now
        let left = deadline > now ? deadline - now : 0
        var timeout = timespec(
            tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
        let count = epoll_pwait2(poll, &events, Int32(Self.eventsMax), &timeout, nil)
        guard count >= 0 || errno == EINTR else {
            throw BenchError.system(call: "epoll_pwait2", errno: errno)
        }
        for index in 0..<max(0, Int(count)) {
            let event = events[index]
            guard let line = lines[Int(event.data.u64)] else { continue }
            try serve(line, event.events)
        }
        freeSlots.append(contentsOf: freed)
        freed.removeAll(keepingCapacity: true)
    }

    // MARK: - Events

    private func serve(_ line: PollLine, _ events: UInt32) throws {
        if events & EPOLLOUT.rawValue != 0, line.wantsWritable { try writable(line) }
        if events & (EPOLLIN.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0,
            line.phase != .closed
        {
            try readable(line)
        }
    }

    private func writable(_ line: PollLine) throws {
        if line.phase == .connecting {
            var fault: Int32 = 0
            var length = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(line.descriptor, SOL_SOCKET, SO_ERROR, &fault, &length)
            guard fault == 0 else { return try end(line, String(cString: strerror(fault))) }
            line.phase = .upgrading
            line.unsent = line.upgrade
        }
        let sent = try write(line.unsent[...], to: line)
        guard line.phase != .closed else { return }
        line.unsent.removeFirst(sent)
        guard line.unsent.isEmpty else { return }
        line.wantsWritable = false
        try control(EPOLL_CTL_MOD, line)
    }

    /// How many bytes the socket took.
    private func write(_ bytes: ArraySlice<UInt8>, to line: PollLine) throws -> Int {
        let sent = bytes.withUnsafeBytes {
            Foundation.send(line.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if sent >= 0 { return sent }
        if errno != EAGAIN, errno != EINTR { try end(line, String(cString: strerror(errno))) }
        return 0
    }

    private func readable(_ line: PollLine) throws {
        let count = recv(line.descriptor, buffer.baseAddress, buffer.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else {
            return try end(
                line, count == 0 ? "end of the connection" : String(cString: strerror(errno)))
        }
        let now = PollClock.now
        let new = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        guard line.rest.isEmpty else {
            let bytes = line.rest + new
            line.rest = []
            return try bytes.withUnsafeBytes { try read($0, on: line, at: now) }
        }
        try read(new, on: line, at: now)
    }

    /// Hands out what is whole, and keeps the rest.
    private func read(_ bytes: UnsafeRawBufferPointer, on line: PollLine, at now: UInt64) throws {
        var position = 0
        if line.phase == .upgrading {
            guard let end = try answer(in: bytes, on: line) else {
                if line.phase != .closed { line.rest = Array(bytes) }
                return
            }
            position = end
            line.phase = .open
            try conduct.opened(line)
        }
        while line.phase == .open {
            let part = UnsafeRawBufferPointer(rebasing: bytes[position...])
            guard let frame = PollFrame(part) else { break }
            guard frame.isSound else {
                throw BenchError.fault(.nonsense("\(Array(part.prefix(16)))"))
            }
            position += frame.length
            try perform(frame, UnsafeRawBufferPointer(rebasing: part[frame.payload]), line, now)
        }
        if line.phase == .open, position < bytes.count { line.rest = Array(bytes[position...]) }
    }

    private func perform(
        _ frame: PollFrame, _ payload: UnsafeRawBufferPointer, _ line: PollLine, _ now: UInt64
    ) throws {
        switch frame.opcode {
        case 1, 2: try conduct.received(payload, on: line, at: now)
        case 8:
            let code =
                payload.count >= 2 ? "close \(Int(payload[0]) << 8 | Int(payload[1]))" : "close"
            try end(line, code)
        case 9: try send(PollLine.frame(payload, opcode: 10), on: line)
        default: break
        }
    }

    /// Where the answer to the upgrade ends; nil: not yet, or it was no 101 and the line has ended.
    private func answer(in bytes: UnsafeRawBufferPointer, on line: PollLine) throws -> Int? {
        let blank: [UInt8] = [13, 10, 13, 10]
        var end: Int?
        if bytes.count >= 4 {
            end = (0...(bytes.count - 4)).first { bytes[$0..<($0 + 4)].elementsEqual(blank) }
        }
        guard let end else { return nil }
        guard bytes.starts(with: "HTTP/1.1 101 ".utf8) else {
            let head = String(decoding: bytes[..<min(bytes.count, 300)], as: UTF8.self)
            try self.end(line, head)
            return nil
        }
        return end + 4
    }

    private func end(_ line: PollLine, _ reason: String) throws {
        drop(line)
        try conduct.closed(line, reason)
    }

    private func control(_ operation: Int32, _ line: PollLine) throws(BenchError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | (line.wantsWritable ? EPOLLOUT.rawValue : 0)
        event.data.u64 = UInt64(line.slot)
        guard epoll_ctl(poll, operation, line.descriptor, &event) == 0 else {
            throw .system(call: "epoll_ctl", errno: errno)
        }
    }
}

@available(*, unavailable)
extension PollLoop: Sendable {}
