import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Gateway

/// A connection as a client has it: text in, answers out, through the pipeline that the server uses.
struct HTTPProbe {
    let channel = NIOAsyncTestingChannel()
    let statistics = GatewayStatistics()

    init(
        _ responder: any HTTPResponder = EchoResponder(), isLocal: Bool = false,
        limits: GatewayLimits = .generous, clock: MonotonicClock = .system,
        from address: String = "192.0.2.1"
    ) async throws {
        let (channel, statistics) = (channel, statistics)
        try await channel.testingEventLoop.executeInContext {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withErrorHandling: false, withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: limits.decoder)
            try pipeline.addHandler(
                HTTPHandler(
                    responder: responder, statistics: statistics, isLocal: isLocal,
                    visitor: Visitor(
                        isLocal ? nil : IPAddress(address),
                        gatekeeper: Gatekeeper(
                            limits: limits, clock: clock, statistics: statistics)),
                    limits: limits))
        }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 8080))
    }

    /// Sends text as it stands; `\n` goes as CR LF.
    func send(_ text: String) async throws {
        let lines = text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n")
        try await sendRaw(lines)
    }

    func sendRaw(_ text: String) async throws {
        do {
            try await channel.writeInbound(ByteBuffer(string: text))
        } catch ChannelError.ioOnClosedChannel {
            // A server that has had enough need not listen to the end.
        }
    }

    /// The next answers, as many as asked for; waits for them.
    ///
    /// - Parameter isHead: whether they are without bodies whatever their headers say.
    func receive(_ count: Int = 1, isHead: Bool = false) async throws -> [RawResponse] {
        var bytes = ByteBuffer()
        var responses: [RawResponse] = []
        while responses.count < count {
            if let response = RawResponse(&bytes, isHead: isHead) {
                responses.append(response)
                continue
            }
            var more = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
            bytes.writeBuffer(&more)
        }
        return responses
    }

    /// Sends one request and gets its answer.
    func exchange(_ text: String, isHead: Bool = false) async throws -> RawResponse {
        try await send(text)
        return try await receive(isHead: isHead)[0]
    }

    /// What comes until it ends with that text; waits for it.
    func text(endingWith end: String) async throws -> String {
        var text = ""
        while !text.hasSuffix(end) {
            text += String(buffer: try await channel.waitForOutboundWrite(as: ByteBuffer.self))
        }
        return text
    }

    /// Tells the connection that the server stops.
    func quiesce() async throws {
        let pipeline = channel.pipeline
        try await channel.testingEventLoop.executeInContext {
            pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }

    /// Waits until the server has closed the connection.
    func waitForClose() async throws { try await channel.closeFuture.get() }

    func advance(by time: TimeAmount) async { await channel.testingEventLoop.advanceTime(by: time) }
}

/// An answer as it came over the wire.
struct RawResponse {
    let status: Int
    let headers: HTTPHeaders
    let body: String

    /// Takes one answer from the front of the bytes, if it is whole.
    init?(_ bytes: inout ByteBuffer, isHead: Bool) {
        let view = String(decoding: bytes.readableBytesView, as: UTF8.self)
        guard let end = view.range(of: "\r\n\r\n") else { return nil }
        let lines = view[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var headers = HTTPHeaders()
        for line in lines.dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1)
            headers.add(
                name: String(sides[0]), value: sides[1].trimmingCharacters(in: .whitespaces))
        }
        let isInformational = (100..<200).contains(status)
        let length =
            isHead || isInformational ? 0 : Int(headers.first(name: "Content-Length") ?? "0") ?? 0
        let headBytes = view[..<end.upperBound].utf8.count
        guard bytes.readableBytes >= headBytes + length else { return nil }
        bytes.moveReaderIndex(forwardBy: headBytes)
        body = bytes.readString(length: length) ?? ""
        self.status = status
        self.headers = headers
    }

    var closes: Bool { headers.first(name: "Connection") == "close" }
}

/// Says what it was asked.
struct EchoResponder: HTTPResponder {
    var bytesMax = 1000

    func bodyBytesMax(of head: HTTPRequestHead, target: RequestTarget, isLocal: Bool) -> Int {
        bytesMax
    }

    func respond(to request: HTTPRequest) async -> HTTPAnswer {
        let body = String(buffer: request.body)
        let path = "/" + request.target.path.joined(separator: "/")
        let text = "\(request.head.method) \(path) \(body)\(request.isLocal ? " local" : "")"
        return .response(HTTPResponse(type: "text/plain", body: ByteBuffer(string: text)))
    }
}
