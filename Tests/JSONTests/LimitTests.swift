import JSON
import Testing

@Suite("Limits")
struct LimitTests {
    private func nested(_ levels: Int, objects: Bool = false) -> [UInt8] {
        let opening = String(repeating: objects ? #"{"a":"# : "[", count: levels)
        return Array((opening + (objects ? "1" : "") + String(repeating: objects ? "}" : "]", count: levels)).utf8)
    }

    @Test("count the root container as level 1: 63 and 64 levels are taken, 65 is a content fault", arguments: [false, true])
    func depth(objects: Bool) throws {
        try JSON.check(nested(63, objects: objects))
        try JSON.check(nested(64, objects: objects))
        let path = String(repeating: objects ? "/a" : "/0", count: 64)
        let error = JSONError(.tooDeep, objects ? 64 * 5 : 64, path)
        #expect(throws: error) { try JSON.check(nested(65, objects: objects)) }
        let (value, fault) = try JSONValue.parse(tolerating: nested(65, objects: objects))
        #expect(fault == error)
        #expect(value.count == 1)
    }

    @Test("give up on 513 levels, which is syntax", arguments: [false, true])
    func maximumDepth(objects: Bool) throws {
        #expect(throws: JSONError(.tooDeep, objects ? 64 * 5 : 64, String(repeating: objects ? "/a" : "/0", count: 64))) {
            try JSON.check(nested(512, objects: objects))
        }
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(tolerating: nested(513, objects: objects)) }
        #expect(error?.reason == .nestedTooDeep)
        #expect(error?.position == (objects ? 512 * 5 : 512))
        #expect(error?.isSyntax == true)
    }

    @Test("let an MCP message have 100 levels")
    func message() throws {
        try JSON.check(nested(100), limits: .message)
        #expect(throws: JSONError(.tooDeep, 100, String(repeating: "/0", count: 100))) { try JSON.check(nested(101), limits: .message) }
    }

    @Test("can't be climbed over: 100,000 and a million opening brackets end in an error", arguments: [100_000, 1_000_000])
    func brackets(count: Int) {
        for text in ["[", #"{"":"#, #"[{"":"#] {
            let bytes = Array(String(repeating: text, count: count).utf8)
            let error = #expect(throws: JSONError.self) { try JSON.check(bytes) }
            #expect(error?.reason == .nestedTooDeep)
        }
    }

    @Test("take as deep a text as they are told to")
    func deeper() throws {
        let limits = JSONLimits(depth: 200_000, maximumDepth: 200_000, values: 200_000)
        let value = try JSONValue(parsing: nested(200_000), limits: limits)
        let other = try JSONValue(parsing: nested(200_000), limits: limits)
        #expect(value == other)
        #expect(value.copied() == other)
    }

    @Test("count all values, the root included: 99,999 and 100,000 are taken, 100,001 is a content fault")
    func values() throws {
        let flat = { (count: Int) in Array(("[" + repeatElement("0", count: count - 1).joined(separator: ",") + "]").utf8) }
        try JSON.check(flat(99_999))
        try JSON.check(flat(100_000))
        #expect(throws: JSONError(.tooManyValues, 199_999, "/99999")) { try JSON.check(flat(100_001)) }
        let (value, fault) = try JSONValue.parse(tolerating: flat(100_001))
        #expect(fault?.reason == .tooManyValues)
        #expect(value.count == 100_000)
    }

    @Test(
        "count members like elements and keys not at all",
        arguments: [
            ("{}", 1), (#"{"a":1}"#, 2), (#"{"a":[],"b":{"c":[1,2]}}"#, 6),
            ("1", 1),
        ]
    )
    func counting(text: String, values: Int) throws {
        try JSON.check(Array(text.utf8), limits: JSONLimits(values: values))
        let error = #expect(throws: JSONError.self) { try JSON.check(Array(text.utf8), limits: JSONLimits(values: values - 1)) }
        #expect(error?.reason == .tooManyValues)
    }

    @Test("bound the length, white space included")
    func bytes() throws {
        try JSON.check(Array("[1] ".utf8), limits: JSONLimits(bytes: 5))
        try JSON.check(Array("[1] ".utf8), limits: JSONLimits(bytes: 4))
        #expect(throws: JSONError(.tooLong, 3, "")) { try JSON.check(Array("[1] ".utf8), limits: JSONLimits(bytes: 3)) }
        #expect(throws: JSONError(.tooLong, 0, "")) { try JSON.check(Array("[1] ".utf8), limits: JSONLimits(bytes: -1)) }
    }

    @Test("of zero refuse everything they are about")
    func zero() throws {
        #expect(throws: JSONError(.tooDeep, 0, "")) { try JSON.check(Array("[]".utf8), limits: JSONLimits(depth: 0)) }
        #expect(throws: JSONError(.nestedTooDeep, 0, "")) { try JSON.check(Array("[]".utf8), limits: JSONLimits(maximumDepth: 0)) }
        #expect(throws: JSONError(.tooManyValues, 0, "")) { try JSON.check(Array("[]".utf8), limits: JSONLimits(values: 0)) }
        try JSON.check(Array("1".utf8), limits: JSONLimits(depth: 0, maximumDepth: 0))
    }

    @Test("a document beyond the greatest number of values is given up on even where faults are tolerated")
    func maximumValues() throws {
        let limits = JSONLimits(values: 3, maximumValues: 5)
        for (text, isTaken) in [
            ("[1,2]", true), ("[1,2,3,4]", true), ("[1,2,3,4,5]", false), (#"{"a":[{},{}],"b":1}"#, true), ("[[[],[]],[]]", true),
        ] {
            if isTaken {
                #expect(try JSONValue.parse(tolerating: Array(text.utf8), limits: limits).value.kind != .null, "\(text)")
            } else {
                let error = #expect(throws: JSONError.self) { try JSONValue.parse(tolerating: Array(text.utf8), limits: limits) }
                #expect(error?.reason == .tooManyValues && error?.position == 9)
            }
        }
    }
}
