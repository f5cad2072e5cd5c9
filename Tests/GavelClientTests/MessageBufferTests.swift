import Synchronization
import Testing

@testable import GavelClient

@Suite struct MessageBufferTests {
    @Test func elementsComeInOrderAlsoAfterTheEnd() async throws {
        let buffer = MessageBuffer<Int>(countMax: 1000)
        for number in 0..<300 { buffer.append(number) }
        var taken: [Int] = []
        for _ in 0..<200 { taken.append(try #require(try await buffer.first { _ in true })) }
        for number in 300..<400 { buffer.append(number) }
        buffer.finish()
        buffer.append(999)
        for try await number in buffer { taken.append(number) }
        #expect(taken == Array(0..<400))
    }

    @Test func consumerWaitsForTheProducer() async throws {
        let buffer = MessageBuffer<Int>(countMax: 4)
        async let first = buffer.first { _ in true }
        buffer.append(7)
        #expect(try await first == 7)
    }

    @Test func failureComesLast() async throws {
        struct Broken: Error {}
        let buffer = MessageBuffer<Int>(countMax: 4)
        buffer.append(1)
        buffer.finish(throwing: Broken())
        var iterator = buffer.makeAsyncIterator()
        #expect(try await iterator.next() == 1)
        await #expect(throws: Broken.self) { _ = try await iterator.next() }
        #expect(try await iterator.next() == nil)
    }

    @Test func producerIsToldToStopAndWhenToGoOn() async throws {
        let buffer = MessageBuffer<Int>(countMax: 4)
        #expect([1, 2, 3, 4, 5].map { buffer.append($0) } == [true, true, true, false, false])
        let hasRoom = Flag()
        buffer.whenRoom { hasRoom.set() }
        var iterator = buffer.makeAsyncIterator()
        for _ in 0..<2 { _ = try await iterator.next() }
        #expect(!hasRoom.isSet)
        _ = try await iterator.next()
        #expect(hasRoom.isSet)
        let isNow = Flag()
        buffer.whenRoom { isNow.set() }
        #expect(isNow.isSet)
    }

    @Test func endMakesRoom() {
        let buffer = MessageBuffer<Int>(countMax: 1)
        buffer.append(1)
        let hasRoom = Flag()
        buffer.whenRoom { hasRoom.set() }
        buffer.finish()
        #expect(hasRoom.isSet)
    }

    @Test func oldestGoesWhereThatIsTheRule() async throws {
        let buffer = MessageBuffer<Int>(countMax: 3, overflow: .dropOldest)
        for number in 1...9 { #expect(buffer.append(number)) }
        buffer.finish()
        var taken: [Int] = []
        for try await number in buffer { taken.append(number) }
        #expect(taken == [7, 8, 9])
    }

    @Test func newestSupersededElementGoes() async throws {
        let buffer = MessageBuffer<Int>(countMax: 9)
        for number in [1, 20, 2, 3] { buffer.append(number) }
        buffer.append(4) { $0 >= 20 ? nil : $0 == 3 }
        buffer.append(5) { $0 >= 20 ? nil : $0 == 1 }
        buffer.finish()
        var taken: [Int] = []
        for try await number in buffer { taken.append(number) }
        #expect(taken == [1, 20, 2, 4, 5])
    }

    @Test func cancelledConsumerLeavesTheBufferToTheNext() async throws {
        let buffer = MessageBuffer<Int>(countMax: 4)
        let task = Task { try await buffer.first { _ in true } }
        task.cancel()
        #expect(try await task.value == nil)
        buffer.append(3)
        #expect(try await buffer.first { _ in true } == 3)
    }
}

final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}
