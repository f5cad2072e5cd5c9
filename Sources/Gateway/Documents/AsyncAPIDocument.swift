import AuctionRules
import StrictJSON
import WireProtocol

/// The AsyncAPI 3.0 document of the WebSocket and of the Server-Sent Events.
///
/// It speaks of the server: what that receives is what a client sends.
enum AsyncAPIDocument {
    static let json: JSONValue = .members([
        "asyncapi": .string("3.0.0"),
        "info": info,
        "defaultContentType": .string("application/json"),
        "servers": .members(["socket": socketServer, "events": eventServer]),
        "channels": .members(["socket": socket, "events": events, "console": console]),
        "operations": .object(operations),
        "components": .members([
            "securitySchemes": .members([
                "token": .members([
                    "type": .string("http"), "scheme": .string("bearer"),
                    "description": .string(
                        "A bidder's token with the upgrade; or none, and `authenticate` later. "
                            + "Without one you may watch, not bid."),
                ])
            ]),
            "messages": .object(messages),
            "schemas": .object(schemas),
        ]),
    ])

    private static let info: JSONValue = .members([
        "title": .string("Gavel over WebSockets and Server-Sent Events"),
        "version": .string("1"),
        "description": .string(
            """
            One JSON object a frame, UTF-8, subprotocol `gavel.v1.json` (the same messages go as \
            Protocol Buffers on `gavel.v1.proto`). Amounts are whole numbers of minor units (cents, \
            yen, fils) from 1 to 9007199254740991; a lot's `currency` and `exponent` say what they \
            mean. Times are Unix milliseconds by the server's clock, durations milliseconds. Ids \
            are 1 to 64 of the characters A-Z a-z 0-9 . _ : -

            Your messages may have 16,384 bytes; 20 a second are taken on a connection, 120 at \
            once; 5 bids a second of a bidder, 2 of them on one lot. Beyond it is the `error` \
            `rate_limited`, nothing was done, and `retry_after_ms` says when the same is taken. \
            Say who you are, or watch something, within 5 s. A server may have set other limits.

            `seq` numbers a lot's public changes 1, 2, 3 … without a hole. On the feed `full` you \
            get every one, in order and once. To resume, watch with the last `seq` that you saw as \
            `after` and the snapshot's `log`: you get every change after it and then `watching`, \
            or a `snapshot` where that can't be.

            Pass over messages and members that you don't know: later servers say more.
            """),
        "license": .members([
            "name": .string("Apache License 2.0"),
            "url": .string("https://www.apache.org/licenses/LICENSE-2.0"),
        ]),
    ])

    // MARK: - Servers and channels

    private static let host: JSONValue = .members([
        "description": .string("Where the server listens."),
        "default": .string("127.0.0.1:8080"),
    ])

    private static let socketServer: JSONValue = .members([
        "host": .string("{host}"), "protocol": .string("ws"),
        "description": .string("`wss` where the server has a certificate."),
        "variables": .members(["host": host]),
        "security": .array([.reference("components/securitySchemes/token")]),
    ])

    private static let eventServer: JSONValue = .members([
        "host": .string("{host}"), "protocol": .string("http"),
        "description": .string("`https` where the server has a certificate."),
        "variables": .members(["host": host]),
        "security": .array([.reference("components/securitySchemes/token")]),
    ])

    private static let socket: JSONValue = .members([
        "address": .string("/v1/ws"),
        "title": .string("The WebSocket"),
        "description": .string("Everything: watching, bidding, and what is told to you alone."),
        "servers": .array([.reference("servers/socket")]),
        "messages": messageReferences(
            ClientMessage.descriptions.map(\.name) + ServerMessage.descriptions.map(\.name)),
        "bindings": .members([
            "ws": .members(["method": .string("GET"), "bindingVersion": .string("0.1.0")])
        ]),
    ])

    /// What goes over Server-Sent Events: watching, without what answers a client's messages.
    static let eventKinds: [ServerMessage.Kind] = [
        .snapshot, .watching, .price, .status, .heartbeat, .bye, .notice, .outbid, .won, .lost,
        .bidVoided, .belowOffer,
    ]

