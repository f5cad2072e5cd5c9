import GavelCommand

// The whole program is the library `GavelCommand`, so that tests can reach it.
await Gavel.runAndExit()
