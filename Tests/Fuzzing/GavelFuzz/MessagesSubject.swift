import WireProtocol

/// Whatever decodes, encodes, and decodes to the same.
enum MessagesSubject {
    static func run(_ input: [UInt8], as encoding: WireEncoding = .json) {
        checkClient(input, encoding)
        checkServer(input, encoding)
    }

    private static func checkClient(_ input: [UInt8], _ encoding: WireEncoding) {
        do throws(WireFault) {
            let frame = try ClientFrame.decode(input, as: encoding)
            demand(client(frame.encoded(as: encoding), encoding) == frame, "a message changes")
        } catch {
            // What is wrong with it can be said to whoever sent it.
            let reply = error.reply
            demand(server(reply.encoded(as: encoding), encoding) == reply, "a reply changes")
        }
    }

    private static func checkServer(_ input: [UInt8], _ encoding: WireEncoding) {
        guard let frame = server(input, encoding) else { return }
        // A later server's message is heard, and never said.
        if case .unknown = frame.message { return }
        demand(server(frame.encoded(as: encoding), encoding) == frame, "a message changes")
    }

    private static func client(_ bytes: [UInt8], _ encoding: WireEncoding) -> ClientFrame? {
        do { return try ClientFrame.decode(bytes, as: encoding) } catch { return nil }
    }

    private static func server(_ bytes: [UInt8], _ encoding: WireEncoding) -> ServerFrame? {
        do { return try ServerFrame.decode(bytes, as: encoding) } catch { return nil }
    }
}
