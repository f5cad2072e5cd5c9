import StrictJSON

extension CommandFailure {
    /// What is said on standard error; for programs the object that the server's answers have, too.
    func complaint(asJSON: Bool) -> String {
        guard asJSON else { return "gavel: \(self)" }
        var writer = JSONWriter()
        writer.object { writer in
            writer.object("error") { writer in
                writer.field("code", code ?? status.name)
                writer.field("message", message)
            }
        }
        return writer.text
    }
}

extension CommandFailure.Status {
    /// What stands for a code where neither the rules nor the protocol has one.
    fileprivate var name: String {
        switch self {
        case .refused: "refused"
        case .usage: "usage"
        case .notFound: "not_found"
        case .unreachable: "unreachable"
        case .damage: "damage"
        case .wrongServer: "wrong_server"
        case .internalError: "internal"
        }
    }
}
