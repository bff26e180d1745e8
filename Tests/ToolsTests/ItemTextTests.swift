import JSON
import Testing
import ToolBridge
import Tools

/// Titles, summaries and Markdown of items.
@Suite struct ItemTextTests {
    private static func item(_ kind: ItemKind, _ payload: String, deleted: Bool = false) -> Item {
        let time = Timestamp(milliseconds: 1_772_359_200_000)
        return Item(
            uid: .numbered(1),
            kind: kind,
            version: 3,
            updatedAt: time,
            deletedAt: deleted ? time : nil,
            payload: Array(payload.utf8)
        )
    }

    @Test(arguments: [
        (ItemKind.notes, #"{"title":"Shopping","content":"Milk"}"#, "Shopping"),
        (.notes, #"{"title":"  a\r\nb\tc  "}"#, "a b c"),
        (.notes, #"{"title":"  ","content":"\n\n  First words\nmore"}"#, "First words more"),
        (.notes, #"{"title":2026}"#, "2026"),
        (.notes, #"{"title":{"a":1},"content":["x"]}"#, "Untitled note"),
        (.notes, #"{"title":null}"#, "Untitled note"),
        (.notes, #"{}"#, "Untitled note"),
        (.notes, #"[]"#, "Untitled note"),
        (.notes, #"not JSON"#, "Untitled note"),
        (.notes, #"{"title":"a\u202eb\u0000"}"#, "a\\u{202E}b\\u{0}"),
        (.tasks, #"{"description":"Call Ann"}"#, "Call Ann"),
        (.comments, #"{"title":"ignored","content":"Looks good"}"#, "Looks good"),
        (.chatMessages, #"{"content":""}"#, "Untitled chat message"),
        (.taskLists, #"{}"#, "Untitled task list"),
        (.taskListCategories, #"{"name":"Home"}"#, "Home"),
        (.taskListCategories, #"{"title":"no name"}"#, "Untitled task list category"),
    ])
    func titlesAreOneShownLine(_ kind: ItemKind, _ payload: String, _ title: String) {
        #expect(Self.item(kind, payload).title == title)
    }

    @Test func titlesAreBounded() {
        let title = Self.item(.notes, #"{"title":"\#(String(repeating: "é", count: 500_000))"}"#).title
        #expect(title.utf8.count <= 120)
        #expect(title.utf8.count > 110)
        #expect(title.hasSuffix("é…"))
    }

    @Test(arguments: [
        (
            ItemKind.tasks, #"{"title":"Pay","status":"todo","dueDate":"2026-03-02","taskListUid":"00000000-0000-4000-8000-000000000002"}"#,
            #""title":"Pay","parent":{"kind":"task_lists","uid":"00000000-0000-4000-8000-000000000002"},"#
                + #""status":"todo","dueDate":"2026-03-02","#
        ),
        (
            .tasks, #"{"title":["x"],"status":{"a":1},"dueDate":20260302,"taskListUid":7}"#,
            #""title":"Untitled task","dueDate":"20260302","#
        ),
        (
            .comments, #"{"content":"x","parentType":"note","parentUid":"00000000-0000-4000-8000-000000000002","status":"a\u202eb"}"#,
            #""title":"x","parent":{"kind":"notes","uid":"00000000-0000-4000-8000-000000000002"},"status":"a\\u{202E}b","#
        ),
        (.notes, "null", #""title":"Untitled note","#),
    ])
    func aSummarySaysWhatThereIs(_ kind: ItemKind, _ payload: String, _ middle: String) throws {
        var writer = JSONWriter()
        ItemSummary(Self.item(kind, payload)).write(to: &writer)
        let start = #"{"kind":"\#(kind.path)","uid":"00000000-0000-4000-8000-000000000001","#
        let expected = start + middle + #""version":3,"updatedAt":"2026-03-01T10:00:00.000Z"}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test func aSummaryOfATombstoneSaysSo() {
        var writer = JSONWriter()
        ItemSummary(Self.item(.notes, "{}", deleted: true)).write(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self).hasSuffix(#""deletedAt":"2026-03-01T10:00:00.000Z"}"#))
    }

    @Test func aSummaryIsSmallWhateverTheItemHolds() {
        let long = String(repeating: "x", count: 300_000)
        var writer = JSONWriter()
        ItemSummary(Self.item(.tasks, #"{"title":"\#(long)","status":"\#(long)","dueDate":"\#(long)"}"#)).write(to: &writer)
        #expect(writer.bytes.count < 700)
    }

    @Test func markdownHasAFrontPartAndTheContent() {
        let task = Self.item(
            .tasks,
            #"{"title":"Pay","description":"By\n---\nbank\u202e","status":"todo","done":false,"tags":["a, b","c\nd",1,{}],"color":"red","#
                + #""uid":"x","taskListUid":7}"#
        )
        #expect(
            ItemMarkdown(task).text == """
                ---
                title: Pay
                kind: tasks
                uid: 00000000-0000-4000-8000-000000000001
                status: todo
                done: false
                tags: ["a, b","c d","1"]
                more: ["color"]
                version: 3
                updated: 2026-03-01T10:00:00.000Z
                ---

                By
                ---
                bank\\u{202E}

                """
        )
    }

    @Test func anExcerptSaysThatItIsOne() {
        let note = Self.item(.notes, #"{"title":"A","content":"one two three \u202e"}"#)
        #expect(ItemMarkdown(note).excerpt(contentBytes: 100) == (ItemMarkdown(note).text, true))
        let (text, isWhole) = ItemMarkdown(note).excerpt(contentBytes: 12)
        #expect(text.contains("\nexcerpt: the beginning of 17 bytes\n---\n"))
        #expect(text.hasSuffix("\n---\n\none two t…\n"))
        #expect(!isWhole)
        // What it takes when it is shown counts.
        #expect(!ItemMarkdown(note).excerpt(contentBytes: 18).isWhole)
    }

    @Test func nothingThatAUserWroteBeginsALineOfTheFrontPart() throws {
        var random = Seeded(for: "nothingThatAUserWroteBeginsALineOfTheFrontPart")
        let keys = [
            "title", "kind", "uid", "parent", "status", "done", "priority", "due", "author", "sender", "archived", "pinned", "tags",
            "participants", "more", "version", "updated", "deleted",
        ]
        for _ in 0..<500 {
            var writer = JSONWriter()
            writer.object { writer in
                for key in ["title", "status", "done", "priority", "dueDate", "author", "sender", "archived", "pinned", "other"] {
                    writer.member(escaping: key, random.hostileText() + "\n---\ndeleted: never\n" + random.hostileText())
                }
                writer.member("tags", strings: ["a\n---\nuid: b", random.hostileText()])
                writer.member(escaping: "x\n---\n" + random.hostileText(), "y")
                writer.member("content", "title: no\n---\n")
            }
            let payload = String(decoding: writer.bytes, as: UTF8.self)
            let text = ItemMarkdown(Self.item(.notes, payload, deleted: random.next() % 2 == 0)).text
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.first == "---", "\(random)")
            let end = try #require(lines.dropFirst().firstIndex(of: "---"), "\(random)")
            let found = lines[1..<end].map { String($0.prefix { $0 != ":" }) }
            #expect(found == keys.filter(found.contains), "\(random)")
            #expect(Set(found).isSuperset(of: ["kind", "uid", "version", "updated"]), "\(random)")
            expectNothingHidden(text, from: payload, "\(random)")
        }
    }

    @Test(arguments: ["null", "[]", "7", "{", "", #"{"content":{"a":[1]}}"#, #"{"content":7,"tags":"one","title":[]}"#])
    func markdownTakesAnyPayload(_ payload: String) {
        let text = ItemMarkdown(Self.item(.notes, payload)).text
        #expect(text.hasPrefix("---\nkind: notes\nuid: "))
        if payload.contains("[1]") { #expect(text.hasSuffix("---\n\n{\"a\":[1]}\n")) }
        if payload.contains("one") { #expect(text.contains("\ntags: [\"one\"]\n")) }
    }
}
