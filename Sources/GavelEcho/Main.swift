import Foundation
import Gateway

/// `gavel-echo [PORT]`: says every WebSocket message back at ws://127.0.0.1:PORT/v1/ws, for
/// conformance suites. The first line that it prints is the address.
@main
struct Main {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst()
        guard words.count <= 1, let port = UInt16(words.first ?? "0") else {
            FileHandle.standardError.write(Data("usage: gavel-echo [PORT]\n".utf8))
            exit(2)
        }
        try await EchoServer.run(host: "127.0.0.1", port: Int(port)) { url in
            FileHandle.standardOutput.write(Data("\(url)\n".utf8))
        }
    }
}
