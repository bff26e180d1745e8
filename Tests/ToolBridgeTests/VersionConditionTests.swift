import Testing
import ToolBridge

@Suite("If-Match")
struct VersionConditionTests {
    @Test("admits version 5", arguments: ["5", "\"5\"", "*", "\"4\", \"5\"", " \"5\" ", "W/\"5\", \"5\"", "\"4\",\"5\""])
    func admits(text: String) throws {
        #expect(try VersionCondition(ifMatch: text).admits(5))
    }

    @Test(
        "doesn't admit version 5",
        arguments: ["4", "\"4\"", "W/\"5\"", "\"4\", W/\"5\"", "\"abc\"", "\"+5\"", "\"4,5\"", "\",\", \"4\""]
    )
    func mismatches(text: String) throws {
        #expect(try !VersionCondition(ifMatch: text).admits(5))
    }

    @Test(
        "is refused",
        arguments: [
            "\"5", "abc", "5.0", "-5", "", "+5", "5, 6", "\"5\" \"6\"", "w/\"5\"", "*, \"5\"", "\"5\",", "9223372036854775808", "٥",
        ]
    )
    func refusals(text: String) {
        #expect(throws: ItemError.invalidIfMatch) { try VersionCondition(ifMatch: text) }
    }
}
