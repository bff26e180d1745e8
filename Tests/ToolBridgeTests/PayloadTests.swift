import JSON
import Testing
import ToolBridge

@Suite("Payloads")
struct PayloadTests {
    @Test("that are JSON but break a rule are 422 with the member and the reason")
    func rules() {
        let deep = #"{"a":"# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}"
        let cases: [(String, ItemError.PayloadFault, String)] = [
            (#"{"a":1,"b":{"c":1,"c":2}}"#, .duplicateKey, "/b/c"),
            (#"{"a":["x","\u0000"]}"#, .nul, "/a/1"),
            (#"{"a":"\ud800"}"#, .invalidUnicode, "/a"),
        ]
        for (text, reason, field) in cases {
            #expect(throws: ItemError.invalidPayload(reason, field: field)) { try Payload(parsing: Array(text.utf8)) }
        }
        #expect { try Payload(parsing: Array(deep.utf8)) } throws: { ($0 as? ItemError)?.code == .invalidPayload }
        #expect(throws: Never.self) { try Payload(parsing: Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8)) }
    }

    @Test(
        "that are no JSON object are 400 with the position",
        arguments: [("null", 0), ("[1]", 0), ("", 0), ("{\"a\":1,}", 7), ("{} x", 3), ("{\"a\":1}{}", 7), ("{'a':1}", 1)]
    )
    func syntax(text: String, position: Int) {
        #expect(throws: ItemError.invalidJSON(position: position)) { try Payload(parsing: Array(text.utf8)) }
    }

    @Test("are limited in size to the byte")
    func size() throws {
        func payload(_ bytes: Int) -> [UInt8] { Array("{\"a\":\"".utf8) + [UInt8](repeating: 0x61, count: bytes - 8) + Array("\"}".utf8) }
        #expect(try Payload(parsing: payload(Limits.payloadBytes)).bytes.count == Limits.payloadBytes)
        #expect(throws: ItemError.payloadTooLarge(limit: Limits.payloadBytes)) { try Payload(parsing: payload(Limits.payloadBytes + 1)) }
    }

    @Test("are edited in place, byte for byte")
    func edits() throws {
        let cases: [(String, (inout PayloadEdit) -> Void, String)] = [
            (#"{"a": 1.0 , "b" :[1, 2],"c":3}"#, { $0.set("b", to: "x") }, #"{"a": 1.0 , "b" :"x","c":3}"#),
            (#"{"a":1E2}"#, { $0.set("b", to: 5) }, #"{"a":1E2,"b":5}"#),
            (#"{ }"#, { $0.set("b", to: 5) }, #"{"b":5 }"#),
            (#"{}"#, { _ in }, #"{}"#),
            (#"{"a":1, "b":2 ,"c":3 }"#, { $0.remove("b") }, #"{"a":1 ,"c":3 }"#),
            (#"{ "a":1, "b":2}"#, { $0.remove("a") }, #"{"b":2}"#),
            (#"{"a":1, "b":2}"#, { $0.remove("b") }, #"{"a":1}"#),
            (
                #"{"a":1, "b":2}"#,
                {
                    $0.remove("a"); $0.remove("b"); $0.set("c", to: 3)
                }, #"{"c":3}"#
            ),
            (#"{"\u0061":1}"#, { $0.set("a", to: 2) }, #"{"\u0061":2}"#),
            (#"{"é":1}"#, { $0.set("e\u{301}", to: 2) }, "{\"é\":1,\"e\u{301}\":2}"),
            (#"{"a":1}"#, { $0.set("q\"\n", to: "v\"") }, #"{"a":1,"q\"\n":"v\""}"#),
        ]
        for (before, change, after) in cases {
            var edit = PayloadEdit(try JSONValue(parsing: before))
            change(&edit)
            #expect(Array(edit.bytes) == Array(after.utf8), "\(before) became \(String(decoding: edit.bytes, as: UTF8.self))")
        }
    }

    @Test("take random edits as a list of members does")
    func randomEdits() throws {
        var generator = Seeded.generator()
        for _ in 0..<500 {
            var model = (0..<Int.random(in: 0...40, using: &generator)).map { (key: "k\($0)", value: Int64($0)) }
            var writer = JSONWriter()
            writer.object {
                for (key, value) in model {
                    $0.key(escaping: key)
                    $0.integer(value)
                }
            }
            var edit = PayloadEdit(try JSONValue(parsing: writer.bytes))
            for _ in 0..<Int.random(in: 0...60, using: &generator) {
                let key = "k\(Int.random(in: 0...60, using: &generator))"
                let place = model.firstIndex { $0.key == key }
                if Bool.random(using: &generator), let place {
                    let value = Int64.random(in: 0...999, using: &generator)
                    edit.set(key, to: value)
                    model[place].value = value
                } else if place == nil {
                    edit.set(key, to: 7)
                    model.append((key, 7))
                }
            }
            let result = try JSONValue(parsing: edit.bytes)
            #expect(result.members.map(\.key) == model.map(\.key), "\(generator)")
            #expect(result.members.map(\.value.integer) == model.map(\.value), "\(generator)")
        }
    }

    @Test("merge as RFC 7396, appendix A, says where both are objects")
    func mergePatch() throws {
        let cases = [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ]
        let kind = ItemKind.chats
        for (before, patch, after) in cases {
            let stored = StoredItem.sample(kind, payload: before)
            let outcome = try Mutation.mergePatch(Payload(parsing: Array(patch.utf8)))
                .applied(to: stored, kind, stored.item.uid, expecting: nil, at: Timestamp(milliseconds: 9))
            let merged = try outcome.item.object().members.filter { !["uid", "updatedTs", "updateTime", "sync"].contains($0.key) }
            let expected = try JSONValue(parsing: after)
            #expect(merged.map(\.key) == expected.members.map(\.key))
            for member in merged { #expect(expected[member.key] == member.value) }
        }
    }
}
