import WireProtocol

/// Whatever decodes, encodes, and decodes to the same; in its own form and in the other one.
enum MessagesSubject {
    static func run(_ input: [UInt8], as encoding: WireEncoding = .json) {
        checkClient(input, encoding)
        checkServer(input, encoding)
    }

    private static func checkClient(_ input: [UInt8], _ encoding: WireEncoding) {
        do throws(WireFault) {
            let frame = try ClientFrame.decode(input, as: encoding)
            for form in WireEncoding.allCases {
                demand(client(frame.encoded(as: form), form) == frame, "changes in \(form)")
            }
        } catch {
            // What is wrong with it can be said to whoever sent it.
            checkForms(of: error.reply)
        }
    }

    private static func checkServer(_ input: [UInt8], _ encoding: WireEncoding) {
        guard let frame = server(input, encoding) else { return }
        // A later server's message is heard, and never said.
        if case .unknown = frame.message { return }
        checkForms(of: frame)
    }

    private static func checkForms(of frame: ServerFrame) {
        for form in WireEncoding.allCases {
            demand(server(frame.encoded(as: form), form) == frame, "changes in \(form)")
        }
    }

    private static func client(_ bytes: [UInt8], _ encoding: WireEncoding) -> ClientFrame? {
        do { return try ClientFrame.decode(bytes, as: encoding) } catch { return nil }
    }

    private static func server(_ bytes: [UInt8], _ encoding: WireEncoding) -> ServerFrame? {
        do { return try ServerFrame.decode(bytes, as: encoding) } catch { return nil }
    }
}
