import Testing
import ToolBridge

@Suite("Percent-encoding")
struct PercentEncodingTests {
    @Test(
        "keeps unreserved characters and encodes each byte of all others",
        arguments: [
            ("", ""), ("AZaz09-._~", "AZaz09-._~"), ("a b+c", "a%20b%2Bc"), ("/?#&=%", "%2F%3F%23%26%3D%25"), ("ü\u{0}\n", "%C3%BC%00%0A"),
        ]
    )
    func encode(text: String, expected: String) {
        #expect(PercentEncoding.encode(text) == expected)
    }
}
