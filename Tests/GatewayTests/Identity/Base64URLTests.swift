import Foundation
import Testing

@testable import Gateway

@Suite("Base64url")
struct Base64URLTests {
    @Test("Whatever was written is read again, and is what Foundation writes")
    func roundTrips() {
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
            let text = Base64URL.encode(bytes)
            #expect(Base64URL.decode(text.utf8) == bytes)
            #expect(!text.contains("="))
        }
    }

    @Test(
        "What is not exactly so is refused",
        arguments: ["A", "AAAAA", "AA==", "AB", "AAB", "+AAA", "A/AA", "AA A", "AAA\n", "é", "A.A"])
    func refused(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test("No two texts stand for the same bytes")
    func isUnambiguous() {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var texts: [[UInt8]: Int] = [:]
        for first in alphabet {
            for second in alphabet {
                if let bytes = Base64URL.decode([first, second]) { texts[bytes, default: 0] += 1 }
            }
        }
        #expect(texts.count == 256)
        #expect(texts.values.allSatisfy { $0 == 1 })
    }
}
