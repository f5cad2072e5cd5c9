import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

@Suite("One sale over three ways", .timeLimit(.minutes(5)))
struct ThreeWaysTests {
    @Test("looks the same from all of them, object by object, and every bid gets the same answer")
    func compares() async throws {
        let bySocket = try await WrittenSale.play(BySocket.self)
        let byEvents = try await WrittenSale.play(ByEvents.self)
        let byAsking = try await WrittenSale.play(ByAsking.self)

        try checkIsWhole(bySocket)
        #expect(byEvents.stream == bySocket.stream)
        #expect(byEvents.privately == bySocket.privately)
        try compareAnswers(byEvents, bySocket)
        try compareAnswers(byAsking, bySocket)
        try checkStates(byAsking.stream, of: bySocket.stream)
    }

    /// The sale has had everything that it was written for.
    private func checkIsWhole(_ record: SaleRecord) throws {
        let stream = try record.stream.map(object)
        let types = try stream.map { try $0.string("type") }
        #expect(types.first == "snapshot")
        #expect(types.count { $0 == "notice" } == 1)
        let seqs = try stream.compactMap { try $0.optionalInteger("seq") }
        #expect(seqs == Array(1...Int64(seqs.count)))
        let statuses = try stream.dropFirst().compactMap { try $0.optionalString("status") }
        #expect(statuses == ["paused", "open", "closed"])
        #expect(try stream.last?.string("outcome") == "sold")
        let reserves = try stream.compactMap { try $0.optionalString("reserve") }
        #expect(reserves.first == "unmet")
        #expect(reserves.last == "met")
        #expect(try stream.contains { try $0.optionalInteger("extensions") == 2 })
        let codes = try record.answers.map(object).compactMap { try $0.optionalString("code") }
        #expect(
            Set(codes) == [
                "too_low", "idempotency_conflict", "invalid_amount", "malformed", "bad_message",
                "paused", "closed",
            ])
        #expect(record.answers[5] == record.answers[2])
        #expect(record.answers[6] == record.answers[3])
        #expect(record.answers[record.answers.count - 1] == record.answers[0])
        #expect(record.privately["ann"]?.isEmpty == false)
        let told = try record.privately.values.flatMap { $0 }.map { try object($0).string("type") }
        #expect(Set(told).isSuperset(of: ["outbid", "won", "lost", "bid_voided"]))
    }

    /// Word for word, but for the hashes: each house's tokens are its own, and are in its log.
    private func compareAnswers(_ one: SaleRecord, _ other: SaleRecord) throws {
        #expect(one.answers.count == other.answers.count)
        for (left, right) in zip(one.answers, other.answers) {
            #expect(try withoutHash(left) == withoutHash(right))
        }
        // A repeat gets the hash, too.
        #expect(one.answers[5] == one.answers[2])
        #expect(one.answers[one.answers.count - 1] == one.answers[0])
    }

    private func withoutHash(_ text: String) throws -> String {
        guard let hash = try object(text).optionalString("hash") else { return text }
        #expect(hash.utf8.count == 64)
        return text.replacing(hash, with: "#")
    }

    /// The snapshots show the lot after each of the stream's changes, in their order, to the last.
    private func checkStates(_ snapshots: [String], of stream: [String]) throws {
        var changes: [Int64: JSONObject] = [:]
        for change in try stream.map(object) {
            if let seq = try change.optionalInteger("seq") { changes[seq] = change }
        }
        let states = try snapshots.map(object)
        let seqs = try states.map { try $0.integer("seq") }
        #expect(seqs == Array(1...Int64(changes.count)))
        for (seq, state) in zip(seqs, states) {
            let change = try #require(changes[seq])
            // What only one of the two has.
            let own: Set<String> = ["type", "at", "winner", "reason", "server_time"]
            for member in change.members where !own.contains(member.key) {
                #expect(state[member.key] == member.value, "\(member.key) at \(seq)")
            }
        }
    }

    private func object(_ text: String) throws -> JSONObject {
        try #require(try JSONValue(parsing: text.utf8).asObject)
    }

    @Test("A bid that is repeated over another way gets the answer that it had, word for word")
    func repeatsElsewhere() async throws {
        try await OpenHouse.run { house in
            try await house.openLot()
            let ann = try await house.bidder("ann")
            let socket = try await SocketReader(token: ann, port: house.port)
            _ = try await socket.next()
            for (id, amount) in [("h", 2000), ("low", 1)] {
                let fields = #""id":"\#(id)","amount":\#(amount)"#
                let posted = try await Line.exchange(
                    OpenHouse.lot + "/bids", method: "POST", body: "{\(fields)}", token: ann,
                    port: house.port)
                try await socket.say(#"{"type":"bid","auction":"lot",\#(fields)}"#)
                #expect(try await socket.next() == posted.body)
            }
            try await socket.say(#"{"type":"bid","auction":"lot","id":"s","amount":3000}"#)
            let said = try await socket.next()
            let posted = try await Line.exchange(
                OpenHouse.lot + "/bids", method: "POST", body: #"{"id":"s","amount":3000}"#,
                token: ann, port: house.port)
            #expect(posted.body == said)
            await socket.close()
        }
    }
}
