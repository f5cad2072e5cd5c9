import AuctionRules
import Foundation
import NIOHTTP1
import SchemaCheck
import StrictJSON
import Testing
import WireProtocol

@testable import Gateway

/// The two documents and the code say the same. Whoever adds a route, a message or a code is told
/// here what to describe.
@Suite("The AsyncAPI and the OpenAPI document", .timeLimit(.minutes(5)))
struct DocumentTests {
    static let documents = ["/v1/openapi.json", "/v1/asyncapi.json"]

    /// Not read from what is served: our reader takes no message that is nested so deeply.
    private func document(_ path: String) throws -> JSONObject {
        let json = path == "/v1/openapi.json" ? OpenAPIDocument.json : AsyncAPIDocument.json
        return try #require(json.asObject)
    }

    @Test("are served, and once only to who has them", arguments: documents)
    func served(_ path: String) async throws {
        let room = try Saleroom()
        let whole = try await room.get(path)
        #expect(whole.status == 200)
        #expect(whole.header("Content-Type") == "application/json")
        var writer = JSONWriter()
        writer.value(.object(try document(path)))
        #expect(whole.text == writer.text)
        #expect(whole.header("Cache-Control") == "no-cache")
        let tag = try #require(whole.header("ETag"))
        for known in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let again = try await room.send(.GET, path, headers: ["If-None-Match": known])
            #expect(again.status == 304, "\(known)")
            #expect(again.text.isEmpty)
            #expect(again.header("ETag") == tag)
        }
        let other = try await room.send(.GET, path, headers: ["If-None-Match": "\"x\""])
        #expect(other.status == 200)
    }

    @Test("refer to nothing that is not there", arguments: documents)
    func references(_ path: String) throws {
        let document = JSONValue.object(try document(path))
        var count = 0
        func follow(_ value: JSONValue) {
            switch value {
            case .array(let elements): elements.forEach(follow)
            case .object(let object):
                for member in object.members {
                    if member.key == "$ref", case .string(let pointer) = member.value {
                        count += 1
                        var found: JSONValue? = document
                        for part in pointer.split(separator: "/").dropFirst() {
                            found = found?.asObject?[String(part)]
                        }
                        #expect(found != nil, "\(pointer)")
                    }
                    follow(member.value)
                }
            default: break
            }
        }
        follow(document)
        #expect(count > 30)
    }

    @Test("OpenAPI has every route, and no other")
    func routes() throws {
        let paths = try #require(try document("/v1/openapi.json")["paths"]?.asObject)
        var described: Set<String> = []
        for path in paths.members {
            for method in path.value.asObject?.members ?? [] {
                described.insert("\(method.key.uppercased()) \(path.key)")
            }
        }
        var served: Set<String> = []
        for route in try Saleroom().routes.table.routes {
            let path = "/" + route.pattern.joined(separator: "/")
            // What a browser shows is for people, and no API.
            let isPage = path == "/" || path.hasPrefix("/page/") || path.hasPrefix("/console")
            guard !isPage else { continue }
            if path == "/v1/admin/:command" {
                for command in AdminCommand.Name.allCases {
                    served.insert("POST \(AdminCommand.pathPrefix)\(command.rawValue)")
                }
                continue
            }
            let named = route.pattern.map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : $0 }
            served.insert("\(route.method.rawValue) /\(named.joined(separator: "/"))")
        }
        #expect(served.subtracting(described).sorted() == [])
        #expect(described.subtracting(served).sorted() == [])
    }

    @Test("AsyncAPI has every message, and an operation for each of a client's")
    func messages() throws {
        let document = try document("/v1/asyncapi.json")
        let components = try #require(document["components"]?.asObject)
        let messages = try #require(components["messages"]?.asObject)
        func types(_ suffix: String) -> [String] {
            messages.members.filter { $0.key.hasSuffix(suffix) }.compactMap {
                if case .string(let type)? = $0.value.asObject?["name"] { type } else { nil }
            }.sorted()
        }
        #expect(types("Message") == ServerMessage.Kind.allCases.map(\.rawValue).sorted())
        #expect(types("Request") == ClientMessage.Kind.allCases.map(\.rawValue).sorted())
        let operations = try #require(document["operations"]?.asObject)
        for kind in ClientMessage.Kind.allCases {
            #expect(operations[kind.rawValue] != nil, "\(kind)")
        }
        let socket = document["channels"]?.asObject?["socket"]?.asObject?["messages"]?.asObject
        #expect(socket?.count == messages.count - ConsoleMessage.descriptions.count)
    }

    @Test("Every example is a message that is read, and one that its schema allows")
    func examples() throws {
        for message in ServerMessage.descriptions {
            #expect(!message.examples.isEmpty, "\(message.type)")
            for example in message.examples {
                let frame = try ServerFrame.decode(Array(example.utf8))
                #expect(String(decoding: frame.encoded(), as: UTF8.self) == example)
                #expect(MessageCheck.faults(ofServer: example.utf8) == [], "\(example)")
            }
        }
        for message in ClientMessage.descriptions {
            #expect(!message.examples.isEmpty, "\(message.type)")
            for example in message.examples {
                #expect(throws: Never.self) { try ClientFrame.decode(Array(example.utf8)) }
                #expect(MessageCheck.faults(ofClient: example.utf8) == [], "\(example)")
            }
        }
        for command in AdminCommand.descriptions {
            #expect(throws: Never.self) {
                try AdminCommand.decode(
                    name: command.name.rawValue, body: Array(command.example.utf8))
            }
            let body = try JSONValue(parsing: command.example.utf8)
            #expect(
                SchemaCheck().faults(in: body, against: command.schema.json) == [],
                "\(command.name)")
        }
    }

    @Test("Every code of a refusal and of an error is in its enumeration")
    func codes() throws {
        // A refusal's codes are no enumeration of their own: they are where each case has its word.
        let source = try String(
            contentsOf: Self.root.appendingPathComponent("Sources/AuctionRules/Refusal.swift"),
            encoding: .utf8)
        let start = try #require(source.range(of: "public var code: String {"))
        let body = source[start.upperBound...].prefix { $0 != "}" }
        let codes = body.matches(of: /case [^:]+: "([a-z_]+)"/).map { String($0.1) }
        #expect(codes.count > 20)
        #expect(Set(codes) == Set(Schema.refusalCodes))
        // And so are those that only HTTP has.
        let text = try String(
            contentsOf: Self.root.appendingPathComponent(
                "Sources/Gateway/HTTP/HTTPMessages.swift"),
            encoding: .utf8)
        let own = text.matches(of: /static let \w+ = ErrorCode\(rawValue: "([a-z_]+)"\)/)
        #expect(Set(own.map { String($0.1) }) == Set(ErrorCode.ofHTTP.map(\.rawValue)))
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
