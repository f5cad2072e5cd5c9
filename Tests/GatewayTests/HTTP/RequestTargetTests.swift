import Testing

@testable import Gateway

@Suite("A request's address")
struct RequestTargetTests {
    @Test(
        "is read into segments",
        arguments: [
            ("/", [""]), ("/v1/auctions", ["v1", "auctions"]), ("/v1/", ["v1", ""]),
            ("/a%2Db", ["a-b"]), ("/a%2fb", ["a/b"]), ("/%c3%a9", ["é"]), ("/a+b", ["a+b"]),
            ("/../etc", ["..", "etc"]), ("//a", ["", "a"]), ("http://house/v1", ["v1"]),
            ("https://house:8080/", [""]), ("http://house", [""]),
        ])
    func path(_ uri: String, _ segments: [String]) {
        #expect(RequestTarget(uri)?.path == segments)
    }

    @Test(
        "has parameters",
        arguments: [
            ("/?a=1&b=2", ["a=1", "b=2"]), ("/?a", ["a="]), ("/?", []), ("/?a=b=c", ["a=b=c"]),
            ("/?a=x+y%2B", ["a=x y+"]), ("/?a=1&&a=2", ["a=1", "a=2"]), ("/?a=/?", ["a=/?"]),
        ])
    func query(_ uri: String, _ parameters: [String]) {
        #expect(RequestTarget(uri)?.query.map { "\($0.name)=\($0.value)" } == parameters)
    }

    @Test(
        "is none when it can't be read in one way",
        arguments: [
            "", "a", "*", "house:443", "/%", "/%4", "/%zz", "/%00", "/%0a", "/%7f", "/%ff",
            "/%c3%28", "/a#b", "/?%zz", "http://", "http:///a", "http://house?a", "ftp://house/",
        ])
    func refusal(_ uri: String) {
        #expect(RequestTarget(uri) == nil)
    }
}
