import Foundation
import GavelLoad
import NIOCore

/// What a hostile connection does.
enum Attack: String, CaseIterable {
    /// A request head, one byte a second.
    case slowHead
    /// A message, one byte a second.
    case slowFrame
    /// Half a request head, and then nothing.
    case halfOpen
    /// A message that never ends, in fragments without a byte.
    case emptyFragments
    case pingFlood
    /// Frames that announce far more than may come.
    case oversizedLength
    case garbage
    /// A few kilobytes that inflate to 16 MiB; where the server takes no deflate, a large message.
    case bomb
    /// Handshakes, each torn down as soon as it is done.
    case reconnectStorm
    /// Watches every lot and reads nothing.
    case deafWatcher

    /// Whether it needs a WebSocket to begin with.
    var upgrades: Bool {
        switch self {
        case .slowHead, .halfOpen, .garbage: false
        default: true
        }
    }

    /// How long it takes until an attacker who was thrown out is back.
    var pause: TimeAmount { self == .reconnectStorm ? .milliseconds(20) : .milliseconds(250) }

    /// A kernel's buffer as small as it can be, for those who let it fill up.
    var receiveBuffer: Int? { self == .deafWatcher ? 2048 : nil }
}

/// One hostile connection.
final class Attacker: LoadConduct {
    private let attack: Attack
    private let lots: Int
    private let onEnd: (LoadEnd) -> Void
    /// What it drips, one byte a second.
    private var drip: ArraySlice<UInt8> = []

    init(_ attack: Attack, lots: Int, onEnd: @escaping (LoadEnd) -> Void) {
        self.attack = attack
        self.lots = lots
        self.onEnd = onEnd
    }

    func begin(on line: LoadLine) {
        switch attack {
        case .slowHead:
            drip = Array("GET /v1/ws HTTP/1.1\r\nHost: x\r\nX-Slow: \(UUID())".utf8)[...]
            dripOn(line)
        case .slowFrame:
            let frame = LoadFrame.text(#"{"type":"time","client_time":1,"ref":"slowly"}"#)
            drip = Array(frame.readableBytesView)[...]
            dripOn(line)
        case .halfOpen:
            line.send(ByteBuffer(string: "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: webso"))
        case .emptyFragments:
            line.send(LoadFrame.encode(first: 0x01, []))
            flood(line, with: LoadFrame.encode(first: 0x00, []), times: 64)
        case .pingFlood: flood(line, with: LoadFrame.encode(first: 0x89, [1, 2, 3]), times: 64)
        case .oversizedLength:
            var frame = ByteBuffer(bytes: [0x81, 0xff])
            frame.writeInteger(UInt64(1) << 63 - 1)
            frame.writeInteger(UInt32(0))
            line.send(frame)
        case .garbage:
            line.send(ByteBuffer(bytes: (0..<512).map { _ in UInt8.random(in: 0...255) }))
        case .bomb: line.send(LoadFrame.bomb)
        case .reconnectStorm: line.reset()
        case .deafWatcher:
            for lot in 0..<lots {
                line.send(text: #"{"type":"watch","auction":"lot-\#(lot)","feed":"full"}"#)
            }
            line.stopReading()
        }
    }

    func end(_ end: LoadEnd) { onEnd(end) }

    private func dripOn(_ line: LoadLine) {
        guard let byte = drip.popFirst() else { return }
        line.send(ByteBuffer(bytes: [byte]))
        line.schedule(in: .seconds(1)) { self.dripOn($0) }
    }

    private func flood(_ line: LoadLine, with frame: ByteBuffer, times: Int) {
        var frames = ByteBuffer()
        for _ in 0..<times { frames.writeImmutableBuffer(frame) }
        line.send(frames)
        line.schedule(in: .milliseconds(100)) { self.flood($0, with: frame, times: times) }
    }
}
