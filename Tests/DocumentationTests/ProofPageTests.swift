import Foundation
import Proof
import StrictJSON
import Testing

/// docs/proof.md shows what can be checked, and how.
struct ProofPageTests {
    private static func example(_ kind: String) throws -> JSONObject {
        let block = try #require(
            try Page("docs/proof.md").blocks.first { $0.language == "json" && $0.kind == kind })
        return try #require(try JSONValue(parsing: block.text.utf8).asObject)
    }

    @Test("The example's receipt is good by the example's keys")
    func example() throws {
        let receipt = try SignedStatement(try Self.example("receipt"))
        let head = try receipt.verify(with: KeySet(try Self.example("keys")))
        #expect(head.size == 2 && head.position == 31)
        let says = try #require(try JSONValue(parsing: receipt.statement.utf8).asObject)
        #expect(try says.string("statement") == ReceiptStatement.format)
    }

    @Test("The Python that checks a receipt finds a good one good, and a changed one not")
    func python() throws {
        let script = try #require(
            try Page("docs/proof.md").blocks.first { $0.language == "python" }
        ).text
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("gavel-proof-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ object: JSONObject, to name: String) throws -> String {
            var writer = JSONWriter()
            writer.value(.object(object))
            let file = folder.appendingPathComponent(name)
            try Data(writer.bytes).write(to: file)
            return file.path
        }
        func check(_ receipt: JSONObject) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "python3", "-c", script, try write(receipt, to: "receipt.json"),
                try write(try Self.example("keys"), to: "keys.json"),
            ]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        let probe = Process()
        probe.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        probe.arguments = ["python3", "-c", "import cryptography"]
        probe.standardError = FileHandle.nullDevice
        try probe.run()
        probe.waitUntilExit()
        // A machine without it can't try the script; `make clients` installs it.
        guard probe.terminationStatus == 0 else { return }
        let receipt = try Self.example("receipt")
        #expect(try check(receipt) == 0)
        var other = receipt
        let said = try receipt.string("statement")
        other["statement"] = .string(said.replacing("1200", with: "1300"))
        #expect(try check(other) != 0)
        other = receipt
        other["index"] = .integer(1)
        #expect(try check(other) != 0)
        other = receipt
        other["head"] = .string(try receipt.string("head").replacing("31", with: "30"))
        #expect(try check(other) != 0)
    }
}
