import AuctionRules
import BidService
import Foundation
import GavelClient
import Ledger
import WireProtocol

/// Finds who carries out an administrator's commands: the one place that knows the three ways.
enum Administrators {
    /// How long to wait for another command that has the database now: longer than any takes.
    private static let patience = Duration.seconds(3)
    private static let pause = Duration.milliseconds(50)

    /// - Parameter onlyReads: the commands change nothing, so that the lock is not needed and no
    ///   database is created.
    static func open(
        _ place: Place, onlyReads: Bool
    ) async throws(CommandFailure) -> any Administrator {
        switch place.location {
        case .server(let endpoint):
            guard place.token != nil || endpoint.isUnixSocket else {
                throw .usage(
                    "--server needs --token (or GAVEL_TOKEN): make one beside the server with "
                        + "\"gavel admin token NAME\"")
            }
            return RemoteAdministrator(endpoint, token: place.token, trust: place.trust)
        case .database(let path):
            return try await open(
                database: path, limits: place.serviceLimits, onlyReads: onlyReads)
        }
    }

    /// Through the running server's socket, or on the database itself. Another command line that
    /// has the lock lets go of it soon; a server that has it opens its socket soon.
    private static func open(
        database path: String, limits: ServiceLimits, onlyReads: Bool
    ) async throws(CommandFailure) -> any Administrator {
        let deadline = ContinuousClock.now + patience
        while true {
            let socket = Place.socketPath(besideDatabase: path)
            if LocalSocket.isAlive(socket) {
                return RemoteAdministrator(.unix(path: socket), token: nil)
            }
            do {
                return onlyReads
                    ? try LocalAdministrator(reading: path)
                    : try LocalAdministrator(path, limits: limits)
            } catch {
                guard case .locked = error.kind, ContinuousClock.now < deadline else {
                    throw CommandFailure(error)
                }
            }
            try? await Task.sleep(for: pause)
        }
    }
}

/// A server's Unix domain socket, seen from outside.
enum LocalSocket {
    /// Whether somebody listens there. A file alone says nothing: it outlives a server that was
    /// killed.
    static func isAlive(_ path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < capacity else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}

/// A server does it: over its socket, or from afar with a token.
struct RemoteAdministrator: Administrator {
    private let client: AdminClient
    /// For a backup, which is verified whole before it is answered for.
    private let patientClient: AdminClient
    private let isLocal: Bool

    init(_ endpoint: Endpoint, token: String?, trust: ServerTrust = .system) {
        client = AdminClient(endpoint, token: token, trust: trust)
        patientClient = AdminClient(
            endpoint, token: token, timeout: .seconds(600), trust: trust)
        isLocal = endpoint.isUnixSocket
    }

    func perform(_ command: AdminCommand) async throws(CommandFailure) -> AdminAnswer {
        let client = if case .databaseBackup = command { patientClient } else { client }
        do { return try await client.perform(absolute(command)) } catch {
            throw CommandFailure(error)
        }
    }

    /// A server on this machine may stand in another directory than we do.
    private func absolute(_ command: AdminCommand) -> AdminCommand {
        func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
        guard isLocal else { return command }
        return switch command {
        case .databaseBackup(let path): .databaseBackup(path: absolute(path))
        case .databaseBackupProgress(let path): .databaseBackupProgress(path: absolute(path))
        default: command
        }
    }

    func close() async {}
}
