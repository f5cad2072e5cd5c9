import Foundation
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("The bidding page", .timeLimit(.minutes(5)))
struct PageTests {
    /// All that there is in the folder: a file that nobody serves would be a mistake.
    private static let files: [String] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Sources/Gateway/Page").standardized
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.sorted().map {
            $0 == "index.html" ? "/" : "/page/\($0)"
        }
    }()

    @Test("is served, with a policy that allows nothing foreign", arguments: files)
    func isServed(_ path: String) async throws {
        let reply = try await Saleroom().get(path)
        #expect(reply.status == 200)
        #expect(!reply.text.isEmpty)
        let policy = try #require(reply.header("Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'"))
        #expect(!policy.contains("unsafe"))
        #expect(reply.header("Cache-Control") == "no-cache")
    }

    @Test("is not sent again to whoever has it", arguments: files)
    func isKept(_ path: String) async throws {
        let room = try Saleroom()
        let tag = try #require(try await room.get(path).header("ETag"))
        let again = try await room.send(.GET, path, headers: ["If-None-Match": tag])
        #expect(again.status == 304)
        #expect(again.text.isEmpty)
        #expect(again.header("Content-Security-Policy") != nil)
        #expect(
            try await room.send(.GET, path, headers: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test("refers only to files that there are")
    func references() async throws {
        let room = try Saleroom()
        var references: [String] = []
        for path in Self.files {
            let text = try await room.get(path).text
            for match in text.matches(of: /(?:src|href)="(\/[^"]*)"/) {
                references.append(String(match.1))
            }
            for match in text.matches(of: /from "\.\/([^"]*)"/) {
                references.append("/page/\(match.1)")
            }
        }
        #expect(references.count > 40)
        for reference in references {
            #expect(try await room.get(reference).status == 200, "\(reference)")
        }
    }

    @Test("names only texts that there are, and has none that nobody says")
    func texts() async throws {
        let room = try Saleroom()
        let dictionary = try await room.get("/page/english.js").text
        let keys = Set(dictionary.matches(of: /\n  "([^"]+)":/).map { String($0.1) })
        #expect(keys.count > 200)
        var said: Set<String> = []
        var beginnings: Set<String> = []
        for path in Self.files where !["/page/english.js", "/page/german.js"].contains(path) {
            let text = try await room.get(path).text
            for match in text.matches(of: /\b(?:t|has)\("([^"]+)"/) {
                #expect(keys.contains(String(match.1)), "\(match.1) in \(path)")
            }
            for match in text.matches(of: /data-t(?:-label|-placeholder)?="([^"]+)"/) {
                #expect(keys.contains(String(match.1)), "\(match.1) in \(path)")
            }
            for match in text.matches(of: /"([^"\n]+)"/) { said.insert(String(match.1)) }
            // `status.${…}`, and `${question}.yes` of a name that is said by itself.
            for match in text.matches(of: /`([a-z.-]+\.)\$\{/) {
                beginnings.insert(String(match.1))
            }
        }
        for key in keys {
            let isSaid =
                said.contains(key) || beginnings.contains { key.hasPrefix($0) }
                || [".yes", ".empty"].contains { said.contains(key.replacing($0, with: "")) }
            #expect(isSaid, "Nobody says \(key)")
        }
    }

    @Test("has no script, style or markup made at run time", arguments: files)
    func isStrict(_ path: String) async throws {
        // A namespace's name is an address, and nothing is fetched from it.
        let text = try await Saleroom().get(path).text
            .replacing(#"xmlns="http://www.w3.org/2000/svg""#, with: "")
        for word in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "<style",
            " style=", " onclick=", "javascript:", "localStorage", "http://", "https://",
        ] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(text.matches(of: /<script(?![^>]* src=)/).isEmpty)
    }
}
