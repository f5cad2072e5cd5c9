import ArgumentParser
import AuctionRules
import Foundation
import Testing
import WireProtocol

@testable import GavelCommand

@Suite("Administration without a server")
struct AdministratorTests {
    /// A folder of the test's own, gone afterwards.
    private final class Folder {
        let url: URL

        init() throws {
            url = FileManager.default.temporaryDirectory
                .appendingPathComponent("gavel-test-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    }

    private func perform(
        _ command: AdminCommand, on database: String, onlyReads: Bool = false
    ) async throws -> AdminAnswer {
        let place = try Place(
            try GlobalOptions.parse(["--database", database]), environment: [:])
        let administrator = try await Administrators.open(place, onlyReads: onlyReads)
        do {
            let answer = try await administrator.perform(command)
            await administrator.close()
            return answer
        } catch {
            await administrator.close()
            throw error
        }
    }

    private func lot(_ id: String, closes: String = "+1h") throws -> NewAuction {
        var text = LotText()
        for (field, word) in [
            (LotField.id, id), (.title, "Vase"), (.start, "10"), (.closes, closes),
        ] { text[field] = word }
        return try text.read(now: Instant(milliseconds: 1_795_404_400_000)).get()
    }

    @Test("What one command stores, the next one reads")
    func storing() async throws {
        let folder = try Folder()
        let database = folder.path("a.db")
        let lot = try lot("L1", closes: "2090-01-01T00:00:00Z")
        #expect(
            try await perform(.createAuction(lot), on: database)
                == .auctionCreated(try AuctionID("L1")))
        let answer = try await perform(.listAuctions(), on: database, onlyReads: true)
        guard case .auctions(let rows) = answer else { throw CommandFailure.unexpected(answer) }
        #expect(rows.map(\.lot.auction.text) == ["L1"])
    }

    @Test("A refusal of the rules ends with 1, what is missing with 3")
    func refusals() async throws {
        let folder = try Folder()
        let database = folder.path("a.db")
        let lot = try lot("L1", closes: "2090-01-01T00:00:00Z")
        _ = try await perform(.createAuction(lot), on: database)
        let twice = try await #require(throws: CommandFailure.self) {
            try await perform(.createAuction(lot), on: database)
        }
        #expect(twice.status == .refused)
        #expect(twice.code == "already_exists")
        let missing = try await #require(throws: CommandFailure.self) {
            try await perform(.administer(try AuctionID("L9"), .open), on: database)
        }
        #expect(missing.status == .notFound)
    }

    @Test("Reading creates no database and needs no lock")
    func reading() async throws {
        let folder = try Folder()
        let database = folder.path("a.db")
        let missing = try await #require(throws: CommandFailure.self) {
            try await perform(.listSales, on: database, onlyReads: true)
        }
        #expect(missing.status == .notFound)
        #expect(!FileManager.default.fileExists(atPath: database))

        let holder = try LocalAdministrator(database)
        let answer = try await perform(.listSales, on: database, onlyReads: true)
        #expect(answer == .sales([]))
        await holder.close()
    }

    @Test("A database that another process has is locked: 4, and it says by whom")
    func locked() async throws {
        let folder = try Folder()
        let database = folder.path("a.db")
        let holder = try LocalAdministrator(database)
        let failure = try await #require(throws: CommandFailure.self) {
            try await perform(.createSale(NewSale(title: "S")), on: database)
        }
        #expect(failure.status == .unreachable)
        #expect(failure.message.contains("process \(getpid())"))
        await holder.close()
    }

    @Test("A socket that a killed server left behind is no server")
    func staleSocket() throws {
        let folder = try Folder()
        let path = folder.path("a.db.sock")
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        #expect(!LocalSocket.isAlive(path))
        #expect(!LocalSocket.isAlive(folder.path(String(repeating: "x", count: 200))))
    }

    @Test(
        "A file that is no sound database of ours is damage, or another's",
        arguments: [
            ("garbage", CommandFailure.Status.damage), ("SQLite format 3\u{0}", .damage),
            ("", .damage),
        ])
    func foreignFiles(content: String, status: CommandFailure.Status) async throws {
        let folder = try Folder()
        let database = folder.path("a.db")
        try Data(content.utf8).write(to: URL(fileURLWithPath: database))
        let failure = try await #require(throws: CommandFailure.self) {
            try await perform(.listSales, on: database, onlyReads: true)
        }
        #expect(failure.status == status, "\(failure)")
    }

    @Test("A catalogue's faults name the lots, and nothing is created")
    func catalogues() async throws {
        let folder = try Folder()
        let database = folder.path("a.db")
        let failure = try await #require(throws: CommandFailure.self) {
            let lots = [
                try lot("L1", closes: "2090-01-01T00:00:00Z"),
                try lot("L1", closes: "2090-01-01T00:00:00Z"),
            ]
            return try await perform(.importAuctions(lots), on: database)
        }
        #expect(failure.items.map(\.index) == [1])
        let answer = try await perform(.listAuctions(), on: database, onlyReads: true)
        #expect(answer == .auctions([]))
    }
}
