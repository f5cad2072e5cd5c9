import Foundation
import GavelLoad
import NIOPosix

/// How benchmarks reach the server.
enum Lines {
    /// One loop: the server needs the machine more than the load does.
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    static func client(
        to port: UInt16, on group: MultiThreadedEventLoopGroup = Self.group,
        _ change: (inout LoadClient.Settings) -> Void = { _ in }
    ) -> LoadClient {
        var settings = LoadClient.Settings(host: "127.0.0.1", port: Int(port))
        change(&settings)
        return LoadClient(settings, group: group)
    }

    /// Makes room for so many connections in this process and in the servers that it starts.
    static func prepare(for connections: Int) throws {
        let permitted = OpenFiles.raise(to: connections + 200)
        guard permitted >= connections + 200 else {
            throw BenchmarkFailure(
                "Only \(permitted) files may be open at once, and \(connections) connections need "
                    + "more: run ulimit -Hn \(connections + 200) as root before")
        }
    }
}

/// The middle of some figures, with the least and the most.
struct Spread: CustomStringConvertible {
    let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    var median: Double { sorted.isEmpty ? 0 : sorted[sorted.count / 2] }

    var description: String {
        guard let least = sorted.first, let most = sorted.last else { return "nothing" }
        return "\(Report.decimal(median)) (\(Report.decimal(least)) to \(Report.decimal(most)))"
    }
}
