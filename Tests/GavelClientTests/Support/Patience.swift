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
