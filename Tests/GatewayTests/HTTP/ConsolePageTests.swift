import NIOHTTP1
import Testing

@testable import Gateway

@Suite("The auctioneer's console", .timeLimit(.minutes(5)))
struct ConsolePageTests {
    private static let files =
        ["/console"]
        + [
            "console.css", "console.js", "actions.js", "block.js", "desk.js", "forms.js", "hold.js",
            "office.js", "order.js", "saleroom.js", "stream.js", "tape.js", "verdicts.js",
        ].map { "/console/" + $0 }

    @Test("is served to everybody, as it holds nothing, with the page's policy", arguments: files)
    func isServed(_ path: String) async throws {
        let reply = try await Saleroom().get(path)
        #expect(reply.status == 200)
        #expect(!reply.text.isEmpty)
        let policy = try #require(reply.header("Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(reply.header("Cache-Control") == "no-cache")
    }

    @Test("refers only to files that there are, and every file is referred to")
    func references() async throws {
        let room = try Saleroom()
        var references: Set<String> = ["/console"]
        for path in Self.files {
            let text = try await room.get(path).text
            for match in text.matches(of: /(?:src|href)="(\/[^"]*)"/) {
                references.insert(String(match.1))
            }
            for match in text.matches(of: /from "\.\/([^"]*)"/) {
                references.insert("/console/\(match.1)")
            }
            for match in text.matches(of: /from "(\/page\/[^"]*)"/) {
                references.insert(String(match.1))
            }
        }
        #expect(references.isSuperset(of: Self.files))
        for reference in references {
            #expect(try await room.get(reference).status == 200, "\(reference)")
        }
    }

    @Test(
        "has no markup, script or style made at run time, and no token in an address",
        arguments: files)
    func isStrict(_ path: String) async throws {
        let text = try await Saleroom().get(path).text
        for word in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "<style",
            " style=", " onclick=", "javascript:", "localStorage", "http://", "https://", "?token",
            "&token", "cookie",
        ] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(text.matches(of: /<script(?![^>]* src=)/).isEmpty)
    }
}
