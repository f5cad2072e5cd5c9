import NIOCore

/// Makes a buffer for each read of a connection, so that one that is silent keeps none.
///
/// NIO keeps a channel's first buffer for as long as the channel lives, and with one read at a time no
/// other: so the first is tiny, and takes one read more when a connection begins. Nobody holds a later
/// one for longer than it takes to read what is in it.
struct ReadBuffer: RecvByteBufferAllocator {
    private var later = AdaptiveRecvByteBufferAllocator(
        minimum: 256, initial: 1024, maximum: 65_536)
    private var isFirst = true

    private static let firstBytes = 16

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        isFirst ? allocator.buffer(capacity: Self.firstBytes) : later.buffer(allocator: allocator)
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        if !isFirst { _ = later.record(actualReadBytes: actualReadBytes) }
        isFirst = false
        // Always said to grow: otherwise the channel would read into the first one again.
        return true
    }
}
