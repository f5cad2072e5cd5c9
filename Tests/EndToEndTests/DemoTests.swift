import Foundation
import StrictJSON
import Testing

/// The demo as a newcomer runs it, with whatever settings.
@Suite("The demo, as a process", .onThreadsOfItsOwn, .timeLimit(.minutes(5)))
struct DemoTests {
    @Test("Simulated bidders bid, over TLS too, and it ends in order", arguments: [false, true])
    func bidding(isOverTLS: Bool) async throws {
        let desk = try TLSDesk()
        defer { try? FileManager.default.removeItem(at: desk.folder) }
        let output = try PrivatePipe()
        let log = desk.path("log")
        try Data().write(to: URL(fileURLWithPath: log))
        let demo = try ChildProcess(
            Gavel.executable,
            ["demo", "--json", "--database", desk.path("demo.db"), "--listen", "127.0.0.1:0"]
                + (isOverTLS ? desk.arguments : []),
            environment: Gavel.environment, output: output.writing,
            errors: try #require(FileHandle(forWritingAtPath: log)))
        let start = try #require(output.reading.nextLine())
        let url = try #require(try JSONValue(parsing: start).asObject).string("url")
        #expect(url.hasPrefix(isOverTLS ? "https://127.0.0.1:" : "http://127.0.0.1:"))
        var prices = 0
        while prices < 2, let line = output.reading.nextLine() {
            if line.contains(#""type":"price""#) { prices += 1 }
        }
        #expect(prices == 2)
        demo.send(SIGTERM)
        // A full pipe would hold it up.
        while output.reading.nextLine() != nil {}
        #expect(await demo.status() == 0)
        #expect(try String(contentsOfFile: log, encoding: .utf8) == "")
    }

    @Test("A second one on the same database withdraws what the first has left open")
    func again() async throws {
        let desk = try TLSDesk()
        defer { try? FileManager.default.removeItem(at: desk.folder) }
        let database = desk.path("demo.db")
        for _ in 0..<2 {
            let output = try PrivatePipe()
            let demo = try ChildProcess(
                Gavel.executable, ["demo", "--database", database, "--listen", "127.0.0.1:0"],
                environment: Gavel.environment, output: output.writing,
                errors: try #require(FileHandle(forWritingAtPath: "/dev/null")))
            while let line = output.reading.nextLine(), !line.hasPrefix("Ctrl-C ends it") {}
            demo.send(SIGTERM)
            while output.reading.nextLine() != nil {}
            #expect(await demo.status() == 0)
        }
        for (sale, status) in [("demo", "cancelled"), ("demo-2", "open")] {
            let lots = try await Gavel.run(
                ["auction", "list", "--sale", sale, "--json", "--database", database])
            let lines = lots.output.split(separator: "\n")
            #expect(lines.count >= 6)
            // One of the first may have been bought at once.
            let count = lines.count { $0.contains(#""status":"\#(status)""#) }
            #expect(count >= 5, "\(lots.output)")
        }
    }

    @Test("With TLS it needs the socket, and says so")
    func noSocket() async throws {
        let desk = try TLSDesk()
        defer { try? FileManager.default.removeItem(at: desk.folder) }
        let result = try await Gavel.run(
            ["demo", "--listen", "127.0.0.1:0", "--database", desk.path("demo.db")]
                + ["--socket", "none"] + desk.arguments)
        #expect(result.status == 2)
        #expect(result.errors.contains("--socket none: "), "\(result)")
    }
}

extension FileHandle {
    /// Waits for the next line; nil at the end.
    fileprivate func nextLine() -> String? {
        var line: [UInt8] = []
        while let byte = readData(ofLength: 1).first {
            guard byte != UInt8(ascii: "\n") else { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
