import AuctionRules
import BidService
import Ledger
import WireProtocol

extension World {
    /// Lets everything come to rest on a sound disk, asks every question again, and has the auditor
    /// look at all of it.
    func finish() {
        perform(.repair)
        perform(.look(.leave))
        perform(.start)
        guard server != nil else { return auditor.found(.staysDown, whyDown) }
        settle()
        // A log that has failed is opened again after a pause.
        perform(.pass(limits.recoveryIntervalMax))
        settle()
        if server?.service.isAvailable != true { auditor.found(.staysDown, "with its log open") }
        perform(.reloadKey)
        for client in clients.indices {
            perform(.connect(client, watching: .lots(.full, resuming: true)))
            for request in requests(of: client) { perform(.say(client, request.message)) }
        }
        settle()
        // Of an id that was used for two bids, the other one may have been decided.
        for client in clients.indices {
            for request in requests(of: client)
            where !auditor.hasVerdict(
                on: request.auction, by: clients[client].bidder, id: request.id)
            {
                perform(.say(client, .bidStatus(request.auction, id: request.id)))
            }
        }
        settle()
        for client in clients.indices {
            for request in requests(of: client) {
                perform(.say(client, .receipt(request.auction, id: request.id)))
            }
        }
        // What was closed while a key was replaced is signed with the next commit.
        perform(.pass(limits.heartbeatInterval))
        settle()
        for lot in lots { perform(.fetchCertificate(lot)) }
        for client in clients.indices {
            for request in requests(of: client) where clients[client].views[request.auction] != nil
            {
                let bidder = clients[client].bidder
                auditor.expectVerdict(on: request.auction, by: bidder, id: request.id)
                auditor.expectReceipt(on: request.auction, by: bidder, id: request.id)
            }
        }
        perform(.stop)
        auditLog()
    }

    private func requests(of client: Int) -> [SimulatedClient.Request] {
        clients[client].requestIDs.compactMap { clients[client].requests[$0] }
    }

    /// Until nothing is on its way.
    private func settle() {
        repeat {
            for client in clients.indices {
                while let wire = clients[client].wire, !wire.toServer.isEmpty {
                    perform(.reachServer(client))
                }
            }
            [Step.decide, .commit, .release, .turn].forEach(perform)
            for client in clients.indices {
                perform(.take(client, true))
                while let wire = clients[client].wire, !wire.toClient.isEmpty {
                    perform(.reachClient(client))
                }
            }
        } while server?.service.queuedCommands ?? 0 > 0 || server?.isTelling == true
    }

    /// The whole of the log, and all tables.
    private func auditLog() {
        do {
            let log = try store.open()
            let house = try auditor.inspect(log)
            for fault in try store.faults(comparedWith: house) { auditor.found(.tables, fault) }
            try log.close()
            auditor.inspect(signedTexts: try store.signedTexts())
            let report = try store.verify()
            if let fault = report.fault { auditor.found(.tables, "gavel log verify: \(fault)") }
            if report.unsignedCertificates > 0 {
                auditor.found(.certified, "\(report.unsignedCertificates) are not signed")
            }
        } catch {
            auditor.found(.staysDown, "\(error)")
        }
    }
}
