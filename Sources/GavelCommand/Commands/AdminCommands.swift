import ArgumentParser
import AuctionRules
import WireProtocol

struct AdminCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "Who may administer from afar.",
        subcommands: [IssueAdminToken.self, RevokeToken.self])
}

struct IssueAdminToken: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make a bearer token for an administrator.",
        discussion: """
            It is printed once; only its hash is kept. With it, "gavel --server URL --token TOKEN" \
            does everything from afar.

            Example: GAVEL_TOKEN=$(gavel admin token office --ttl 30d)
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What the token is called in the log: 1 to 64 characters.")
    var name: String
    @Option(
        help: ArgumentHelp("How long it is good (default: until revoked).", valueName: "duration"),
        transform: { try DurationText.parsePositive($0) })
    var ttl: Milliseconds?

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .issueAdminToken(name: name, ttl: ttl)
    }
}

struct RevokeToken: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke one token, an administrator's or a bidder's.",
        discussion: """
            A token's hash was shown when it was made; the table "token" of the database has them \
            all.

            Example: gavel admin revoke 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(
        help: "The token's SHA-256, 64 hexadecimal digits.",
        transform: { text in
            guard let hash = TokenHash(hex: text) else {
                throw ValueFault("\"\(text)\" is not a hash: 64 lower-case hexadecimal digits")
            }
            return hash
        })
    var hash: TokenHash

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .revokeToken(hash)
    }
}
