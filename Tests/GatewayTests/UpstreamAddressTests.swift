import Program
import Testing

@Suite struct UpstreamAddressTests {
    @Test(arguments: [
        ("https://api.example.com", false), ("https://api.example.com/base/", false), ("http://localhost:8080", false),
        ("http://127.0.0.1:1", false), ("http://[::1]:8080", false), ("http://toolbridge-api", true),
        ("http://api.ns.svc.cluster.local:8080", true), ("http://api.ns.svc", true), ("http://app.internal:8080", true),
    ])
    func `Tokens travel by TLS, on loopback, or to names of private networks with a warning`(_ url: String, _ isPlain: Bool) {
        #expect(UpstreamAddress(url)?.isPlain == isPlain)
    }

    @Test(arguments: [
        "http://api.example.com", "http://10.0.0.1", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://2130706433",
        "http://0x7f000001", "http://u:p@localhost", "https://a.example/?x", "https://a.example/#x", "ftp://localhost", "", "https://",
        "http://internal.example", "http://.internal", "http://[fe80::1]",
    ])
    func `Everything else is refused`(_ url: String) {
        #expect(UpstreamAddress(url) == nil)
    }
}
