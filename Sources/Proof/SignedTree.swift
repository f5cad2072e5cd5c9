public import AuctionRules

/// One signature over some statements, and what each of them needs to be shown alone.
///
/// It keeps no path: who keeps the statements can have each one's from it.
public struct SignedTree: Hashable, Sendable {
    /// The signed text: a ``TreeHead``.
    public let head: String
    /// 64 bytes.
    public let signature: [UInt8]

    public init(head: String, signature: [UInt8]) {
        self.head = head
        self.signature = signature
    }

    /// As a table keeps it.
    ///
    /// - Parameter signature: 128 lower-case hexadecimal digits; nil is returned for anything else.
    public init?(head: String, signature: String) {
        guard let bytes = [UInt8](hex: signature), bytes.count == 64 else { return nil }
        self.init(head: head, signature: bytes)
    }

    /// As hexadecimal digits.
    public var signatureHex: String { signature.hex }

    /// One of its statements with its path to the root.
    ///
    /// - Parameters:
    ///   - index: the statement's place among them.
    ///   - statements: all that were signed together, in that order.
    /// - Precondition: there are statements, and the index is one of theirs.
    public func statement(_ index: Int, of statements: [String]) -> SignedStatement {
        let tree = MerkleTree(leaves: statements.map { Array($0.utf8) })
        return SignedStatement(
            statement: statements[index], index: Int64(index), path: tree.path(of: index),
            head: head, signature: signature)
    }

    /// Checks that the holder of one of the keys has signed these very statements, while that was the
    /// key in use.
    ///
    /// - Parameter statements: in the order in which they were signed; at least one.
    /// - Returns: what was signed.
    /// - Throws: ``ProofFault`` that says what does not fit.
    @discardableResult
    public func verify(
        _ statements: [String], with keys: KeySet
    ) throws(ProofFault) -> TreeHead {
        try verify(root: Self.root(of: statements), size: Int64(statements.count), with: keys)
    }

    /// As ``verify(_:with:)``, for somebody who has kept only the statements' root.
    @discardableResult
    public func verify(
        root: Digest, size: Int64, with keys: KeySet
    ) throws(ProofFault) -> TreeHead {
        let head = try Self.verifiedHead(head, signature, with: keys)
        guard head.size == size, head.root == root else {
            throw ProofFault("the statements are not those that were signed")
        }
        return head
    }

    /// The root of the statements' tree.
    ///
    /// - Precondition: there is one.
    public static func root(of statements: [String]) -> Digest {
        MerkleTree(leaves: statements.map { Array($0.utf8) }).root
    }

    /// A tree head, once its signature has been found to be that of a key that was in use then.
    static func verifiedHead(
        _ text: String, _ signature: [UInt8], with keys: KeySet
    ) throws(ProofFault) -> TreeHead {
        let head = try TreeHead(text: text)
        guard let known = keys.key(head.key) else {
            throw ProofFault("the key \(head.key) that signed it is none of the server's")
        }
        guard known.key.isValid(signature, for: Array(text.utf8)) else {
            throw ProofFault("the signature is not that of the key \(head.key)")
        }
        guard known.from <= head.at, known.until.map({ head.at <= $0 }) ?? true else {
            throw ProofFault("the key \(head.key) was not in use when it was signed")
        }
        return head
    }
}

extension SigningKey {
    /// Signs statements together, without making each one's path.
    ///
    /// - Parameters: as of ``sign(_:log:position:hash:at:)``.
    /// - Returns: nil for none.
    public func signTree(
        of statements: [String], log: String, position: Int64, hash: EntryHash, at t: Instant
    ) -> SignedTree? {
        guard !statements.isEmpty else { return nil }
        let tree = MerkleTree(leaves: statements.map { Array($0.utf8) })
        return sign(tree, log: log, position: position, hash: hash, at: t)
    }

    func sign(
        _ tree: MerkleTree, log: String, position: Int64, hash: EntryHash, at t: Instant
    ) -> SignedTree {
        let head = TreeHead(
            log: log, position: position, hash: hash, at: t, size: Int64(tree.size),
            root: tree.root, key: publicKey.id
        ).text
        return SignedTree(head: head, signature: signature(for: Array(head.utf8)))
    }
}
