import Testing
import ToolBridge

@Suite("Cursors")
struct SyncCursorTests {
    let owner = Owner(tenant: "t", subject: "s")

    @Test("come back as they went, for every kind and direction", arguments: ItemKind.allCases)
    func roundTrip(kind: ItemKind) throws {
        for direction in [SyncCursor.Direction.oldestChangeFirst, .newestChangeFirst] {
            for sequence in [0, 1, 77, Int64.max] {
                let cursor = SyncCursor(kind, direction, sequence: sequence)
                let text = cursor.text(for: owner)
                #expect(text.utf8.count <= 128)
                #expect(try SyncCursor(text, of: owner, kind, direction) == cursor)
            }
        }
    }

    @Test("aren't taken from another owner, kind or direction")
    func foreign() {
        let text = SyncCursor(.notes, .oldestChangeFirst, sequence: 5).text(for: owner)
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: Owner(tenant: "t", subject: "x"), .notes, .oldestChangeFirst) }
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: Owner(tenant: "x", subject: "s"), .notes, .oldestChangeFirst) }
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: owner, .tasks, .oldestChangeFirst) }
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: owner, .notes, .newestChangeFirst) }
    }

    @Test("with any character changed aren't taken")
    func flipped() {
        let text = Array(SyncCursor(.notes, .oldestChangeFirst, sequence: 123_456).text(for: owner).utf8)
        for index in text.indices {
            for replacement in "AZaz09-_".utf8 where replacement != text[index] {
                var changed = text
                changed[index] = replacement
                #expect(throws: ItemError.invalidCursor) {
                    try SyncCursor(String(decoding: changed, as: UTF8.self), of: owner, .notes, .oldestChangeFirst)
                }
            }
        }
    }

    @Test(
        "of the predecessor start again",
        arguments: [
            "MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY", "MHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA",
            "",
        ]
    )
    func oldFormat(text: String) throws {
        #expect(try SyncCursor(text, of: owner, .notes, .oldestChangeFirst) == nil)
    }

    @Test(
        "that are garbage are refused",
        arguments: ["not base64!", "Zm9v", "MTJ8", "fHw", "AQE", "AQE=", String(repeating: "A", count: 129), "é"]
    )
    func garbage(text: String) {
        #expect(throws: ItemError.invalidCursor) { try SyncCursor(text, of: owner, .notes, .oldestChangeFirst) }
    }
}
