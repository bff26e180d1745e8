import Testing
import ToolBridge

@Suite("Search snippets")
struct SearchSnippetTests {
    private func snippet(_ excerpt: String) -> String {
        StoredHit(item: .sample(.notes, payload: "{}"), excerpt: excerpt).snippet
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
