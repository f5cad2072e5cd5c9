import Foundation
import Testing

/// kill -9 in the middle of bidding, on one database, again and again.
@Suite("Nothing that was acknowledged is lost")
struct CrashTests {
    /// 3 in the ordinary run; `make crash ROUNDS=1000` for more.
    static let rounds =
        ProcessInfo.processInfo.environment["CRASH_ROUNDS"].flatMap { Int($0) } ?? 3
    /// How long a server is stopped, in seconds: `make crash STOP=10`.
    static let stop =
        ProcessInfo.processInfo.environment["CRASH_STOP"].flatMap { Int($0) } ?? 1

    @Test(
        "After kill -9 every acknowledged bid is there once, a repeated id gets its first reply, and watchers miss nothing"
    )
    func killed() async throws {
        let site = try await CrashSite()
        defer { site.removeFolder() }
        for round in 1...Self.rounds {
            try await site.round(
                round, acknowledgements: Int.random(in: 1...200),
                stop: round % 7 == 3 ? Self.stop : nil,
                thoroughly: Self.rounds <= 50 || round.isMultiple(of: 25))
            if round.isMultiple(of: 25) {
                print("round \(round): \(try await Self.figures(of: site))")
            }
        }
        let figures = try await Self.figures(of: site)
        try await site.finish()
        print(figures)
    }

    private static func figures(of site: CrashSite) async throws -> String {
        let recoveries = site.recoveries.map { Int($0 / .milliseconds(1)) }
        let sorted = recoveries.sorted()
        return """
            kills survived \(site.kills), and \(site.killsAtStart) during a start and \
            \(site.killsAfterStart) right after one, stops \(site.stops) (\(Self.stop) s), acknowledged bids \
            checked \(site.bidsTold), lost \(site.lost), doubled \(site.doubled), reordered \
            \(site.reordered), repeated \(site.repeated), answered otherwise \(site.changed), changes \
            heard by watchers \(site.changesHeard), snapshots instead \(site.snapshots), entries in the \
            log \(try await site.entries()), from a start to the first accepted bid: median \
            \(sorted[sorted.count / 2]), longest \(sorted.last ?? 0), last \(recoveries.last ?? 0) ms
            """
    }
}
