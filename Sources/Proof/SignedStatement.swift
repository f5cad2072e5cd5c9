public import AuctionRules
public import StrictJSON

/// A statement of the server's, and all that it takes to check who made it: one signature over the
/// root of a tree, which may stand for thousands of statements, and the path from this one to it.
///
/// The texts are the very bytes that were hashed and signed, so that nobody has to write JSON anew in
/// order to check.
public struct SignedStatement: Hashable, Sendable {
    /// JSON; its member `statement` names its format.
    public let statement: String
    /// The statement's place among the tree's leaves, from 0.
    public let index: Int64
    /// The neighbours on the way to the root.
    public let path: [Digest]
    /// The signed text: a ``TreeHead``.
    public let head: String
    /// 64 bytes.
    public let signature: [UInt8]

    /// The path's length in a tree of 2^63 leaves.
    static let pathMax = 64

    init(
        statement: String, index: Int64, path: [Digest], head: String, signature: [UInt8]
    ) {
        self.statement = statement
        self.index = index
        self.path = path
        self.head = head
        self.signature = signature
    }

    /// Checks that the holder of one of the keys has signed this very statement, while that was the
    /// key in use.
    ///
    /// - Parameters:
    ///   - keys: the server's, from somewhere that is trusted.
    /// - Returns: what was signed.
    /// - Throws: ``ProofFault`` that says what does not fit.
    @discardableResult
    public func verify(with keys: KeySet) throws(ProofFault) -> TreeHead {
        let head = try SignedTree.verifiedHead(head, signature, with: keys)
        let root = MerkleTree.root(
            of: Array(statement.utf8), at: index, in: head.size, along: path)
        guard root == head.root else {
            throw ProofFault("the statement is not the one that was signed")
        }
        return head
    }
}

extension SigningKey {
    /// Signs statements together: one signature, however many there are.
    ///
    /// - Parameters:
    ///   - statements: JSON texts, each with its format's name as `statement`.
    ///   - log: the log's id; `position` and `hash` are those of its newest entry.
    ///   - t: the engine's time.
    /// - Returns: them in the same order; empty for none.
    public func sign(
        _ statements: [String], log: String, position: Int64, hash: EntryHash, at t: Instant
    ) -> [SignedStatement] {
        guard !statements.isEmpty else { return [] }
        let tree = MerkleTree(leaves: statements.map { Array($0.utf8) })
        let signed = sign(tree, log: log, position: position, hash: hash, at: t)
        return statements.enumerated().map { index, statement in
            SignedStatement(
                statement: statement, index: Int64(index), path: tree.path(of: index),
                head: signed.head, signature: signed.signature)
        }
    }
}

// MARK: - JSON

extension SignedStatement {
    /// Reads what ``json`` gives; other members are left alone.
    ///
    /// - Throws: ``ProofFault`` when a member is missing or not what it must be.
    public init(_ object: JSONObject) throws(ProofFault) {
        do {
            let path = try object.strings("path").map(Digest.init(hex:))
            guard path.count <= Self.pathMax, !path.contains(nil) else {
                throw ProofFault("the path is not at most 64 hashes of 64 hexadecimal digits")
            }
            guard let signature = [UInt8](hex: try object.string("signature")),
                signature.count == 64
            else { throw ProofFault("the signature is not 128 hexadecimal digits") }
            self.init(
                statement: try object.string("statement"), index: try object.integer("index"),
                path: path.compactMap { $0 }, head: try object.string("head"),
                signature: signature)
        } catch let fault as ProofFault { throw fault } catch {
            throw ProofFault("a signed statement can't be read: \(error)")
        }
    }

    public var json: JSONObject {
        var object = JSONObject()
        object["statement"] = .string(statement)
        object["index"] = .integer(index)
        object["path"] = .array(path.map { .string($0.hex) })
        object["head"] = .string(head)
        object["signature"] = .string(signature.hex)
        return object
    }
}
