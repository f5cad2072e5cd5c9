import AuctionRules
import Foundation
import GavelClient
import Testing
import WireProtocol

/// A file system without room: the server says so, stays up, and comes back when there is some.
@Suite("A full disk", .timeLimit(.minutes(5)))
struct FullDiskTests {
    @Test("Files that may not grow: unavailable, alive, and back when they may")
    func fileSizeLimit() async throws {
        let server = try await TestServer.start()
        defer { server.removeFolder() }
        try await server.must(
            "auction", "create", "Lot", "--id", "lot", "--start", "1", "--closes", "+1h",
            "--increments", "0.01")
        let token = try await server.bidder("anna")
        let first = try await verdict(1, on: server, token: token)
        #expect(first.id == "1")
        // One page of each file, which no write of a commit is in.
        try await Gavel.limitFileSize(of: server, to: "4096:unlimited")
        #expect(try await verdict(2, on: server, token: token).id == nil)
        for _ in 0..<20 {
            #expect(try await verdict(3, on: server, token: token).id == nil)
            #expect(try await !isReady(server))
        }
        let http = GavelHTTP(server.endpoint)
        #expect(try await http.request("GET", "/healthz").status == 200)
        try await Gavel.limitFileSize(of: server, to: "unlimited")
        while try await !isReady(server) { await Task.yield() }
        // What had no verdict gets one now; what had one is there.
        #expect(try await verdict(1, on: server, token: token).message == first.message)
        #expect(try await verdict(2, on: server, token: token).id == "2")
        #expect(try await verdict(3, on: server, token: token).id == "3")
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
        // Heartbeats may fit into what the write-ahead log has; refused bids, which are kept, don't.
        var number = 100
        while try await isReady(server) {
            number += 1
            _ = try await verdict(number, on: server, token: token)
        }
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
    /// Sets the size that no file of a running server may pass, in bytes: soft, or soft:hard.
    fileprivate static func limitFileSize(of server: TestServer, to limit: String) async throws {
        let result = try await EndToEndTests.run(
            "prlimit", ["--pid", "\(server.processIdentifier)", "--fsize=\(limit)"],
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
