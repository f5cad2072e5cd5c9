import ArgumentParser
import Foundation
import GavelLoad

/// Where a peer listens, and how it is spoken to; see ``PeerCrowd/Manners``.
struct PeerOptions: ParsableArguments {
    @Option(help: "Where it listens, on 127.0.0.1.")
    var port: UInt16 = 0
    @Option(help: "Where watchers connect.")
    var path = "/"
    @Option(help: "What each of them says at first; \\n is a CRLF.")
    var hello: String?
    @Option(help: "The WebSocket that updates are sent to.")
    var publishPath: String?
    @Option(help: "The bearer token for that.")
    var publishToken: String?
    @Option(help: "A lot to bid on there: each bid is an update.")
    var bidOn: String?
    @Flag(help: "Each watcher is told of the newest update at first.")
    var snapshot = false
    @Option(help: "What stands before an update; \\n is a CRLF.")
    var publishHead = ""
    @Option(help: "What stands behind it; likewise.")
    var publishTail = ""
    @Option(help: "A pipe that gets a line for each update instead.")
    var publishPipe: String?
    @Option(help: "Bytes of an update.")
    var updateBytes = 202
    @Option(help: "A process of the server's; repeatable.")
    var process: [Int32] = []
    @Option(help: "Watchers.")
    var count = 1000
    @Option(help: "Updates a second.")
    var rate = 20.0
    @Option(help: "How long is measured, in seconds.")
    var measured = 5.0
    @Option(help: "How long the same is done before, in seconds.")
    var before = 1.0

    func validate() throws {
        guard (1...200_000).contains(count), (0.1...100_000).contains(rate),
            (0.1...3600).contains(measured), (0...3600).contains(before)
        else { throw ValidationError("So many watchers, updates or seconds make no sense") }
    }

    func run() throws {
        try Lines.prepare(for: count)
        func text(_ option: String) -> String {
            option.replacingOccurrences(of: "\\n", with: "\r\n")
        }
        var manners = PeerCrowd.Manners(port: port)
        manners.path = path
        manners.hello = hello.map(text)
        manners.publishPath = publishPath
        manners.publishToken = publishToken
        manners.bidOn = bidOn
        manners.hasSnapshot = snapshot
        manners.publishHead = text(publishHead)
        manners.publishTail = text(publishTail)
        manners.publishPipe = publishPipe
        manners.updateBytes = updateBytes
        manners.processes = process
        try PeerCrowd(of: count, manners).run(rate: rate, seconds: measured, warmUp: before)
    }
}
