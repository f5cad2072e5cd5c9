import AuctionRules
import SchemaCheck
import StrictJSON
import Testing

@testable import WireProtocol

@Suite("Schemas")
struct SchemaTests {
    @Test("There is one for every message and every command, once and in order")
    func complete() {
        #expect(
            ServerMessage.descriptions.map(\.type).sorted()
                == ServerMessage.Kind.allCases.map(\.rawValue).sorted())
        #expect(
            ClientMessage.descriptions.map(\.type).sorted()
                == ClientMessage.Kind.allCases.map(\.rawValue).sorted())
        #expect(
            AdminCommand.descriptions.map(\.name.rawValue).sorted()
                == AdminCommand.Name.allCases.map(\.rawValue).sorted())
    }

    @Test(
        "A command's schema has the members that its reader takes",
        arguments: AdminCommand.Name.allCases)
    func members(of name: AdminCommand.Name) throws {
        let description = try #require(AdminCommand.descriptions.first { $0.name == name })
        let properties = try #require(description.schema.json["properties"]?.asObject)
        #expect(properties.members.map(\.key).sorted() == name.fieldNames.sorted())
        #expect(AdminAnswer.schemas.contains { $0.name == description.answer })
    }

    @Test("Every message that the protocol's tests write is one that its schema allows")
    func messages() throws {
        // Without refs that no server writes there, and receipts that were made up.
        for frame in MessageGallery.server where !text(frame.encoded()).contains("\"big\":") {
            let bytes = ServerFrame(frame.message).encoded()
            #expect(MessageCheck.faults(ofServer: bytes) == [], "\(text(bytes))")
        }
        for frame in MessageGallery.client {
            let bytes = frame.encoded()
            #expect(MessageCheck.faults(ofClient: bytes) == [], "\(text(bytes))")
        }
    }

    /// What the check must find: otherwise everything else here proves nothing.
    @Test(
        "A message that is not as its schema says is found",
        arguments: [
            (#"{"type":"unwatched","auction":"vase","seq":7,"more":1}"#, "does not name it"),
            (#"{"type":"unwatched","auction":"va se","seq":7}"#, "pattern"),
            (#"{"type":"unwatched","auction":"vase","sale":"s","seq":7}"#, "oneOf"),
            (#"{"type":"unwatched","seq":7}"#, "oneOf"),
            (#"{"type":"unwatched","auction":"vase","seq":"7"}"#, "type"),
            (#"{"type":"unwatched","auction":"vase","seq":-1}"#, "minimum"),
            (#"{"type":"won","auction":"vase","seq":8,"price":50000}"#, "it is missing"),
            (
                #"{"type":"won","auction":"vase","seq":8,"price":9007199254740992,"due":null}"#,
                "maximum"
            ),
            (#"{"type":"bye","code":1001,"reconnect":1,"wait_ms":0,"jitter_ms":0}"#, "type"),
            (
                #"{"type":"heartbeat","server_time":1,"heads":{"vase":"8"}}"#, "$.heads.vase"
            ),
            (#"{"type":"hello"}"#, "has no hello"),
            (#"[]"#, "no JSON object"),
        ])
    func finds(text: String, word: String) {
        let faults = MessageCheck.faults(ofServer: text.utf8)
        #expect(faults.contains { $0.contains(word) }, "\(faults)")
    }
}
