import NIOCore

/// Cuts what a server sends into the answer to the upgrade and the frames after it. Pure.
///
/// Checks no more of the protocol than a load needs: that the frames are not masked and of a
/// sensible size. Messages in several frames come out frame by frame.
struct LoadReader {
    enum Item {
        /// The server's answer to the upgrade: 101, or why not.
        case answer(status: Int, isCompressed: Bool)
        case frame(LoadFrame)
        /// What came is neither.
        case nonsense
    }

    private static let payloadBytesMax: UInt64 = 16 << 20
    private static let headBytesMax = 16_384

    private var input = ByteBuffer()
    private var hasAnswer = false
    private var isOver = false

    mutating func receive(_ bytes: inout ByteBuffer) {
        guard !isOver else { return }
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeBuffer(&bytes)
        }
    }

    mutating func next() -> Item? {
        guard !isOver else { return nil }
        let item = hasAnswer ? nextFrame() : nextAnswer()
        if input.readableBytes == 0 { input = ByteBuffer() }
        return item
    }

    private mutating func end(_ item: Item) -> Item {
        isOver = true
        input = ByteBuffer()
        return item
    }

    private mutating func nextAnswer() -> Item? {
        let view = input.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else {
            return view.count > Self.headBytesMax ? self.end(.nonsense) : nil
        }
        let head = String(decoding: view[..<end], as: UTF8.self).lowercased()
        guard head.hasPrefix("http/1.1 "), let status = Int(head.dropFirst(9).prefix(3)) else {
            return self.end(.nonsense)
        }
        let answer = Item.answer(
            status: status, isCompressed: head.contains("permessage-deflate"))
        guard status == 101 else { return self.end(answer) }
        input.moveReaderIndex(forwardBy: end - view.startIndex)
        hasAnswer = true
        return answer
    }

    private mutating func nextFrame() -> Item? {
        var rest = input
        guard let first = rest.readInteger(as: UInt8.self),
            let second = rest.readInteger(as: UInt8.self)
        else { return nil }
        guard second & 0x80 == 0 else { return end(.nonsense) }
        var length = UInt64(second)
        if second == 126 {
            guard let long = rest.readInteger(as: UInt16.self) else { return nil }
            length = UInt64(long)
        } else if second == 127 {
            guard let long = rest.readInteger(as: UInt64.self) else { return nil }
            length = long
        }
        guard length <= Self.payloadBytesMax else { return end(.nonsense) }
        guard let payload = rest.readSlice(length: Int(length)) else { return nil }
        input = rest
        return .frame(
            LoadFrame(
                opcode: first & 0x0f, isCompressed: first & 0x40 != 0, payload: payload))
    }
}
