/// What the connections of a ``PollLoop`` do. Called on the loop's thread.
public protocol PollConduct: AnyObject {
    /// The server has answered 101.
    func opened(_ line: PollLine) throws
    /// A message came; its bytes are good within the call only.
    ///
    /// - Parameter now: when the loop got it, of ``PollClock``.
    func received(_ message: UnsafeRawBufferPointer, on line: PollLine, at now: UInt64) throws
    /// The connection has ended, by whomever.
    ///
    /// - Parameter reason: the close code or the system's word, for people.
    func closed(_ line: PollLine, _ reason: String) throws
}
