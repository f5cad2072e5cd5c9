import AuctionRules
import BidService
import Foundation
import NIOCore
import NIOPosix
import Testing
import WireProtocol

@testable import Gateway

@Suite("Past the channel")
struct DirectSendTests {
    @Test(
        "A peer gets the same bytes past the channel as through it, however it reads, to the end",
        arguments: 0..<24)
    func sameBytes(seed: UInt64) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            let pair = try await TwoWays.open(on: loop, slice: seed % 8 < 4 ? 1 : .max)
            var random = SplitMix(seed: seed)
            for _ in 0..<60 {
                let move = TwoWays.Move.random(using: &random)
                try await loop.submit { try pair.value.perform(move) }.get()
            }
            let end = TwoWays.End.allCases[Int(seed) % TwoWays.End.allCases.count]
            if end.isHurried {
                try await Self.repeats(on: loop) { try pair.value.readAll() }
            }
            try await loop.submit { try pair.value.end(end) }.get()
            try await Self.repeats(on: loop) { try pair.value.readToEnd() }
            let (past, through) = try await loop.submit {
                (pair.value.past.heard, pair.value.through.heard)
            }.get()
            // Said in short: as they are, they would fill pages.
            let isSame = past == through
            let same = zip(past, through).prefix { $0 == $1 }.count
            #expect(isSame, "\(past.count) and \(through.count) bytes, the same up to \(same)")
            let opcodes = try #require(Self.opcodes(past))
            #expect(opcodes.firstIndex(of: 8) == opcodes.count - 1, "the close frame is the last")
            #expect(opcodes.count > 60)
            try await loop.submit { pair.value.close() }.get()
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    @Test("Who takes nothing is closed, and has had whole frames in their order until then")
    func stalled() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        do {
            let pair = try await TwoWays.open(on: loop, outboundBytesMax: 300_000)
            var isClosed = false
            for _ in 0..<10_000 where !isClosed {
                let behind: Int
                (isClosed, behind) = try await loop.submit {
                    try pair.value.fill()
                    return (pair.value.past.isClosed, pair.value.past.behind)
                }.get()
                #expect(behind <= 300_000 + 2000)
            }
            #expect(isClosed)
            try await Self.repeats(on: loop) { try pair.value.past.read(.max) }
            let heard = try await loop.submit { pair.value.past.heard }.get()
            let numbers = Self.texts(heard).compactMap { Int($0.prefix { $0.isNumber }) }
            #expect(numbers.count > 10)
            #expect(numbers == Array(1...numbers.count))
            try await loop.submit { pair.value.close() }.get()
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    /// Does something until it says that it is done, and lets the loop look at its sockets in between.
    private static func repeats(
        on loop: any EventLoop, _ body: @escaping @Sendable () throws -> Bool
    ) async throws {
        for _ in 0..<20_000 {
            if try await loop.scheduleTask(in: .milliseconds(1), body).futureResult.get() { return }
        }
        Issue.record("The peers have not read what was to come")
    }

    /// The frames' opcodes; nil when the bytes are not whole frames.
    private static func opcodes(_ bytes: [UInt8]) -> [UInt8]? {
        let (frames, rest) = frames(bytes)
        return rest == 0 ? frames.map { $0.opcode } : nil
    }

    /// What text frames say, but for one at the end that was cut off.
    private static func texts(_ bytes: [UInt8]) -> [String] {
        frames(bytes).frames.filter { $0.opcode == 1 }.map {
            String(decoding: $0.payload, as: UTF8.self)
        }
    }

    private static func frames(
        _ bytes: [UInt8]
    ) -> (frames: [(opcode: UInt8, payload: ArraySlice<UInt8>)], rest: Int) {
        var frames: [(opcode: UInt8, payload: ArraySlice<UInt8>)] = []
        var rest = bytes[...]
        while rest.count >= 4 || rest.count == 2 + Int(rest.dropFirst().first ?? 0) {
            let isLong = rest[rest.startIndex + 1] == 126
            let lengths = rest.dropFirst(isLong ? 2 : 1).prefix(isLong ? 2 : 1)
            let length = lengths.reduce(0) { $0 << 8 | Int($1) }
            let payload = rest.dropFirst(isLong ? 4 : 2).prefix(length)
            guard payload.count == length else { break }
            frames.append((rest[rest.startIndex] & 0x0f, payload))
            rest = rest[payload.endIndex...]
        }
        return (frames, rest.count)
    }
}