    private static let eventDescriptions = ServerMessage.descriptions.filter { message in
        eventKinds.contains { $0.rawValue == message.type }
    }

    private static let events: JSONValue = .members([
        "address": .string("/v1/auctions/{auction}/events"),
        "title": .string("Server-Sent Events"),
        "description": .string(
            "One lot. `event:` is a message's type, `data:` the object, `id:` is `SEQ-LOG`. The "
                + "OpenAPI document has the parameters of the query."),
        "servers": .array([.reference("servers/events")]),
        "parameters": .members([
            "auction": .members(["description": .string("The lot's id.")])
        ]),
        "messages": messageReferences(eventDescriptions.map(\.name)),
    ])

    private static let console: JSONValue = .members([
        "address": .string(AdminWatch.path),
        "title": .string("An administrator's Server-Sent Events"),
        "description": .string(
            "A sale or lots, asked for with a `POST`: what everybody is told who watches the same, "
                + "and what only administrators are."),
        "servers": .array([.reference("servers/events")]),
        "messages": messageReferences(
            (ConsoleMessage.descriptions + eventDescriptions).map(\.name)),
    ])

    private static func messageReferences(_ names: [String]) -> JSONValue {
        var references = JSONObject()
        for name in names { references[name] = .reference("components/messages/\(name)") }
        return .object(references)
    }

    // MARK: - Operations

    private static func channelMessages(_ channel: String, _ names: [String]) -> JSONValue {
        .array(names.map { .reference("channels/\(channel)/messages/\($0)") })
    }

    private static func name(of kind: ServerMessage.Kind) -> String {
        ServerMessage.descriptions.first { $0.type == kind.rawValue }?.name ?? ""
    }

    private static let operations: JSONObject = {
        var operations = JSONObject()
        for kind in ClientMessage.Kind.allCases {
            guard
                let message = ClientMessage.descriptions.first(where: { $0.type == kind.rawValue })
            else { continue }
            let replies = ClientMessage.replies(to: kind) + [.error]
            operations[kind.rawValue] = .members([
                "action": .string("receive"),
                "channel": .reference("channels/socket"),
                "summary": .string(message.summary),
                "messages": channelMessages("socket", [message.name]),
                "reply": .members([
                    "channel": .reference("channels/socket"),
                    "messages": channelMessages("socket", replies.map(name)),
                ]),
            ])
        }
        operations["tell"] = .members([
            "action": .string("send"), "channel": .reference("channels/socket"),
            "summary": .string("What the server says unasked."),
            "messages": channelMessages("socket", unasked.map(\.name)),
        ])
        operations["tellByEvents"] = .members([
            "action": .string("send"), "channel": .reference("channels/events"),
            "summary": .string("The same by Server-Sent Events."),
            "messages": channelMessages("events", eventDescriptions.map(\.name)),
        ])
        operations["tellAdministrators"] = .members([
            "action": .string("send"), "channel": .reference("channels/console"),
            "summary": .string("What an administrator who watches is told."),
            "messages": channelMessages(
                "console", (ConsoleMessage.descriptions + eventDescriptions).map(\.name)),
        ])
        return operations
    }()

    /// What is not only ever an answer.
    private static let unasked: [MessageDescription] = {
        let answers: Set<String> = [
            "authenticated", "unwatched", "bid_accepted", "bid_rejected", "bid_retracted",
            "receipt", "time",
        ]
        return ServerMessage.descriptions.filter { !answers.contains($0.type) }
    }()

    // MARK: - Messages

    private static let all =
        ClientMessage.descriptions + ServerMessage.descriptions + ConsoleMessage.descriptions

    private static let messages: JSONObject = {
        var messages = JSONObject()
        for message in all {
            messages[message.name] = .members([
                "name": .string(message.type),
                "title": .string(message.type),
                "summary": .string(message.summary),
                "payload": .reference("components/schemas/\(message.name)"),
                "examples": .array(
                    message.examples.map { .members(["payload": .example($0)]) }),
            ])
        }
        return messages
    }()

    private static let schemas: JSONObject = {
        var schemas = JSONObject()
        for message in all {
            schemas[message.name] = .object(message.schema.json)
        }
        return schemas
    }()
}
