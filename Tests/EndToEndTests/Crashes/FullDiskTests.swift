import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

/// A file system without room: the server says so, stays up, and comes back when there is some.
@Suite("A full disk", .timeLimit(.minutes(5)))
struct FullDiskTests {
    /// The size that no file of the server may pass, as `ulimit` has it: 1 KiB.
    private static func limitedServer(_ folder: URL, kibibytes: Int) async throws -> TestServer {
        try await TestServer.start(
            in: folder,
            through: ["bash", "-c", "ulimit -S -f \(kibibytes); exec \"$0\" \"$@\""])
    }

    @Test("Files that may not grow: unavailable, alive, and back when they may")
    func fileSizeLimit() async throws {
        var server = try await TestServer.start()
        let folder = server.folder
        defer { try? FileManager.default.removeItem(at: folder) }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h",
            "--increments", "0.01")
        let token = try await server.bidder("anna")
        #expect(await server.stop() == 0)
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: server.database)[.size] as? Int)
        server = try await Self.limitedServer(folder, kibibytes: size / 1024)

        let told = ToldBids()
        var number = 0
        // Until the write-ahead log is as long as it may be, and to move it into the database there is
        // no room either. Before that it fails now and then, and comes back by itself.
        repeat {
            number += 1
            try await bid(number, on: server, token: token, into: told)
            try #require(number < 5000)
        } while try await told.all["anna"]?.last?.id == "\(number)" || isReady(server)
        #expect(try await GavelHTTP(server.endpoint).request("GET", "/healthz").status == 200)
        _ = try await Gavel.allowFileSize(of: server)
        while try await !isReady(server) { await Task.yield() }
        // What had no verdict gets one now; what had one is there.
        for again in 1...number {
            let (id, message) = try await verdict(again, on: server, token: token)
            #expect(id != nil)
            let first = told.all["anna"]?.first { $0.id == id }
            #expect(first == nil || first?.verdict == message)
        }
        let faults = try await Database.query("SELECT * FROM integrity_faults", in: server.database)
        #expect(faults == "")
        #expect(await server.stop() == 0)
    }

    @Test(
        "A small file system that fills up: lots are paused first, then writes fail, then all comes back",
        .enabled(if: SmallFileSystem.isPossible, "needs the right to mount a tmpfs"))
    func smallFileSystem() async throws {
        let disk = try await SmallFileSystem(mebibytes: 24)
        defer { disk.unmount() }
        let server = try await TestServer.start(
            in: disk.folder, arguments: ["--free-space-min", "\(8 << 20)"])
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h",
            "--increments", "0.01")
        let token = try await server.bidder("anna")
        let watcher = try await Follower.watch("lot", on: server)
        #expect(try await verdict(1, on: server, token: token).id != nil)

        try disk.fill(leaving: 6 << 20)
        await watcher.wait {
            $0.contains { $0.statusReason == "The server's disk is nearly full." }
        }
        let http = GavelHTTP(server.endpoint)
        #expect(
            String(decoding: try await http.request("GET", "/readyz").body, as: UTF8.self)
                == #"{"status":"disk_nearly_full"}"#)
        let declined = try await server.gavel(
            "auction", "create", "Other", "--id", "other", "--start", "1", "--closes", "+1h")
        #expect(declined.status != 0)
        #expect(declined.errors.contains("nearly full"))

        try disk.fill(leaving: 0)
        // The next thing that the server writes is its heartbeat.
        while try await isReady(server) { await Task.yield() }
        #expect(try await http.request("GET", "/healthz").status == 200)
        disk.makeRoom()
        while try await !isReady(server) { await Task.yield() }
        await watcher.wait { $0.contains { $0.change == "4 open -" } }
        #expect(try await verdict(2, on: server, token: token).id != nil)
        let faults = try await Database.query("SELECT * FROM integrity_faults", in: server.database)
        #expect(faults == "")
        #expect(await server.stop() == 0)
    }

    private func isReady(_ server: TestServer) async throws -> Bool {
        try await GavelHTTP(server.endpoint).request("GET", "/readyz").status == 200
    }

    private func bid(
        _ number: Int, on server: TestServer, token: String, into told: ToldBids
    ) async throws {
        let (id, message) = try await verdict(number, on: server, token: token)
        if let id { told.note(.init(id: id, verdict: message), to: "anna") }
    }

    /// Bids; the id is nil when there is no final verdict.
    private func verdict(
        _ number: Int, on server: TestServer, token: String
    ) async throws -> (id: String?, message: ServerMessage) {
        let connection = try await server.connect(token: token)
        defer { connection.abort() }
        let message = try await connection.bid("lot", Int64(number) * 10 + 1000, id: "\(number)")
        return (message.finalVerdictID, message)
    }
}

extension ServerMessage {
    fileprivate var statusReason: String? {
        if case .status(let status) = self { status.reason } else { nil }
    }
}

extension Gavel {
    /// Lets a server's files grow again.
    fileprivate static func allowFileSize(of server: TestServer) async throws {
        let result = try await EndToEndTests.run(
            "prlimit", ["--pid", "\(server.processIdentifier)", "--fsize=unlimited"],
            environment: environment)
        guard result.status == 0 else { throw Failure("prlimit: \(result.errors)") }
    }
}

/// A file system of its own that holds little, for one test.
struct SmallFileSystem {
    let folder: URL

    /// Whether this user may mount one: root, if nobody has taken that right away.
    static let isPossible: Bool = {
        guard geteuid() == 0 else { return false }
        let folder = NSTemporaryDirectory() + "gavel-mount-\(UUID().uuidString)"
        guard mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        guard mount("tmpfs", folder, "tmpfs", 0, "size=1m") == 0 else { return false }
        return umount(folder) == 0
    }()

    init(mebibytes: Int) async throws {
        folder = try TestServer.temporaryFolder()
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            throw Failure("A tmpfs can't be mounted: \(String(cString: strerror(errno)))")
        }
    }

    private var filler: String { folder.path + "/filler" }

    /// Fills the file system up, but for so many bytes.
    func fill(leaving left: Int) throws {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { throw Failure("no file system") }
        var size = Int64(status.f_bavail) * Int64(status.f_frsize) - Int64(left)
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let page = [UInt8](repeating: 1, count: 4096)
        while size > 0 {
            // The server may have taken the last bytes itself.
            guard write(descriptor, page, page.count) > 0 else { return }
            size -= Int64(page.count)
        }
    }

    func makeRoom() { unlink(filler) }

    func unmount() {
        _ = umount2(folder.path, Int32(MNT_DETACH))
        rmdir(folder.path)
    }
}
