#if os(Linux)
    import Foundation
    import Testing

    /// How the system schedules a server's threads.
    @Suite("A server's threads", .onThreadsOfItsOwn, .timeLimit(.minutes(5)))
    struct SchedulingTests {
        /// Whether this user may have real-time threads: root, as a rule, and whom limits.conf names.
        private static func isPermitted() -> Bool {
            var (some, none) = (sched_param(sched_priority: 1), sched_param(sched_priority: 0))
            defer { _ = sched_setscheduler(0, SCHED_OTHER, &none) }
            return sched_setscheduler(0, SCHED_RR, &some) == 0
        }

        @Test(
            "Realtime are those that a bid passes, and no others",
            .enabled(if: isPermitted(), "This user may have no real-time threads"))
        func realtime() async throws {
            let server = try await TestServer.start(arguments: [
                "--scheduling", "realtime", "--event-loops", "3",
            ])
            defer { server.removeFolder() }
            // A bid has passed them all.
            try await server.must(
                "auction", "create", "Lot", "--id", "lot", "--start", "10", "--closes", "+1h")
            let anna = try await server.connect(token: try await server.bidder("anna"))
            _ = try await anna.bid("lot", 1_000, id: "first")
            #expect(
                try names(of: server, where: SCHED_RR) == [
                    "NIO-ELT", "NIO-ELT", "NIO-ELT", "gavel-log", "gavel-release", "gavel-writer",
                ])
            #expect(try names(of: server, where: SCHED_OTHER).contains("gavel-door"))
            #expect(await server.stop() == 0)
        }

        @Test("Without being told to, none is")
        func normal() async throws {
            let server = try await TestServer.start()
            defer { server.removeFolder() }
            #expect(try names(of: server, where: SCHED_RR) == [])
            #expect(await server.stop() == 0)
        }

        @Test("Whoever may have none is told so, and what to do, and no server starts")
        func notPermitted() async throws {
            let folder = try TestServer.temporaryFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            let database = folder.appendingPathComponent("gavel.db").path
            let serve = [
                Gavel.executable, "serve", "--scheduling", "realtime", "--database", database,
            ]
            // Root may, but for a program that has lost the capability.
            let withoutIt = Self.isPermitted() ? ["setpriv", "--bounding-set=-sys_nice"] : []
            let result = try await run("env", withoutIt + serve, environment: Gavel.environment)
            #expect(result.status == 2, "\(result)")
            #expect(result.errors.contains("LimitRTPRIO=1"), "\(result)")
            #expect(!FileManager.default.fileExists(atPath: database))
        }

        /// The names of the server's threads that are scheduled so, in order and without their numbers.
        private func names(of server: TestServer, where policy: CInt) throws -> [String] {
            let tasks = "/proc/\(server.processIdentifier)/task"
            return try FileManager.default.contentsOfDirectory(atPath: tasks).compactMap { task in
                // Its lower bits: the rest says what threads get that it starts.
                guard let id = pid_t(task), sched_getscheduler(id) & 0xffff == policy else {
                    return nil
                }
                let name = try String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8)
                return String(name.prefix { $0 != "\n" }.replacing(/-\d+-#\d+$/, with: ""))
            }.sorted()
        }
    }
#endif
