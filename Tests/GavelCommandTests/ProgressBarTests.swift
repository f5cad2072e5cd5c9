import Testing

@testable import GavelCommand

@Suite("The progress bar")
struct ProgressBarTests {
    @Test(
        "It fills from left to right",
        arguments: [
            (0, "\rVerifying ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0 %"),
            (50, "\rVerifying ███████████████░░░░░░░░░░░░░░░ 50 %"),
            (100, "\rVerifying ██████████████████████████████ 100 %"),
        ] as [(Int64, String)])
    func line(percent: Int64, expected: String) {
        #expect(ProgressBar.line("Verifying", percent: percent) == expected)
    }
}
