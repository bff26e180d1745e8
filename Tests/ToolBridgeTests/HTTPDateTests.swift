import Testing
import ToolBridge

@Suite struct HTTPDateTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
        ("Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59.000Z"),
        ("Sat, 01 Jan 2028 00:00:00 GMT", "2028-01-01T00:00:00.000Z"),
    ])
    func `A Date header is read`(text: String, meant: String) {
        #expect(Timestamp(httpDate: text)?.description == meant)
    }

    @Test(arguments: [
        "", "GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 31 Feb 2024 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 nov 1994 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
    ])
    func `Anything else is none`(text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }
}
