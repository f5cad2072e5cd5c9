import Testing

@testable import Proof

/// The tree of RFC 6962.
@Suite struct MerkleTreeTests {
    /// The leaves of Certificate Transparency's own tests, and the roots over the first n of them.
    static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        [
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ]
    static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test(arguments: 1...8)
    func `the root is that of RFC 6962's known trees`(size: Int) {
        let tree = MerkleTree(leaves: Array(Self.leaves.prefix(size)))
        #expect(tree.root.hex == Self.roots[size - 1])
    }

    @Test func `the paths are those of RFC 6962's known trees`() {
        let tree = MerkleTree(leaves: Self.leaves)
        #expect(
            tree.path(of: 5).map(\.hex) == [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
        let odd = MerkleTree(leaves: Array(Self.leaves.prefix(3)))
        #expect(odd.path(of: 2).map(\.hex) == [Self.roots[1]])
    }

    /// By the RFC's own words: split at the largest power of two.
    private func recursiveRoot(_ leaves: ArraySlice<[UInt8]>) -> Digest {
        guard leaves.count > 1 else { return MerkleTree.leafHash(leaves[leaves.startIndex]) }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return MerkleTree.nodeHash(
            recursiveRoot(leaves[..<middle]), recursiveRoot(leaves[middle...]))
    }

    @Test(arguments: 1...70)
    func `every leaf's path leads to the root, and no other path or leaf does`(size: Int) throws {
        let leaves = (0..<size).map { Array("leaf \($0)".utf8) }
        let tree = MerkleTree(leaves: leaves)
        #expect(tree.size == size)
        #expect(tree.root == recursiveRoot(leaves[...]))
        for index in 0..<size {
            let path = tree.path(of: index)
            func root(
                _ leaf: [UInt8], at place: Int, in count: Int = size, along path: [Digest]
            ) -> Digest? {
                MerkleTree.root(of: leaf, at: Int64(place), in: Int64(count), along: path)
            }
            #expect(root(leaves[index], at: index, along: path) == tree.root)
            #expect(root(Array("foreign".utf8), at: index, along: path) != tree.root)
            for other in [index - 1, index + 1, -1, size] where other != index {
                #expect(root(leaves[index], at: other, along: path) != tree.root)
            }
            #expect(root(leaves[index], at: index, along: path + [tree.root]) == nil)
            if !path.isEmpty {
                #expect(root(leaves[index], at: index, along: Array(path.dropLast())) == nil)
                for level in path.indices {
                    var wrong = path
                    wrong[level] = MerkleTree.leafHash([1])
                    #expect(root(leaves[index], at: index, along: wrong) != tree.root)
                }
            }
        }
    }

    @Test func `a node can't pass for a leaf`() throws {
        let tree = MerkleTree(leaves: [[1], [2]])
        let node = MerkleTree.leafHash([1]).bytes + MerkleTree.leafHash([2]).bytes
        #expect(MerkleTree.root(of: node, at: 0, in: 1, along: []) != tree.root)
    }

    @Test func `no place and no length makes it trap`() {
        let path = Array(repeating: MerkleTree.leafHash([]), count: 64)
        for index in [Int64.min, -1, 0, 1, .max - 1, .max] {
            for size in [Int64.min, -1, 0, 1, .max] {
                #expect(MerkleTree.root(of: [], at: index, in: size, along: path) == nil)
            }
        }
    }
}
