/// The hash tree of RFC 6962, section 2.1: many leaves under one root, and for each leaf a short path
/// that shows that it is under it.
///
/// A leaf is hashed behind a byte 0 and two nodes behind a byte 1, so that no node can be taken for a
/// leaf.
public struct MerkleTree: Sendable {
    /// The levels from the leaves up to the root. A node without a neighbour goes up as it is, which
    /// gives the same tree as the RFC's split at the largest power of two.
    private let levels: [[Digest]]

    /// - Precondition: there is a leaf.
    public init(leaves: [[UInt8]]) {
        precondition(!leaves.isEmpty, "A tree has a leaf")
        var levels = [leaves.map(Self.leafHash)]
        while let below = levels.last, below.count > 1 {
            levels.append(
                stride(from: 0, to: below.count, by: 2).map { index in
                    index + 1 < below.count
                        ? Self.nodeHash(below[index], below[index + 1]) : below[index]
                })
        }
        self.levels = levels
    }

    public var size: Int { levels[0].count }

    public var root: Digest { levels[levels.count - 1][0] }

    /// The neighbours from the leaf up to the root (RFC 6962, section 2.1.1), at most 64.
    public func path(of index: Int) -> [Digest] {
        var index = index
        var path: [Digest] = []
        for level in levels.dropLast() {
            let neighbour = index ^ 1
            if neighbour < level.count { path.append(level[neighbour]) }
            index >>= 1
        }
        return path
    }

    /// The root that a leaf leads to along a path (RFC 9162, section 2.1.3.2).
    ///
    /// - Parameters:
    ///   - index: the leaf's place among all, from 0.
    ///   - size: how many leaves there are.
    /// - Returns: nil when the path is longer or shorter than that place has it.
    public static func root(
        of leaf: [UInt8], at index: Int64, in size: Int64, along path: [Digest]
    ) -> Digest? {
        guard index >= 0, index < size else { return nil }
        var node = index
        var last = size - 1
        var hash = leafHash(leaf)
        for neighbour in path {
            guard last > 0 else { return nil }
            if node & 1 == 1 || node == last {
                hash = nodeHash(neighbour, hash)
                // Levels in which it went up as it was.
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = nodeHash(hash, neighbour)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 ? hash : nil
    }

    /// SHA-256 of a byte 0 and the leaf.
    public static func leafHash(_ leaf: [UInt8]) -> Digest { .sha256([0], leaf) }

    static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
        .sha256([1], left.bytes, right.bytes)
    }
}
