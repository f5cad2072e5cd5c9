import GavelClient

extension GavelConnection.Options {
    /// Longer than anything takes on a machine that is busy with other things: no test may depend
    /// on its speed.
    static var patient: Self {
        var options = Self()
        options.timeout = .seconds(240)
        options.closeTimeout = .seconds(240)
        return options
    }
}

extension Endpoint {
    /// Where nobody listens: a port that takes privileges, and not one that has just become free,
    /// which another test's server may be given.
    static let nobody = Endpoint.tcp(host: "127.0.0.1", port: 1)
}
