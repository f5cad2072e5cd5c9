// swift-tools-version: 6.2
import PackageDescription

// CI sets it; for anybody else a newer compiler's new warning is no reason not to build.
let isStrict = Context.environment["GAVEL_WARNINGS_AS_ERRORS"] != nil
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

// In place of the C library's malloc: a bid's requests, answers and messages are made on one thread and given
// back on another, which costs glibc a fifth of all that a bid takes (docs/performance.md).
let memory: [LinkerSetting] = [.linkedLibrary("jemalloc", .when(platforms: [.linux]))]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
// For the tests: they make their own authorities.
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let swiftProtobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let swiftCSV = Target.Dependency.product(name: "SwiftCSV", package: "SwiftCSV")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let orderedCollections = Target.Dependency.product(
    name: "OrderedCollections", package: "swift-collections")

let tests: [Target] = [
    .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: settings),
    .target(
        name: "CSimulatedDisk", path: "Tests/CSimulatedDisk",
        linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(
        name: "DiskSimulation", dependencies: ["CSimulatedDisk", "Ledger"],
        path: "Tests/DiskSimulation", swiftSettings: settings),
    .target(
        name: "SchemaCheck", dependencies: ["StrictJSON", "WireProtocol"],
        path: "Tests/SchemaCheck", swiftSettings: settings),
    .target(
        name: "TestAuthority", dependencies: [asn1, crypto, cryptoExtras, x509],
        path: "Tests/TestAuthority",
        swiftSettings: settings),
    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"], swiftSettings: settings),
    .testTarget(
        name: "AuctionRulesTests", dependencies: ["AuctionRules", "SeededRandom"],
        resources: [.copy("Vectors")], swiftSettings: settings),
    .testTarget(
        name: "ProofTests", dependencies: ["AuctionRules", "Proof", "StrictJSON"],
        swiftSettings: settings),
    .testTarget(
        name: "LedgerTests",
        dependencies: [
            "AuctionRules", "DiskSimulation", "Ledger", "Migrations", "Proof", "StrictJSON", grdb,
            sqlite,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "BidServiceTests",
        dependencies: [
            "AuctionRules", "BidService", "DiskSimulation", "Ledger", "Proof", "StrictJSON",
        ],
        swiftSettings: settings),
    .testTarget(
        name: "WireProtocolTests",
        dependencies: ["AuctionRules", "SchemaCheck", "StrictJSON", "WireProtocol"],
        swiftSettings: settings),
    .testTarget(
        name: "GatewayTests",
        dependencies: [
            "AuctionRules", "BidService", "Gateway", "GavelClient", "Ledger", "Proof",
            "SchemaCheck",
            "StrictJSON", "WireProtocol",
            "TestAuthority", crypto, logging, nioCore, nioEmbedded, nioHTTP1, nioPosix, nioSSL,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "WebhooksTests",
        dependencies: [
            "AuctionRules", "BidService", "Ledger", "SeededRandom", "StrictJSON", "TestAuthority",
            "Webhooks", crypto, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "GavelClientTests",
        dependencies: [
            "AuctionRules", "GavelClient", "TestAuthority", "WireProtocol", nioCore, nioHTTP1,
            nioPosix, nioSSL, nioWebSocket,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "SimulationTests",
        dependencies: [
            "AuctionRules", "BidService", "DiskSimulation", "Gateway", "Ledger", "Proof",
            "SeededRandom", "WireProtocol", grdb, logging, nioCore, nioEmbedded,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "GavelBenchTests", dependencies: ["GavelBench", "StrictJSON"],
        swiftSettings: settings),
    .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    .testTarget(
        name: "EndToEndTests",
        // The executable, so that it is built: the tests run it as a process.
        dependencies: [
            "AuctionRules", "GavelClient", "GavelExampleClient", "GavelLoad", "Proof",
            "SchemaCheck", "StrictJSON", "TestAuthority", "WireProtocol", "gavel", nioCore,
            nioPosix,
        ],
        swiftSettings: settings),
    .testTarget(
        name: "DocumentationTests",
        // The executable, so that it is built: the pages' commands are run.
        dependencies: [
            "AuctionRules", "GavelExampleClient", "Proof", "SchemaCheck", "StrictJSON",
            "WireProtocol", "gavel",
        ],
        swiftSettings: settings),
    .testTarget(
        name: "GavelCommandTests",
        dependencies: [
            "AuctionRules", "BidService", "GavelClient", "GavelCommand", "Gateway", "Webhooks",
            "WireProtocol", argumentParser,
        ],
        swiftSettings: settings),
]

// The rooms of the house, from the ground up. Arrows only point to rooms further up this list; see
// ARCHITECTURE.md.
let package = Package(
    name: "gavel",
    products: [
        .executable(name: "gavel", targets: ["gavel"]),
        // With the modules that its interface speaks of.
        .library(
            name: "GavelClient", targets: ["GavelClient", "AuctionRules", "Proof", "WireProtocol"]),
        .executable(name: "gavel-example-client", targets: ["GavelExampleClient"]),
        .executable(name: "gavel-benchmarks", targets: ["GavelBenchmarks"]),
        .executable(name: "gavel-echo", targets: ["GavelEcho"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", exact: "0.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "StrictJSON", swiftSettings: settings),
        .target(name: "CMemory"),
        .target(name: "CPages"),
        .target(name: "AuctionRules", dependencies: ["CMemory"], swiftSettings: settings),
        .target(
            name: "Migrations", path: "Migrations",
            resources: [
                .embedInCode("v0001_event_log.sql"),
                .embedInCode("v0002_house.sql"),
                .embedInCode("v0003_auctions.sql"),
                .embedInCode("v0004_bids.sql"),
                .embedInCode("v0005_operations.sql"),
                .embedInCode("v0006_views_for_people.sql"),
                .embedInCode("v0007_event_log_view.sql"),
                .embedInCode("v0008_secret_views.sql"),
                .embedInCode("v0009_integrity_of_log.sql"),
                .embedInCode("v0010_integrity_of_bidding.sql"),
                .embedInCode("v0011_snapshot.sql"),
                .embedInCode("v0012_certificate.sql"),
                .embedInCode("v0013_webhook.sql"),
            ],
            swiftSettings: settings),
        .target(
            name: "Proof", dependencies: ["AuctionRules", "StrictJSON", crypto],
            swiftSettings: settings),
        .target(name: "CSQLiteSettings", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "Ledger",
            dependencies: [
                "AuctionRules", "CSQLiteSettings", "Migrations", "Proof", "StrictJSON", crypto,
                grdb, sqlite,
            ],
            swiftSettings: settings),
        .target(
            name: "BidService", dependencies: ["AuctionRules", "CMemory", "Ledger", "Proof", heap],
            swiftSettings: settings),
        .target(
            name: "WireProtocol", dependencies: ["AuctionRules", "StrictJSON", swiftProtobuf],
            swiftSettings: settings),
        .target(
            name: "Gateway",
            dependencies: [
                "AuctionRules", "StrictJSON", "WireProtocol", "BidService", "CPages", "CZlib",
                "Proof", crypto,
                jwtKit, logging, nioCore, nioExtras, nioHTTP1, nioPosix, nioSSL, nioTLS,
                orderedCollections,
            ],
            // Files of the pages: `CPages` has them.
            exclude: ["Console", "Page"],
            swiftSettings: settings),
        .target(
            name: "Webhooks",
            dependencies: [
                "AuctionRules", "BidService", "Ledger", "Proof", "StrictJSON", crypto, logging,
                nioCore, nioHTTP1, nioPosix, nioSSL,
            ],
            swiftSettings: settings),
        .target(
            name: "GavelClient",
            dependencies: [
                "AuctionRules", "Proof", "StrictJSON", "WireProtocol", nioCore, nioHTTP1, nioPosix,
                nioSSL, nioTLS, nioWebSocket,
            ],
            swiftSettings: settings),
        .target(
            name: "GavelCommand",
            dependencies: [
                "AuctionRules", "StrictJSON", "WireProtocol", "Ledger", "BidService", "Gateway",
                "GavelBench", "GavelClient", "Proof", "Webhooks", argumentParser, logging, nioCore,
                nioPosix,
                serviceLifecycle,
                swiftCSV,
                unixSignals, yams,
            ],
            swiftSettings: settings),
        .systemLibrary(name: "CEpoll"),
        .target(
            name: "GavelBench",
            dependencies: [
                "AuctionRules", "CEpoll", "GavelClient", "GavelLoad", "StrictJSON", "WireProtocol",
                histogram,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "gavel", dependencies: ["GavelCommand"], swiftSettings: settings,
            linkerSettings: memory),
        .target(
            name: "GavelLoad", dependencies: ["CZlib", nioCore, nioPosix, nioSSL],
            swiftSettings: settings),
        .target(name: "CFanOut"),
        .executableTarget(
            name: "GavelExampleClient",
            dependencies: ["AuctionRules", "GavelClient", "WireProtocol"],
            swiftSettings: settings),
        .executableTarget(
            name: "GavelEcho", dependencies: ["Gateway"], swiftSettings: settings),
        .executableTarget(
            name: "GavelBenchmarks",
            dependencies: [
                "AuctionRules", "BidService", "CFanOut", "GavelBench", "GavelLoad", "Gateway",
                "Ledger", "Proof", "TestAuthority", "WireProtocol", argumentParser, crypto,
                histogram,
                nioCore, nioPosix, nioSSL,
            ],
            swiftSettings: settings, linkerSettings: memory),
    ] + tests
)

// CI sets it, which has its tests in the release build that people run. Ours is testable then, and no library, which
// would take longer to compile. The tests, the command line and what measures need not be optimized.
if Context.environment["TESTABLE"] != nil {
    for target in package.targets {
        let isPlain =
            target.type == .test || ["GavelCommand", "GavelBenchmarks"].contains(target.name)
        let flags = ["-enable-testing"] + (isPlain ? ["-Onone"] : [])
        target.swiftSettings?.append(.unsafeFlags(flags))
    }
}

// `make fuzzers` sets it: then there are the fuzzers and what they look at, and nothing else. Only these rooms have
// libFuzzer's instrumentation; what they depend on is what it is for everything else, so that CI need not build it
// twice.
if Context.environment["GAVEL_FUZZ"] != nil {
    let instrumented = settings + [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])]
    let rooms = ["StrictJSON", "AuctionRules", "WireProtocol"]
    package.products = [.executable(name: "gavel-fuzz", targets: ["GavelFuzz"])]
    for target in package.targets where rooms.contains(target.name) {
        target.swiftSettings = instrumented
    }
    package.targets =
        package.targets.filter { (rooms + ["CZlib", "CMemory"]).contains($0.name) } + [
            .target(
                name: "Gateway",
                dependencies: [
                    "AuctionRules", "StrictJSON", "WireProtocol", "CZlib", crypto, nioCore,
                    nioHTTP1,
                ],
                // What reads what a stranger sends, and is pure.
                sources: [
                    "GatewayLimits.swift", "HTTP/HTTPMessages.swift", "HTTP/HTTPStreaming.swift",
                    "HTTP/HeadCheck.swift", "HTTP/MetricLabels.swift",
                    "HTTP/RequestCollector.swift", "HTTP/RequestTarget.swift",
                    "Identity/AuthenticationFailure.swift", "Identity/Base64URL.swift",
                    "Identity/WebToken.swift", "Limits/TokenBucket.swift",
                    "Session/WireForm.swift", "WebSocket/CloseCode+Wire.swift",
                    "WebSocket/DeflateAgreement.swift", "WebSocket/Deflater.swift",
                    "WebSocket/ExtensionOffer.swift", "WebSocket/Inflater.swift",
                    "WebSocket/UTF8Validator.swift", "WebSocket/UpgradeRequest.swift",
                    "WebSocket/WebSocketAction.swift", "WebSocket/WebSocketFrame.swift",
                    "WebSocket/WebSocketFrameHeader.swift", "WebSocket/WebSocketLimits.swift",
                    "WebSocket/WebSocketMask.swift", "WebSocket/WebSocketSession.swift",
                ],
                swiftSettings: instrumented),
            .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzzing/CLibFuzzer"),
            .executableTarget(
                name: "GavelFuzz",
                dependencies: [
                    "AuctionRules", "CLibFuzzer", "Gateway", "WireProtocol", crypto, nioCore,
                    nioHTTP1,
                ],
                path: "Tests/Fuzzing/GavelFuzz", swiftSettings: instrumented,
                // By LLVM's linker: GNU's fails on libFuzzer's main beside ours.
                linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
        ]
}
