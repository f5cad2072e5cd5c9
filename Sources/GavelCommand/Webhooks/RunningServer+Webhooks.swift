import BidService
import Gateway
import Logging
import NIOPosix
import Webhooks

/// The file with the secrets that webhooks are signed with.
struct WebhookSecretsFile: Sendable {
    let path: String

    private static let bytesMax = 65_536

    /// - Throws: when it can't be read, when others may read it, and when a line of it is no secret.
    func read() throws(CommandFailure) -> WebhookSecrets {
        guard let bytes = try PrivateFile.read(path, bytesMax: Self.bytesMax, failure: failure)
        else { throw failure("is not there: give it a line NAME whsec_… for every webhook") }
        do { return try WebhookSecrets(String(decoding: bytes, as: UTF8.self)) } catch {
            throw failure("\(error)")
        }
    }

    func failure(_ what: String) -> CommandFailure {
        .usage("The webhooks' secrets \(path): \(what).")
    }
}

extension ServeConfiguration {
    /// Reads the secrets, where there are webhooks; nil where there are none.
    func webhookSecretsFile() -> WebhookSecretsFile? {
        guard !webhooks.isEmpty, let webhookSecrets else { return nil }
        return WebhookSecretsFile(path: webhookSecrets)
    }

    /// The receivers, each with what it is told of.
    var endpointsWithInterests: [WebhookEndpoint] {
        let types = Dictionary(grouping: webhookInterests, by: \.endpoint)
        return webhooks.map { endpoint in
            var endpoint = endpoint
            endpoint.types = types[endpoint.name].map { Set($0.map(\.type)) }
            return endpoint
        }
    }
}

extension RunningServer {
    /// Begins to tell receivers what happens; nil where none is configured.
    static func startWebhooks(
        _ configuration: ServeConfiguration, service: BidService, bell: WebhookBell,
        clock: any ServiceClock, logger: Logger
    ) async throws -> WebhookSender? {
        guard let file = configuration.webhookSecretsFile() else { return nil }
        let secrets = try await read(file)
        var sending = WebhookSender.Configuration(
            endpoints: configuration.endpointsWithInterests, secrets: secrets)
        sending.schedule = RetrySchedule(delays: configuration.webhookRetries)
        sending.limits = configuration.webhookLimits
        sending.authorities = configuration.webhookAuthorities
        let networks = configuration.webhookNetworks
        sending.isNamedNetwork = { address in networks.contains { $0.contains(address) } }
        sending.agent = "gavel/\(Gavel.version)"
        do {
            return try await WebhookSender.start(
                sending, service: service, path: configuration.database, bell: bell, clock: clock,
                logger: logger)
        } catch let fault as WebhookFault {
            throw file.failure("\(fault)")
        }
    }

    /// Reads the secrets again: from now on messages are signed with these. What can't be used is logged,
    /// and the old ones stay.
    func reloadWebhookSecrets() async {
        guard let webhooks, let file = configuration.webhookSecretsFile() else { return }
        do {
            try await webhooks.use(try await Self.read(file))
            logger.info("The webhooks' secrets were read again")
        } catch {
            let why = (error as? CommandFailure)?.message ?? "\(error)"
            logger.error("The webhooks' secrets were not reloaded, the old ones stay: \(why)")
        }
    }

    private static func read(_ file: WebhookSecretsFile) async throws -> WebhookSecrets {
        try await NIOThreadPool.singleton.runIfActive { try file.read() }
    }
}

/// Two who want to know what was committed.
struct RingingPublisher: Publisher {
    let publisher: any Publisher
    let bell: WebhookBell

    func publish(_ publication: Publication, version: Int64) {
        publisher.publish(publication, version: version)
    }

    func flush() {
        publisher.flush()
        bell.ring()
    }
}
