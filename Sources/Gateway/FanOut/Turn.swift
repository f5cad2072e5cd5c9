import AuctionRules
import NIOCore
import WireProtocol

/// Broadcasts that go out together: those that came in the same turn of an event loop, or while the ones before were
/// going out.
///
/// They wait for each other so that a watcher gets all that concern it in one write, which costs
/// hardly more than one of them. Most watchers of a lot get the same ones, and share the bytes.
struct Turn {
    /// What the turn holds for the watchers of one lot, or of one sale.
    struct Part {
        let topic: Topic
        /// Where in ``broadcasts``.
        var positions: [Int]
    }

    private(set) var broadcasts: [Broadcast] = []
    private(set) var parts: [Part] = []
    private var frames: [FrameCopies] = []
    /// Which one it is; 0: none, so that nobody has had a part of it who has had none.
    private(set) var number: UInt32
    /// When the first of it was committed, if that is to be counted.
    private(set) var since: ContinuousClock.Instant?
    /// Who has had a part of it before the others.
    private(set) var caughtUp: [Watcher] = []

    init(number: UInt32) { self.number = number }

    var count: Int { broadcasts.count }
    var isEmpty: Bool { broadcasts.isEmpty }
    /// So many make a write large enough.
    var isFull: Bool { broadcasts.count >= 128 }

    /// - Parameter topics: those whose watchers it is for.
    mutating func append(
        _ broadcast: Broadcast, for topics: [Topic], since: ContinuousClock.Instant? = nil
    ) {
        if self.since == nil { self.since = since }
        let position = broadcasts.count
        broadcasts.append(broadcast)
        frames.append(FrameCopies(of: broadcast.message))
        for topic in topics {
            // It is one lot's, or a few lots'.
            if let index = parts.firstIndex(where: { $0.topic === topic }) {
                parts[index].positions.append(position)
            } else {
                parts.append(Part(topic: topic, positions: [position]))
            }
        }
    }

    /// The frames of one of its broadcasts.
    func frames(at position: Int) -> FrameCopies { frames[position] }

    /// A watcher is about to have all of it.
    ///
    /// - Returns: where the broadcasts are that it has not had; nil: it has had them.
    mutating func catchUp(_ watcher: Watcher) -> Range<Int>? {
        let start = watcher.turn.number == number ? Int(watcher.turn.position) : 0
        guard start < count else { return nil }
        watcher.hasHad(count, of: number)
        caughtUp.append(watcher)
        return start..<count
    }

    /// Begins another one.
    mutating func clear(number: UInt32) {
        broadcasts.removeAll(keepingCapacity: true)
        frames.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        caughtUp.removeAll(keepingCapacity: true)
        since = nil
        self.number = number
    }
}

/// Which run of frames a watcher gets; those of the same form get the same one.
struct RunNumber: Equatable {
    private let number: UInt8
    var index: Int { Int(number) }

    static let count = 32

    /// A number for each form in which messages are frames.
    init(of form: WireForm) {
        var number: UInt8 = 0
        if case .deflate(let windowBits) = form.compression { number = UInt8(windowBits & 15) }
        if form.encoding == .protobuf { number += 16 }
        self.number = number
    }
}

/// A part of a turn as bytes, one run of frames for each form; made when the first watcher wants it.
///
/// Memory of its own and not the messages' buffers: all event loops write those at the same time, and
/// would wait for each other to count who holds them.
final class Runs {
    private let frames: [FrameCopies]
    private let deflater: Deflater
    /// By ``RunNumber``; empty: not made yet.
    private var runs: [UnsafeRawBufferPointer] = Array(
        repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: RunNumber.count)

    init(of part: Turn.Part, in turn: Turn, deflater: Deflater) {
        frames = part.positions.map { turn.frames(at: $0) }
        self.deflater = deflater
    }

    deinit {
        // Each was allocated in `make`, and nobody but its caller has it, who holds these runs.
        for run in runs { run.deallocate() }
    }

    /// The run of that number, if somebody has wanted it. Good for as long as the runs are.
    subscript(number: RunNumber) -> UnsafeRawBufferPointer? {
        let run = runs[number.index]
        return run.isEmpty ? nil : run
    }

    /// As above, for the first who wants it.
    func make(for watcher: Watcher) -> UnsafeRawBufferPointer {
        let frames = frames.map { $0.frame(in: watcher.form, with: deflater) }
        let bytes = frames.reduce(0) { $0 + $1.readableBytes }
        let run = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
        var end = 0
        for frame in frames {
            // There is room: the run is as long as all frames together.
            frame.withUnsafeReadableBytes {
                UnsafeMutableRawBufferPointer(rebasing: run[end...]).copyMemory(from: $0)
            }
            end += frame.readableBytes
        }
        runs[watcher.runNumber.index] = UnsafeRawBufferPointer(run)
        return UnsafeRawBufferPointer(run)
    }
}
