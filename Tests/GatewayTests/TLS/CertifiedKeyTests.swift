import AuctionRules
import BidService
import Foundation
import NIOCore
import TestAuthority
import Testing

@testable import Gateway

@Suite("A certificate and its key")
struct CertifiedKeyTests {
    private struct Desk {
        let folder: URL
        let authority: TestAuthority
        let files: TLSFiles

        init() throws {
            folder = try SecureHouse.newFolder()
            authority = try TestAuthority()
            let paths = try authority.issue().write(into: folder)
            files = TLSFiles(certificate: paths.certificate, key: paths.key)
        }

        func fault() throws -> TLSFault {
            try #require(
                #expect(throws: TLSFault.self) {
                    try CertifiedKey(files, now: SystemClock().now())
                })
        }

        func write(_ text: String, to path: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }

        func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    @Test("A good pair is taken without a word")
    func good() throws {
        let desk = try Desk()
        defer { desk.remove() }
        let pair = try CertifiedKey(desk.files, now: SystemClock().now())
        #expect(pair.warnings == [])
        #expect(pair.expiresAt > SystemClock().now())
    }

    @Test("A missing file is named")
    func missing() throws {
        let desk = try Desk()
        defer { desk.remove() }
        try FileManager.default.removeItem(atPath: desk.files.key)
        let fault = try desk.fault()
        #expect(fault.kind == .missing)
        #expect(fault.message.hasPrefix(desk.files.key + ": there is no such file"))
    }

    @Test("A folder is no file")
    func folder() throws {
        let desk = try Desk()
        defer { desk.remove() }
        try FileManager.default.removeItem(atPath: desk.files.certificate)
        try FileManager.default.createDirectory(
            atPath: desk.files.certificate, withIntermediateDirectories: false)
        #expect(try desk.fault().kind == .unreadable)
    }

    @Test("What is no PEM is told what it must begin with", arguments: [true, false])
    func notPEM(isKey: Bool) throws {
        let desk = try Desk()
        defer { desk.remove() }
        for text in ["", "\u{30}\u{82}nonsense", "-----BEGIN NOTHING-----\n-----END NOTHING-----"] {
            try desk.write(text, to: isKey ? desk.files.key : desk.files.certificate)
            let fault = try desk.fault()
            #expect(fault.kind == .notPEM)
            #expect(fault.path == (isKey ? desk.files.key : desk.files.certificate))
            #expect(fault.message.contains(isKey ? "PRIVATE KEY" : "BEGIN CERTIFICATE"))
        }
    }

    @Test("A certificate in the key's place is no key, and the other way round")
    func swapped() throws {
        let desk = try Desk()
        defer { desk.remove() }
        let issued = try desk.authority.issue()
        try desk.write(issued.key, to: desk.files.certificate)
        #expect(try desk.fault().kind == .notPEM)
        try desk.write(issued.certificate, to: desk.files.certificate)
        try desk.write(issued.certificate, to: desk.files.key)
        #expect(try desk.fault().kind == .notPEM)
    }

    @Test("A key with a passphrase is told how to take it off")
    func encrypted() throws {
        let desk = try Desk()
        defer { desk.remove() }
        try desk.write(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n-----END ENCRYPTED PRIVATE KEY-----\n",
            to: desk.files.key)
        let fault = try desk.fault()
        #expect(fault.kind == .encryptedKey)
        #expect(fault.message.contains("openssl pkey"))
    }

    @Test("A huge file is refused before it is taken for anything")
    func tooLarge() throws {
        let desk = try Desk()
        defer { desk.remove() }
        try desk.write(
            String(repeating: "x", count: CertifiedKey.bytesMax + 1), to: desk.files.certificate)
        #expect(try desk.fault().kind == .tooLarge)
    }

    @Test("Another certificate's key is refused")
    func mismatch() throws {
        let desk = try Desk()
        defer { desk.remove() }
        try desk.write(try desk.authority.issue().key, to: desk.files.key)
        let fault = try desk.fault()
        #expect(fault.kind == .mismatch)
        #expect(fault.message.contains(desk.files.certificate))
    }

    @Test("A certificate that no client would take is refused")
    func validity() throws {
        let desk = try Desk()
        defer { desk.remove() }
        try desk.authority.issue(begins: -86_400, ends: -3600).write(into: desk.folder)
        #expect(try desk.fault().kind == .expired)
        try desk.authority.issue(begins: 3600).write(into: desk.folder)
        #expect(try desk.fault().kind == .notYetValid)
    }

    @Test("One that soon expires, and a key that others can read, are warned of")
    func warnings() throws {
        let desk = try Desk()
        defer { desk.remove() }
        try desk.authority.issue(ends: 3 * 86_400).write(into: desk.folder)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: desk.files.key)
        let warnings = try desk.files.check(at: SystemClock().now())
        #expect(warnings.count == 2)
        #expect(warnings.first?.contains("expires on") == true)
        #expect(warnings.last?.contains("chmod o-rwx") == true)
    }
}
