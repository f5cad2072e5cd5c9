import Testing

@testable import Webhooks

/// Signatures as the Standard Webhooks have them.
struct SecretTests {
    /// From the specification's own reference libraries.
    @Test("A signature is the one that the reference implementations give")
    func signature() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", time: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("Secrets that are made are secrets, and each is another")
    func random() throws {
        let texts = (0..<3).map { _ in WebhookSecret.random() }
        #expect(Set(texts).count == 3)
        for text in texts { #expect("\(try WebhookSecret(text))" == "a secret") }
    }

    @Test(
        "What is no secret is refused, and not repeated",
        arguments: [
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_=", "whsec_????", "whsec_c2hvcnQ=",
            "whsec_" + String(repeating: "QUJD", count: 22),
        ])
    func refused(text: String) {
        let fault = #expect(throws: WebhookFault.self) { try WebhookSecret(text) }
        #expect(fault?.description.contains(text) == false)
    }

    @Test("A file has a line for each secret, and several for an endpoint that changes its own")
    func file() throws {
        let (one, two, three) = (
            WebhookSecret.random(), WebhookSecret.random(), WebhookSecret.random()
        )
        let secrets = try WebhookSecrets(
            "# the office\noffice \(one)\r\n\n  office\t\(two)\nshop \(three)\n")
        #expect(secrets["office"] == [try WebhookSecret(one), try WebhookSecret(two)])
        #expect(secrets["shop"] == [try WebhookSecret(three)])
        #expect(secrets["nobody"].isEmpty)
        for text in ["office", "office \(one) \(two)", "office secret"] {
            let fault = #expect(throws: WebhookFault.self) {
                try WebhookSecrets("shop \(three)\n" + text)
            }
            #expect(fault?.description.contains("line 2") == true)
            #expect(fault?.description.contains("whsec_M") == false)
        }
        let many = (0..<5).map { _ in "office \(WebhookSecret.random())" }.joined(separator: "\n")
        #expect(throws: WebhookFault.self) { try WebhookSecrets(many) }
    }
}
