import Testing

/// The invariants of ARCHITECTURE.md, held against the source tree.
@Suite("Architecture invariants")
struct InvariantTests {
    /// Which rooms of ours, and which libraries, each room may know.
    static let mayImport: [String: Set<String>] = [
        "StrictJSON": [],
        "AuctionRules": ["CMemory"],
        "Proof": ["AuctionRules", "StrictJSON", "Crypto", "Foundation"],
        "Ledger": [
            "AuctionRules", "CSQLiteSettings", "Migrations", "Proof", "StrictJSON", "GRDB",
            "GRDBSQLite", "Crypto",
            "Dispatch", "Foundation", "Synchronization",
        ],
        "BidService": [
            "AuctionRules", "CMemory", "Ledger", "Proof", "HeapModule", "Foundation",
            "Synchronization",
        ],
        "WireProtocol": [
            "AuctionRules", "StrictJSON", "Foundation", "FoundationEssentials", "SwiftProtobuf",
        ],
        "Gateway": [
            "AuctionRules", "BidService", "CPages", "CZlib", "Proof", "StrictJSON", "WireProtocol",
            "Crypto", "Foundation", "FoundationEssentials", "JWTKit", "Logging", "NIOCore",
            "NIOExtras",
            "NIOHTTP1", "NIOPosix", "NIOSSL", "NIOTLS", "OrderedCollections", "Synchronization",
        ],
        "Webhooks": [
            "AuctionRules", "BidService", "Ledger", "Proof", "StrictJSON", "Crypto", "Foundation",
            "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "Synchronization",
        ],
        "GavelClient": [
            "AuctionRules", "Proof", "StrictJSON", "WireProtocol", "NIOCore", "NIOHTTP1",
            "NIOPosix",
            "NIOSSL", "NIOTLS", "NIOWebSocket", "Synchronization",
        ],
        "GavelBench": [
            "AuctionRules", "CEpoll", "GavelClient", "GavelLoad", "StrictJSON", "WireProtocol",
            "Foundation", "Histogram", "Synchronization",
        ],
        "GavelCommand": [
            "AuctionRules", "BidService", "Dispatch", "Gateway", "GavelBench", "GavelClient",
            "Ledger", "Proof", "StrictJSON",
            "WireProtocol", "ArgumentParser", "Foundation", "Logging", "NIOCore", "NIOPosix",
            "ServiceLifecycle", "SwiftCSV", "Synchronization", "UnixSignals", "Webhooks", "Yams",
        ],
        "gavel": ["GavelCommand"],
        "GavelLoad": [
            "CZlib", "Foundation", "Glibc", "NIOCore", "NIOPosix", "NIOSSL", "Synchronization",
        ],
        "GavelEcho": ["Gateway", "Foundation"],
        "GavelExampleClient": ["AuctionRules", "GavelClient", "WireProtocol", "Foundation"],
    ]

    @Test(
        "Arrows point up: a room imports only what is above it", arguments: mayImport.keys.sorted())
    func imports(room: String) throws {
        let allowed = try #require(Self.mayImport[room])
        let files = try SourceTree.files(in: "Sources/\(room)")
        #expect(!files.isEmpty)
        for file in files {
            for module in file.imports {
                #expect(allowed.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test("Session state machines know no NIO type but ByteBuffer")
    func sessionsArePure() throws {
        let banned = ["Channel", "EventLoop", "NIODeadline", "NIOPosix", "ChannelHandlerContext"]
        let pure = try SourceTree.files(in: "Sources/Gateway/WebSocket").filter {
            !$0.path.hasSuffix("Handler.swift") && !$0.path.hasSuffix("Upgrader.swift")
        }
        #expect(pure.count >= 8)
        for file in pure {
            for line in file.lines where !line.isComment {
                for name in banned {
                    #expect(!line.contains(name), "\(file.path): \(line)")
                }
            }
        }
    }

    @Test("SQL is spoken in the ledger and nowhere else")
    func sqlInOnePlace() throws {
        let verbs = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "PRAGMA "]
        for file in try SourceTree.files(in: "Sources") where file.room != "Ledger" {
            for line in file.lines where !line.isComment {
                // A command that a person may paste is text, not our speaking.
                guard !line.contains("sqlite3") else { continue }
                for verb in verbs {
                    #expect(!line.contains("\"\(verb)"), "\(file.path): \(line)")
                }
            }
        }
    }

    @Test("The ledger gets at files through its disk, and nowhere else")
    func filesInOnePlace() throws {
        let system = /FileManager|(^|[^\w.])(open|stat|statvfs|rename|unlink|fsync|pread|access)\(/
        let disk = ["SystemDisk.swift", "LockFile.swift"]
        for file in try SourceTree.files(in: "Sources/Ledger")
        where !disk.contains(where: { file.path.hasSuffix("/" + $0) }) {
            for line in file.lines where !line.isComment {
                #expect(line.firstMatch(of: system) == nil, "\(file.path): \(line)")
            }
        }
    }

    @Test("The rules have no clock, no chance and no concurrency")
    func rulesArePure() throws {
        let banned = [" Date(", "random", "async ", "await ", "Task ", "Clock", "Mutex", "Atomic"]
        for file in try SourceTree.files(in: "Sources/AuctionRules") {
            for line in file.lines where !line.isComment {
                for word in banned {
                    #expect(
                        !line.contains(word) || line.contains("advanceClock"),
                        "\(file.path): \(line)")
                }
            }
        }
    }
}

extension Substring {
    /// Whether the line holds nothing but a comment.
    var isComment: Bool { drop { $0 == " " }.hasPrefix("//") }
}
