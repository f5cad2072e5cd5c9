import Testing
import WireProtocol

@Suite("Every message says the same in both forms")
struct BothFormsTests {
    @Test("No message is forgotten")
    func galleryIsComplete() {
        let said = Set(MessageGallery.client.map(\.message.kind))
        #expect(said == Set(ClientMessage.Kind.allCases))
        let heard = Set(MessageGallery.server.map(\.message.kind))
        #expect(heard == Set(ServerMessage.Kind.allCases))
    }

    @Test("A client's message", arguments: MessageGallery.client.indices)
    func client(index: Int) throws {
        let frame = MessageGallery.client[index]
        let fromJSON = try ClientFrame.decode(frame.encoded(as: .json), as: .json)
        #expect(fromJSON == frame)
        let fromProtobuf = try ClientFrame.decode(fromJSON.encoded(as: .protobuf), as: .protobuf)
        #expect(fromProtobuf == frame)
        #expect(fromProtobuf.encoded(as: .json) == frame.encoded(as: .json))
    }

    @Test("A server's message", arguments: MessageGallery.server.indices)
    func server(index: Int) throws {
        let frame = MessageGallery.server[index]
        let fromJSON = try ServerFrame.decode(frame.encoded(as: .json), as: .json)
        #expect(fromJSON == frame)
        let fromProtobuf = try ServerFrame.decode(fromJSON.encoded(as: .protobuf), as: .protobuf)
        #expect(fromProtobuf == frame)
        #expect(text(fromProtobuf.encoded(as: .json)) == text(frame.encoded(as: .json)))
    }

    @Test("The binary form is the shorter one", arguments: MessageGallery.server.indices)
    func length(index: Int) {
        let frame = MessageGallery.server[index]
        #expect(frame.encoded(as: .protobuf).count < frame.encoded(as: .json).count)
    }
}
