import Testing
import ToolBridge

@Suite("Identifiers")
struct UIDTests {
    static let canonical = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"

    @Test(
        "reads every usual spelling and writes one",
        arguments: [
            "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", "C1D9B7DC-A1B2-4C3D-9E8F-7A6B5C4D3E2F", "c1d9b7dca1b24c3d9e8f7a6b5c4d3e2f",
            "{c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f}", "urn:uuid:c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f",
            "URN:UUID:C1D9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f",
        ]
    )
    func spellings(text: String) {
        #expect(UID(text)?.description == Self.canonical)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "c1d9b7dc", "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2", "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2fa",
            "c1d9b7dca-1b2-4c3d-9e8f-7a6b5c4d3e2f",
            "g1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", "(c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f)", "{c1d9b7dca1b24c3d9e8f7a6b5c4d3e2f}",
            "urn:uuid:c1d9b7dca1b24c3d9e8f7a6b5c4d3e2f", "../tasks/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5", "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3é2",
        ]
    )
    func refusals(text: String) {
        #expect(UID(text) == nil)
    }

    @Test("makes different ones of version 4 and the variant of RFC 9562")
    func random() {
        var seen: Set<UID> = []
        for _ in 0..<10_000 {
            let uid = UID.random()
            let text = Array(uid.description.utf8)
            #expect(text[14] == UInt8(ascii: "4"))
            #expect("89ab".utf8.contains(text[19]))
            #expect(UID(uid.description) == uid)
            seen.insert(uid)
        }
        #expect(seen.count == 10_000)
    }

    @Test("sorts as its text does")
    func order() {
        var generator = Seeded.generator()
        for _ in 0..<1000 {
            let left = UID.random(using: &generator)
            let right = UID.random(using: &generator)
            #expect((left < right) == (left.description.utf8.lexicographicallyPrecedes(right.description.utf8)), "\(generator)")
        }
    }

    @Test("knows the one that names nothing")
    func nilUID() {
        #expect(UID("00000000-0000-0000-0000-000000000000")?.isNil == true)
        #expect(UID(Self.canonical)?.isNil == false)
    }

    @Test("owners are compared as bytes: two spellings of é are two tenants")
    func owners() {
        let composed = Owner(tenant: "caf\u{e9}", subject: "s")
        let decomposed = Owner(tenant: "cafe\u{301}", subject: "s")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(Owner(tenant: "a:b", subject: "c") != Owner(tenant: "a", subject: "b:c"))
    }
}
