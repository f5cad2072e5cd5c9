import ArgumentParser
import AuctionRules
import GavelClient
import Proof

struct ShowCertificate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Show a closed lot's signed certificate, checked.",
        discussion: """
            With --json as the server sent it, to be kept: "gavel proof check" checks it later.

            Goes to --server, else to the server that runs on the database, else to \
            http://127.0.0.1:8080. Ends with 5 when the signature is not good.

            Example: gavel auction certificate L1 --json > L1.json
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(existing: "The lot's id.")
    var auction: AuctionID

    func run() async throws {
        let place = try Place(global)
        let client = ProofClient(place.bidding, trust: place.trust)
        let keys = try await ProofClient.keys(of: place)
        let certificate: CloseCertificate
        do { certificate = try await client.certificate(of: auction) } catch {
            if case .refused(404, let message) = error {
                throw CommandFailure(.notFound, message)
            }
            throw place.failure(error)
        }
        let console = Console.standardOutput()
        do {
            let head = try certificate.certificate.verify(with: keys)
            let lateHead = try certificate.late.verify(with: keys)
            guard !global.json else { return console.print(json: certificate.answer) }
            let printer = ProofPrinter(console: console, isJSON: false)
            try printer.print(certificate.certificate, head: head)
            try printer.print(certificate.late, head: lateHead)
        } catch {
            throw CommandFailure(.damage, "The certificate of \(auction): \(error)")
        }
    }
}
