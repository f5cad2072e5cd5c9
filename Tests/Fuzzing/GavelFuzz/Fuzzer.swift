import CLibFuzzer
import Foundation
import WireProtocol

/// Hands libFuzzer one of the subjects, named by GAVEL_FUZZ_SUBJECT.
///
/// A subject does not only survive its input, it checks what must be true of every input; a
/// ``demand(_:_:)`` that fails ends the process, and libFuzzer keeps the input.
@main
struct Fuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { start, count in
                subject.run(Array(UnsafeBufferPointer(start: start, count: count)))
                return 0
            })
    }
}

enum Subject: String, CaseIterable {
    /// A WebSocket's bytes, as they come, and as well-formed frames with any content.
    case frames
    /// A request that wants to become a WebSocket, and any other request's head.
    case handshake
    /// Messages, in both directions.
    case json
    /// The same in the binary form.
    case protobuf
    /// Compressed messages.
    case deflate
    /// JSON Web Tokens.
    case jwt

    func run(_ input: [UInt8]) {
        switch self {
        case .frames: FramesSubject.run(input)
        case .handshake: HandshakeSubject.run(input)
        case .json: MessagesSubject.run(input)
        case .protobuf: MessagesSubject.run(input, as: .protobuf)
        case .deflate: DeflateSubject.run(input)
        case .jwt: WebTokenSubject.run(input)
        }
    }
}

private let subject: Subject = {
    let name = ProcessInfo.processInfo.environment["GAVEL_FUZZ_SUBJECT"] ?? ""
    guard let subject = Subject(rawValue: name) else {
        let names = Subject.allCases.map(\.rawValue).joined(separator: ", ")
        FileHandle.standardError.write(Data("GAVEL_FUZZ_SUBJECT must be one of \(names)\n".utf8))
        exit(2)
    }
    return subject
}()

/// What must be true of every input.
func demand(_ isTrue: Bool, _ what: @autoclosure () -> String) {
    guard !isTrue else { return }
    // Not a precondition: an optimized build would leave the words out.
    FileHandle.standardError.write(Data("NOT TRUE: \(what())\n".utf8))
    abort()
}

/// Takes an input apart, byte by byte; zeros when it is used up.
struct InputReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ input: [UInt8]) { rest = input[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return Array(taken)
    }
}
