import NIOCore
import Synchronization
import WireProtocol

/// A message to any number of connections, on any number of event loops.
///
/// Encoded at most once for each form, by the first event loop that has a connection of that form;
/// all others write the same bytes. A form that nobody listens in is never made.
final class SharedMessage: Sendable {
    private let encode: @Sendable (WireForm, Deflater) -> ByteBuffer
    /// A form or two: looking through a list is quicker than hashing.
    private let frames = Mutex<[(form: WireForm, frame: ByteBuffer)]>([])

    convenience init(_ message: ServerMessage) {
        let frame = ServerFrame(message)
        self.init { Frames.encode(frame, in: $0, with: $1) }
    }

    /// - Parameter encode: makes the whole WebSocket frame; called once for each form.
    init(encode: @escaping @Sendable (WireForm, Deflater) -> ByteBuffer) {
        self.encode = encode
    }

    /// The whole WebSocket frame.
    ///
    /// - Parameter deflater: of the event loop that this is called on; compresses the message if
    ///   this loop is the first to want it so.
    func frame(in form: WireForm, with deflater: Deflater) -> ByteBuffer {
        frames.withLock { frames in
            for known in frames where known.form == form { return known.frame }
            // Under the lock: an event loop that comes meanwhile waits for these bytes, which takes
            // it no longer than to make them itself.
            let frame = encode(form, deflater)
            frames.append((form, frame))
            return frame
        }
    }
}

/// One event loop's copies of a shared message's frames, so that the message is asked once for each
/// form and not once for each watcher.
final class FrameCopies {
    private let message: SharedMessage
    private var frames: [(form: WireForm, frame: ByteBuffer)] = []

    init(of message: SharedMessage) { self.message = message }

    func frame(in form: WireForm, with deflater: Deflater) -> ByteBuffer {
        for known in frames where known.form == form { return known.frame }
        let frame = message.frame(in: form, with: deflater)
        frames.append((form, frame))
        return frame
    }
}
