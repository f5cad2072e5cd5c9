import ArgumentParser
import AuctionRules
import Webhooks
import WireProtocol

struct WebhookCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Who is told by HTTP what happens to lots.",
        discussion: """
            Which receivers there are says the server's setting webhook; docs/webhooks.md has the \
            rest.
            """,
        subcommands: [
            ListWebhooks.self, ShowWebhook.self, ListDeadLetters.self, RetryWebhook.self,
            DiscardDeadLetters.self, TestWebhook.self, MakeWebhookSecret.self,
        ])
}

struct ListWebhooks: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the receivers, and how far each has been told.",
        discussion: "Example: gavel webhook list --json")
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .listWebhooks
    }
}

struct ShowWebhook: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a receiver is owed, oldest first.",
        discussion: """
            What waits to be tried again, and the dead letters; at most a thousand.

            Example: gavel webhook show office
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The webhook's name.")
    var webhook: String

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .listWebhookDeliveries(endpoint: webhook)
    }
}

struct ListDeadLetters: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "List the dead letters: events that were given up.",
        discussion: "Example: gavel webhook dead office")
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The webhook's name (default: every one).")
    var webhook: String?

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .listWebhookDeliveries(endpoint: webhook, isDead: true)
    }
}

struct RetryWebhook: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try to deliver again, now.",
        discussion: """
            Everything that waits for its next attempt, and the dead letters from the beginning, the \
            oldest thousand of them; or one event alone.

            Example: gavel webhook retry office --event evt_0f5a6cba32a3e5f29c1fd0a4f5e6b7c8
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The webhook's name.")
    var webhook: String
    @Option(help: ArgumentHelp("Only this event.", valueName: "id"))
    var event: String?

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .retryWebhook(endpoint: webhook, event: event)
    }
}

struct DiscardDeadLetters: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard", abstract: "Forget dead letters.",
        discussion: """
            They are never delivered then. What happened stays in the log.

            Example: gavel webhook discard office --event evt_0f5a6cba32a3e5f29c1fd0a4f5e6b7c8
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The webhook's name.")
    var webhook: String
    @Option(help: ArgumentHelp("Only this event.", valueName: "id"))
    var event: String?
    @Flag(help: "All of them.")
    var all = false

    func validate() throws {
        guard all != (event != nil) else {
            throw ValidationError("say which: --event ID, or --all")
        }
    }

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .discardWebhook(endpoint: webhook, event: event)
    }
}

struct TestWebhook: AdministrationCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Have the server send an event that says nothing.",
        discussion: """
            It is sent once, out of turn, and signed as all others. Ends with 1 when it was not taken, \
            and says why.

            Example: gavel webhook test office
            """)
    static let onlyReads = true

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The webhook's name.")
    var webhook: String

    func command(by administrator: any Administrator, now: Instant) -> AdminCommand {
        .testWebhook(endpoint: webhook)
    }

    func show(_ answer: AdminAnswer, on printer: AnswerPrinter) throws(CommandFailure) {
        printer.print(answer)
        guard case .webhookTested(let test) = answer, let fault = test.fault else { return }
        throw CommandFailure(.refused, code: "not_delivered", fault)
    }
}

struct MakeWebhookSecret: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Make a secret that webhooks can be signed with.",
        discussion: """
            It is printed, and kept nowhere: put it into the server's webhook-secrets file, after the \
            webhook's name, and give it to the receiver.

            Example: echo "office $(gavel webhook secret)" >> webhooks.secrets
            """)

    func run() {
        Console.standardOutput().print(WebhookSecret.random())
    }
}
