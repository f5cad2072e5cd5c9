import Foundation
import Testing
import WireProtocol

/// `make protobuf-check` runs it: it needs a Python with Google's library, and the schema as a
/// descriptor set.
@Suite("Google's own library reads our bytes, and we read its bytes")
struct ForeignProtobufTests {
    private static let python = ProcessInfo.processInfo.environment["GAVEL_PROTOBUF_PYTHON"]
    private static let schema = ProcessInfo.processInfo.environment["GAVEL_PROTOBUF_SCHEMA"]

    @Test("Every message, both ways", .enabled(if: python != nil && schema != nil))
    func everyMessage() async throws {
        let lines =
            MessageGallery.client.map {
                line("ClientFrame", $0.encoded(as: .json), $0.encoded(as: .protobuf))
            }
            + MessageGallery.server.map {
                line("ServerFrame", $0.encoded(as: .json), $0.encoded(as: .protobuf))
            }
        let answers = try await ask(lines)
        #expect(answers.count == lines.count)
        for (frame, answer) in zip(MessageGallery.client, answers) {
            #expect(try ClientFrame.decode(bytes(answer), as: .protobuf) == frame)
        }
        for (frame, answer) in zip(
            MessageGallery.server, answers.dropFirst(MessageGallery.client.count))
        {
            #expect(try ServerFrame.decode(bytes(answer), as: .protobuf) == frame)
        }
    }

    private func line(_ name: String, _ json: [UInt8], _ protobuf: [UInt8]) -> String {
        "\(name)\t\(text(json))\t\(protobuf.map { hex($0) }.joined())\n"
    }

    private func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private func bytes(_ hex: Substring) throws -> [UInt8] {
        let digits = Array(hex)
        return try stride(from: 0, to: digits.count - 1, by: 2).map {
            try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
        }
    }

    /// Lets the script answer the lines.
    private func ask(_ lines: [String]) async throws -> [Substring] {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-forms-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let questions = folder.appendingPathComponent("questions")
        let answers = folder.appendingPathComponent("answers")
        try Data(lines.joined().utf8).write(to: questions)
        try Data().write(to: answers)
        let script = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().appendingPathComponent("../../../.ci/protobuf-check.py")

        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        process.arguments = [script.standardizedFileURL.path, try #require(Self.schema)]
        process.standardInput = try FileHandle(forReadingFrom: questions)
        process.standardOutput = try FileHandle(forWritingTo: answers)
        let status = try await withCheckedThrowingContinuation {
            (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        #expect(status == 0)
        return try String(contentsOf: answers, encoding: .utf8).split(separator: "\n")
    }
}
