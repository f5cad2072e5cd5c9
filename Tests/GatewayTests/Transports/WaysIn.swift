import StrictJSON
import WireProtocol

@testable import Gateway

private let privateTypes: Set<String> = ["outbid", "won", "lost", "bid_voided", "below_offer"]

private func type(of text: String) throws -> String {
    guard let object = try JSONValue(parsing: text.utf8).asObject else { throw Surprise(text) }
    return try object.string("type")
}

private func isEnd(_ text: String) throws -> Bool {
    guard let object = try JSONValue(parsing: text.utf8).asObject else { throw Surprise(text) }
    return try object.string("type") == "status" && object.string("status") == "closed"
}

/// By WebSocket alone.
final class BySocket: WayIn {
    private let watcher: SocketReader
    /// Read before anything happens: until then the watching may not have begun.
    private let first: String
    private let bidders: [String: SocketReader]
    private var privately: [String: [String]] = [:]

    private init(watcher: SocketReader, first: String, bidders: [String: SocketReader]) {
        self.watcher = watcher
        self.first = first
        self.bidders = bidders
    }

    static func enter(_ house: OpenHouse, tokens: [String: String]) async throws -> BySocket {
        var bidders: [String: SocketReader] = [:]
        for (name, token) in tokens {
            let reader = try await SocketReader(token: token, port: house.port)
            guard try type(of: await reader.next() ?? "") == "welcome" else {
                throw Surprise("no welcome")
            }
            bidders[name] = reader
        }
        let watcher = try await SocketReader(port: house.port)
        _ = try await watcher.next()
        try await watcher.say(#"{"type":"watch","auction":"lot","feed":"full"}"#)
        guard let first = try await watcher.next() else { throw Surprise("no snapshot") }
        return BySocket(watcher: watcher, first: first, bidders: bidders)
    }

    func bid(_ fields: String, by bidder: String) async throws -> String {
        guard let reader = bidders[bidder] else { throw Surprise("no \(bidder)") }
        try await reader.say(#"{"type":"bid","auction":"lot",\#(fields)}"#)
        while let text = try await reader.next() {
            guard privateTypes.contains(try type(of: text)) else { return text }
            privately[bidder, default: []].append(text)
        }
        throw Surprise("no answer")
    }

    func follow(to seq: Int64) async throws {}

    func finish() async throws -> (stream: [String], privately: [String: [String]]) {
        var stream = [first]
        while let text = try await watcher.next() {
            stream.append(text)
            if try isEnd(text) { break }
        }
        for (name, reader) in bidders {
            // Whatever was for it came before the answer to this.
            try await reader.say(#"{"type":"time","client_time":0}"#)
            while let text = try await reader.next(), try type(of: text) != "time" {
                privately[name, default: []].append(text)
            }
            await reader.close()
        }
        await watcher.close()
        return (stream, privately)
    }
}

/// By events and requests.
final class ByEvents: WayIn {
    private let house: OpenHouse
    private let tokens: [String: String]
    private let watcher: EventReader
    private let bidders: [String: EventReader]

    private init(
        _ house: OpenHouse, tokens: [String: String], watcher: EventReader,
        bidders: [String: EventReader]
    ) {
        self.house = house
        self.tokens = tokens
        self.watcher = watcher
        self.bidders = bidders
    }

    static func enter(_ house: OpenHouse, tokens: [String: String]) async throws -> ByEvents {
        var bidders: [String: EventReader] = [:]
        for (name, token) in tokens {
            bidders[name] = try await house.events("?feed=full", token: token)
        }
        return ByEvents(
            house, tokens: tokens, watcher: try await house.events("?feed=full"),
            bidders: bidders)
    }

    func bid(_ fields: String, by bidder: String) async throws -> String {
        try await post(fields, token: tokens[bidder], to: house)
    }

    func follow(to seq: Int64) async throws {}

    func finish() async throws -> (stream: [String], privately: [String: [String]]) {
        let stream = try await readToEnd(watcher)
        var privately: [String: [String]] = [:]
        for (name, reader) in bidders {
            // The verdict on the lot comes right after its end, and is the last.
            var texts = try await readToEnd(reader)
            if let text = try await reader.next()?.data { texts.append(text) }
            privately[name] = try texts.filter { privateTypes.contains(try type(of: $0)) }
            await reader.close()
        }
        await watcher.close()
        return (stream, privately)
    }

    private func readToEnd(_ reader: EventReader) async throws -> [String] {
        var texts: [String] = []
        while let event = try await reader.next() {
            guard event.name == (try type(of: event.data)) else { throw Surprise(event.name) }
            texts.append(event.data)
            if try isEnd(event.data) { break }
        }
        return texts
    }
}

/// By requests alone.
final class ByAsking: WayIn {
    private let house: OpenHouse
    private let tokens: [String: String]
    private var snapshots: [String]
    private var seen: Int64
    private var pending: Task<RawResponse, any Error>?

    private init(_ house: OpenHouse, tokens: [String: String], first: String, seq: Int64) {
        self.house = house
        self.tokens = tokens
        snapshots = [first]
        seen = seq
    }

    static func enter(_ house: OpenHouse, tokens: [String: String]) async throws -> ByAsking {
        let first = try await Line.exchange(OpenHouse.lot, port: house.port).body
        let way = ByAsking(house, tokens: tokens, first: first, seq: try seq(of: first))
        try await way.ask()
        return way
    }

    func bid(_ fields: String, by bidder: String) async throws -> String {
        try await post(fields, token: tokens[bidder], to: house)
    }

    func follow(to seq: Int64) async throws {
        guard seq > seen, let answer = try await pending?.value else { return }
        guard answer.status == 200 else { throw Surprise("\(answer.status)") }
        snapshots.append(answer.body)
        seen = try Self.seq(of: answer.body)
        pending = nil
        // Each is answered by a change that comes while it waits.
        try await ask()
    }

    func finish() async throws -> (stream: [String], privately: [String: [String]]) {
        pending?.cancel()
        return (snapshots, [:])
    }

    private func ask() async throws {
        let path = "\(OpenHouse.lot)?after=\(seen)&log=memory&wait=60"
        let port = house.port
        pending = Task { try await Line.exchange(path, port: port) }
        try await house.waitForPolls(1)
    }

    private static func seq(of text: String) throws -> Int64 {
        guard let object = try JSONValue(parsing: text.utf8).asObject else { throw Surprise(text) }
        return try object.integer("seq")
    }
}

private func post(_ fields: String, token: String?, to house: OpenHouse) async throws -> String {
    try await Line.exchange(
        OpenHouse.lot + "/bids", method: "POST", body: "{\(fields)}", token: token,
        port: house.port
    ).body
}
