import Testing
import ToolBridge

@Suite("Search documents")
struct SearchDocumentTests {
    private func document(_ kind: ItemKind, _ payload: String) -> SearchDocument {
        SearchDocument(StoredItem.sample(kind, payload: payload).item)
    }

    @Test("what people read can be searched for, per kind, and nothing else")
    func fields() {
        let payload = #"""
            {"uid":"U","title":"T","name":"N","content":"C","description":"D","tags":["x",7,"y"],"author":"A","sender":"S","participants":["p","q"],
            "status":"open","color":"red","dueDate":"2026-01-01","icon":"star","role":"user","other":"O"}
            """#
        let expected: [(ItemKind, String, String)] = [
            (.notes, "T", "C\nx\ny"), (.tasks, "T", "D\nx\ny"), (.comments, "", "C\nA\nx\ny"), (.chats, "T", "D\np\nq\nx\ny"),
            (.chatMessages, "", "C\nS\nx\ny"), (.taskLists, "T", "D"), (.taskListCategories, "N", ""),
        ]
        #expect(Set(expected.map(\.0)) == Set(ItemKind.allCases))
        for (kind, title, text) in expected {
            #expect(document(kind, payload) == SearchDocument(reference: ItemReference(kind, .sample(1)), title: title, text: text))
        }
    }

    @Test("what is of another type than expected is passed over")
    func types() {
        for payload in ["{}", #"{"title":7,"content":{"a":"b"},"tags":"x"}"#, #"{"title":null,"content":["a",["b"]],"tags":{}}"#] {
            let document = document(.notes, payload)
            #expect(document.title.isEmpty)
            #expect(["", "x", "a"].contains(document.text))
            #expect(document.isEmpty == document.text.isEmpty)
        }
    }

    @Test("letters of scripts without spaces, and words beside symbols, stand apart; the markers are dropped")
    func separation() {
        let cases = [
            ("plain text, o'brien", "plain text, o'brien"), ("Ärger über naïve", "Ärger über naïve"), ("東京abc", "東|京|abc"), ("ที่นี่", "ที่|นี่"),
            ("hi🥰you 🥰 x", "hi|🥰|you 🥰 x"), ("a\u{E000}b\u{E001}c", "abc"), ("한국어", "한국어"), ("e\u{301}e", "e\u{301}e"),
            ("a\u{F8FF}b", "a|\u{F8FF}|b"),
        ]
        for (text, expected) in cases {
            let title = document(.notes, #"{"title":"\#(text)"}"#).title
            #expect(Array(title.utf8) == Array(expected.split(separator: "|").joined(separator: "\u{200B}").utf8), "\(text)")
        }
    }

    @Test("of a text beyond the limit the beginning counts, cut between characters")
    func length() {
        let content = String(repeating: "é", count: 100_000)
        let text = document(.notes, #"{"content":"x\#(content)"}"#).text
        #expect(text.utf8.count == SearchDocument.textBytes - 1)
        #expect(text.unicodeScalars.dropFirst().allSatisfy { $0 == "é" })
    }
}
