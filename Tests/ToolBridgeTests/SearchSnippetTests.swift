import Testing
import ToolBridge

@Suite("Search snippets")
struct SearchSnippetTests {
    private func snippet(_ excerpt: String) -> String {
        hit(title: "", excerpt).snippet
    }

    private func hit(title: String, _ excerpt: String) -> StoredHit {
        let item = FoundItem(kind: .notes, uid: .sample(1), version: 1, updatedAt: Timestamp(milliseconds: 1))
        return StoredHit(item: item, title: title, excerpt: excerpt, parent: nil)
    }

    @Test("a title is cut between characters, says so, and stands in for an excerpt for which there was no time")
    func titles() {
        #expect(hit(title: "", "x").shownTitle == nil)
        #expect(hit(title: "東\u{200B}京", "x").shownTitle == "東京")
        let fits = String(repeating: "é", count: 100)
        #expect(hit(title: fits, "x").shownTitle == fits)
        #expect(hit(title: fits + "x", "x").shownTitle == fits + "…")
        #expect(hit(title: "x" + fits, "x").shownTitle == "x" + String(repeating: "é", count: 99) + "…")
        #expect(hit(title: "a & b", "").snippet == "a &amp; b")
    }

    @Test("text is escaped and occurrences are marked")
    func escaping() {
        #expect(snippet("…<b>\u{E000}milk\u{E001} & \"bread\" 'x'") == "…&lt;b&gt;<mark>milk</mark> &amp; &quot;bread&quot; &#39;x&#39;")
        #expect(snippet("<mark>\u{E000}<script>\u{E001}") == "&lt;mark&gt;<mark>&lt;script&gt;</mark>")
        #expect(snippet("\u{E000}東\u{200B}京\u{E001}\u{200B}都") == "<mark>東京</mark>都")
    }

    @Test("of any excerpt the only tags are marks, in pairs")
    func anyExcerpt() {
        var random = Seeded.generator()
        let alphabet: [Unicode.Scalar] = ["\u{E000}", "\u{E001}", "<", ">", "&", "\"", "'", "a", "/", "\u{301}", "東", "\u{200B}"]
        for _ in 0..<3000 {
            var excerpt = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...20, using: &random) { excerpt.append(alphabet.randomElement(using: &random) ?? "a") }
            let html = Array(snippet(String(excerpt)).unicodeScalars)
            var isOpen = false
            var index = 0
            while index < html.count {
                if html[index] == "<" {
                    let tag: [Unicode.Scalar] = Array((isOpen ? "</mark>" : "<mark>").unicodeScalars)
                    guard html[index...].starts(with: tag) else {
                        Issue.record("\(random) \(html)")
                        break
                    }
                    isOpen.toggle()
                    index += tag.count
                } else {
                    #expect(html[index] != ">" && html[index] != "\"" && html[index] != "'", "\(random)")
                    index += 1
                }
            }
            #expect(!isOpen, "\(random)")
        }
    }
}
