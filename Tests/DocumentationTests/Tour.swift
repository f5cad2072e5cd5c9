import Foundation

/// A page whose `sh` blocks are run as a reader would paste them: all of them, in order, in one
/// shell, in an empty folder, with the built `gavel`.
///
/// The conventions of such a page:
/// - ```` ```sh ```` runs to its end, and must end with 0;
/// - ```` ```sh server ```` and ```` ```sh watcher ```` are one command each, for a terminal of
///   its own. They go on beside the rest; the page must bring the watcher to its end, and the
///   server gets a SIGTERM after the last block. Both must end with 0;
/// - ```` ```text ```` is part of what the block before it prints; `…` stands for anything;
/// - the address is `127.0.0.1:8080`, for which a free one is put in; so it is for `127.0.0.1:9000`,
///   where a receiver of webhooks listens.
struct Tour {
    struct Result {
        let status: Int32
        /// What each `sh` block printed, by its line in the page; errors included.
        let output: [Int: String]
        /// Everything, for a failure's message.
        let transcript: String
    }

    let page: Page

    /// Longer than any page takes: a watcher that never ends must not hold up the tests.
    private static let secondsMax = 600
    private static let mark = "@@ block "

    /// Runs the page.
    func run() async throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-tour-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let transcript = folder.appendingPathComponent("transcript")
        let status = try await Shell.run(
            "timeout", [String(Self.secondsMax), "bash", "-c", script, "bash", folder.path],
            writingTo: transcript)
        let text = try String(contentsOf: transcript, encoding: .utf8)
        return Result(status: status, output: Self.outputs(in: text), transcript: text)
    }

    /// The blocks, and what brings them together.
    private var script: String {
        var lines = [
            "set -euo pipefail", "cd \"$1\"",
            // What other tests have open must not stay open for as long as our servers run.
            "for fd in /proc/$$/fd/*; do fd=${fd##*/}",
            "if [ \"$fd\" -gt 2 ]; then eval \"exec $fd>&-\"; fi; done", "server=; watcher=",
            "RECEIVER=127.0.0.1:\(freePort())",
            // Whatever happens, no process stays behind.
            "trap 'kill $watcher $server 2>/dev/null || true' EXIT",
        ]
        for block in page.blocks where block.language == "sh" {
            lines.append("echo '\(Self.mark)\(block.line)'")
            let text = block.text.replacing("127.0.0.1:8080", with: "$ADDRESS")
                .replacing("127.0.0.1:9000", with: "$RECEIVER")
            switch block.kind {
            case "server":
                lines += [
                    "export GAVEL_LISTEN=127.0.0.1:0",
                    "exec {server_out}< <(exec \(text) 2>&1); server=$!",
                    // It listens when it says so.
                    "while read -r line <&$server_out; do echo \"$line\"",
                    "case $line in *listens*) ADDRESS=${line##*://}; ADDRESS=${ADDRESS%%/*};",
                    "break;; esac; done",
                ]
            case "watcher":
                lines += [
                    "exec {watcher_out}< <(exec \(text) 2>&1); watcher=$!",
                    "read -r line <&$watcher_out; echo \"$line\"",
                ]
            default: lines.append(text)
            }
        }
        lines += [
            "echo '\(Self.mark)0'",
            "if [ -n \"$watcher\" ]; then cat <&$watcher_out; wait $watcher; fi",
            "if [ -n \"$server\" ]; then kill -TERM $server; cat <&$server_out; wait $server; fi",
        ]
        return lines.joined(separator: "\n")
    }

    /// A port that nobody listens on now, and that no connection going out is given in the meantime:
    /// below the range that Linux takes those from.
    private func freePort() -> Int {
        while true {
            let port = Int.random(in: 20_000..<30_000)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            let isFree = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree { return port }
        }
    }

    private static func outputs(in transcript: String) -> [Int: String] {
        var outputs: [Int: String] = [:]
        for part in transcript.components(separatedBy: mark).dropFirst() {
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            guard let number = lines.first.flatMap({ Int($0) }) else { continue }
            outputs[number] = lines.dropFirst().joined(separator: "\n")
        }
        return outputs
    }
}

extension Tour.Result {
    /// Whether a line of a `text` block was printed; `…` and the breadth of blanks don't count.
    func printed(_ expected: String, by block: Int) -> Bool {
        let parts = Self.plain(expected).components(separatedBy: "…")
        return (output[block] ?? "").split(separator: "\n").contains { line in
            var rest = Self.plain(String(line))[...]
            guard rest.hasPrefix(parts[0]), rest.hasSuffix(parts[parts.count - 1]) else {
                return false
            }
            for part in parts where !part.isEmpty {
                guard let range = rest.range(of: part) else { return false }
                rest = rest[range.upperBound...]
            }
            return parts.count > 1 || rest.isEmpty
        }
    }

    private static func plain(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }
}
