import ArgumentParser

// Here and not in a command: on this thread and without others, which callgrind needs.
Component.runIfAsked()
await runCommand()

/// In an asynchronous function, so that it is the asynchronous `main` of the two.
func runCommand() async { await GavelBenchmarks.main() }
