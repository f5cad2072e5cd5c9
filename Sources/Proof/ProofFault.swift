/// Why something can't be taken for proof, in words that say what is wrong with it.
public struct ProofFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
