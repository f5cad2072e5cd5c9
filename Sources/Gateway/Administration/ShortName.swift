import AuctionRules

/// Names for what nobody has named: short enough to be read out, like `lot-7k3f9q`.
enum ShortName {
    /// No vowels, so that no words come out; nothing that looks like something else.
    private static let alphabet = Array("23456789bcdfghjkmnpqrstvwxz")

    /// One of 27^6, some 390 million: a name that is taken already is rare, and is tried again.
    static func random<Subject>(_ prefix: String) -> Identifier<Subject> {
        let letters = (0..<6).map { _ in alphabet[Int.random(in: alphabet.indices)] }
        do {
            return try Identifier(prefix + "-" + String(letters))
        } catch {
            preconditionFailure("A short name is an id: \(error)")
        }
    }
}
