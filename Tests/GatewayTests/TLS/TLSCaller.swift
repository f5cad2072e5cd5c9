import NIOCore
import NIOPosix
import NIOSSL
import TestAuthority

/// A client that speaks only such versions of TLS as it is told to.
struct TLSCaller {
    private let context: NIOSSLContext
    private let port: Int

    /// - Parameters:
    ///   - oldest: the oldest version that it offers.
    ///   - newest: the newest.
    init(_ house: SecureHouse, oldest: TLSVersion, newest: TLSVersion) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = oldest
        configuration.maximumTLSVersion = newest
        configuration.applicationProtocols = ["http/1.1"]
        if newest == .tlsv11 {
            configuration.cipherSuites = "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
        }
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(house.authority.pem.utf8)))
        context = try NIOSSLContext(configuration: configuration)
        port = house.port
    }

    /// Sends a request's head and reads until the server closes.
    func ask(_ head: String) async throws -> String {
        let context = context
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: nil))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: head + "Connection: close\r\n\r\n"))
            var answer = ByteBuffer()
            for try await part in inbound { answer.writeImmutableBuffer(part) }
            return String(buffer: answer)
        }
    }
}
