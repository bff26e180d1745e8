import JSON
import Testing
import ToolBridge

@Suite("Facets")
struct ItemFacetsTests {
    private static let long = String(repeating: "é", count: 128)

    private static let cases: [(payload: String, status: String?, tags: [String])] = [
        ("{}", nil, []), (#"{"status":"open","tags":["a","b"]}"#, "open", ["a", "b"]), (#"{"status":"","tags":[""]}"#, "", [""]),
        (#"{"status":null,"tags":null}"#, nil, []), (#"{"status":5,"tags":"a"}"#, nil, []),
        (#"{"status":["open"],"tags":{"a":"b"}}"#, nil, []),
        (#"{"tags":[1,"a",null,["b"],{"c":"d"},"a","\u0061","A"]}"#, nil, ["a", "A"]),
        (#"{"tags":["é","e\u0301"]}"#, nil, ["é", "e\u{301}"]), (#"{"x":{"status":"open","tags":["a"]}}"#, nil, []),
        (#"{"st\u0061tus":"open"}"#, "open", []), ("{\"status\":\"\(long)\",\"tags\":[\"\(long)\"]}", long, [long]),
        ("{\"status\":\"\(long)x\",\"tags\":[\"\(long)x\",\"y\"]}", nil, ["y"]), ("[]", nil, []), ("no JSON", nil, []), ("", nil, []),
    ]

    @Test("are a short text and the first short, different texts", arguments: cases.indices)
    func reading(index: Int) throws {
        let (payload, status, tags) = Self.cases[index]
        let facets = ItemFacets(parsing: Array(payload.utf8))
        #expect(facets.status.map { Array($0.utf8) } == status.map { Array($0.utf8) })
        #expect(facets.tags.map { Array($0.utf8) } == tags.map { Array($0.utf8) })
    }

    @Test("are at most 64 tags")
    func bounds() {
        let tags = (0..<100).flatMap { ["\"t\($0)\"", "\"t0\""] }.joined(separator: ",")
        #expect(ItemFacets(parsing: Array("{\"tags\":[\(tags)]}".utf8)).tags == (0..<64).map { "t\($0)" })
    }

    @Test("go with every change as its payload says")
    func changes() throws {
        let now = Timestamp(milliseconds: 1_772_359_200_000)
        let payload = try Payload(parsing: Array(#"{"uid":"\#(UID.sample(1))","status":"open","tags":["a"]}"#.utf8))
        func agree(_ stored: StoredItem?) throws {
            let stored = try #require(stored)
            #expect(stored.facets == ItemFacets(parsing: stored.item.payload))
        }
        let change = try Change(reading: payload, .tasks)
        #expect(change.facets == ItemFacets(parsing: payload.bytes) && change.facets.status == "open")
        try agree(change.merged(into: nil, at: now))
        try agree(change.merged(into: .sample(.tasks, updatedAt: 1, payload: #"{"status":"x"}"#), at: now))
        let stored = StoredItem.sample(.tasks, payload: #"{"taskListUid":"\#(UID.sample(2))","status":"x","tags":["y"]}"#)
        try agree(stored.detached(at: now))
        for mutation in [
            Mutation.replace(payload), .patch(payload), .mergePatch(payload), .archive, .delete, .process(ItemKind.tasks.actions[1]),
        ] {
            let outcome = try mutation.applied(to: stored, .tasks, .sample(1), expecting: nil, at: now)
            #expect(outcome.facets == ItemFacets(parsing: outcome.item.payload))
        }
    }
}
