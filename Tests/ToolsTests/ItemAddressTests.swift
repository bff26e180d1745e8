import JSON
import Testing
import ToolBridge
import Tools

@Suite("Addresses of items")
struct ItemAddressTests {
    private static let uid = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"

    @Test("RS4 an address is read in any spelling of its uid and kind, and written in one", arguments: ItemKind.allCases)
    func spellings(kind: ItemKind) throws {
        let uid = try #require(UID(Self.uid))
        for form in ItemAddress.Form.allCases {
            let canonical = "toolbridge://\(kind.path)/\(Self.uid)" + form.rawValue
            for text in [
                canonical,
                "toolbridge://\(kind.path)/\(Self.uid.uppercased())" + form.rawValue,
                "toolbridge://\(kind.path)/\(Self.uid.filter { $0 != "-" })" + form.rawValue,
                "toolbridge://\(kind.path)/%7B\(Self.uid)%7d" + form.rawValue,
                "toolbridge://\(kind.path)/urn:uuid:\(Self.uid)" + form.rawValue,
                "toolbridge://\(kind.singular)/%63\(Self.uid.dropFirst())" + form.rawValue,
            ] {
                let address = try #require(ItemAddress(text), "\(text)")
                #expect(address == ItemAddress(ItemReference(kind, uid), form))
                #expect(address.text == canonical)
            }
        }
    }

    @Test(
        "RS4 anything else is no address",
        arguments: [
            "", "toolbridge://", "toolbridge://notes", "toolbridge://notes/", "toolbridge://notes/x", "notes/UID", "toolbridge:/notes/UID",
            "TOOLBRIDGE://notes/UID", "toolbridge:///notes/UID", "toolbridge://notes/UID/", "toolbridge://notes//UID",
            "toolbridge://notes/UID.md",
            "toolbridge://notes/UID.JSON", "toolbridge://notes/UID%2Ejson", "toolbridge://notes/UID.json.json", "toolbridge://notes/UID?x",
            "toolbridge://notes/UID#x", "toolbridge://folders/UID", "toolbridge://notes%2FUID", "toolbridge://no%74%6/UID",
            "toolbridge://notes/%FFUID",
            "toolbridge://notes/%2525UID", " toolbridge://notes/UID", "toolbridge://notes/UID ", "toolbridge://notes/UID%00",
        ]
    )
    func others(text: String) {
        #expect(ItemAddress(text.replacing("UID", with: Self.uid)) == nil)
    }

    @Test("RS4 no text stops the reader, and what is read is written and read again alike")
    func anything() {
        var generator = Seeded(for: "addresses")
        let letters = Array("tolbridge://notes/%7Bc1d9-.jsonA\u{e9}".unicodeScalars)
        for _ in 0..<2_000 {
            var text = String.UnicodeScalarView("toolbridge://notes/\(Self.uid).json".unicodeScalars)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let place = text.index(text.startIndex, offsetBy: Int.random(in: 0..<text.count, using: &generator))
                text.replaceSubrange(place...place, with: CollectionOfOne(letters[Int.random(in: 0..<letters.count, using: &generator)]))
            }
            guard let address = ItemAddress(String(text)) else { continue }
            #expect(ItemAddress(address.text) == address)
        }
    }
}
