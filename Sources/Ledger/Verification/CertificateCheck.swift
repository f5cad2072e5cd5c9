import AuctionRules
import GRDBSQLite
import Proof

/// Holds the stored certificates, and the signatures over them, against the log as it is replayed.
///
/// A certificate has to be the text that the replayed lot gives, and every lot that ends has to have
/// one. A signature has to be that of a key that the log has, over certificates that follow each other,
/// and over the log as it is: the tree head's entry is in it, with that hash.
struct CertificateCheck {
    private struct Signed {
        let tree: CertificateTree
        var statements: [String] = []
    }

    private let rows: Statement
    private let trees: Statement
    private let entries: Statement
    /// The tree that the next certificate belongs to; nil behind the last one.
    private var open: Signed?
    private var lastTree: Int64 = 0
    /// Which entry each lot's newest certificate is of.
    private var certified: [AuctionID: EntryHash] = [:]
    /// Signatures that wait for all keys to be known; texts are kept no longer than for their root.
    private var complete: [(last: Int64, tree: SignedTree, root: Digest, size: Int64)] = []
    private(set) var count: Int64 = 0
    private(set) var unsigned: Int64 = 0

    init(on connection: OpaquePointer) throws {
        rows = try Statement(
            "SELECT position, auction, statement FROM certificate ORDER BY position",
            on: connection)
        trees = try Statement(
            "SELECT first, last, head, signature FROM certificate_tree ORDER BY last",
            on: connection)
        entries = try Statement("SELECT hash FROM event WHERE position = ?", on: connection)
        try nextTree()
    }

    func finalize() {
        for statement in [rows, trees, entries] { statement.finalize() }
    }

    /// - Parameters:
    ///   - auction: as the entry leaves it.
    ///   - hash: the entry's.
    mutating func follow(_ auction: Auction, position: Int64, hash: EntryHash) throws {
        guard auction.outcomeEntry == hash else { return }
        let expected = CertificateStatement.text(
            of: auction, position: position, hash: hash, replacing: certified[auction.id])
        certified[auction.id] = hash
        func fault(_ detail: String) -> LogFault {
            LogFault(
                position: position, auction: auction.id.text,
                rule: "a certificate follows from the log", detail: detail)
        }
        guard try rows.next(), rows.integer(0) == position, let expected else {
            throw fault("none was made of this entry")
        }
        let statement = rows.text(2)
        guard rows.text(1) == auction.id.text, statement == expected else {
            throw fault("it says something else")
        }
        count += 1
        try sign(statement, position: position)
    }

    /// To be called after the last entry.
    ///
    /// - Parameter keys: all that the log has.
    mutating func finish(_ keys: KeySet) throws {
        if try rows.next() {
            throw LogFault(
                position: rows.integer(0), auction: rows.text(1),
                rule: "a certificate follows from the log", detail: "the entry ended no lot")
        }
        guard open == nil else {
            throw Self.fault(open?.tree.last, "it is over certificates that are not there")
        }
        for signed in complete {
            let head: TreeHead
            do {
                head = try signed.tree.verify(root: signed.root, size: signed.size, with: keys)
            } catch {
                throw Self.fault(signed.last, "\(error)")
            }
            entries.reset()
            entries.bind(head.position, at: 1)
            guard head.position >= signed.last, try entries.next(),
                entries.hash(0) == head.hash
            else {
                throw Self.fault(signed.last, "the log's entry \(head.position) is another one")
            }
        }
    }

    private mutating func sign(_ statement: String, position: Int64) throws {
        guard var signed = open, signed.tree.first <= position else {
            guard open == nil else {
                throw Self.fault(position, "certificates are signed in order and without holes")
            }
            unsigned += 1
            return
        }
        // Taken out, so that the array grows in place.
        open = nil
        guard signed.statements.isEmpty == (position == signed.tree.first) else {
            throw Self.fault(position, "certificates are signed in order and without holes")
        }
        signed.statements.append(statement)
        guard position != signed.tree.last else {
            complete.append(
                (
                    position, signed.tree.signed, SignedTree.root(of: signed.statements),
                    Int64(signed.statements.count)
                ))
            return try nextTree()
        }
        open = signed
    }

    private mutating func nextTree() throws {
        guard try trees.next() else { return }
        let tree = try CertificateReading.tree(trees)
        guard tree.first > lastTree, tree.last >= tree.first else {
            throw Self.fault(tree.last, "two of them are over the same certificate")
        }
        lastTree = tree.last
        open = Signed(tree: tree)
    }

    private static func fault(_ position: Int64?, _ detail: String) -> LogFault {
        LogFault(
            position: position, rule: "certificates are signed with the server's key",
            detail: detail)
    }
}
