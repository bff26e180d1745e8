import JSON
import Testing

@Suite("Content that is not taken")
struct ContentFaultTests {
    static let faults: [Refusal] = [
        Refusal(#"{"a":1,"a":2}"#, .duplicateKey, 7, "/a"), Refusal(#"{"a":1,"\u0061":1}"#, .duplicateKey, 7, "/a"),
        Refusal(#"{"\u0061":1,"a":1}"#, .duplicateKey, 12, "/a"), Refusal(#"{"\u0061":1,"\u0061":1}"#, .duplicateKey, 12, "/a"),
        Refusal(#"{"":1,"":1}"#, .duplicateKey, 6, "/"), Refusal(#"{"\/":1,"b":0,"/":1}"#, .duplicateKey, 14, "/~1"),
        Refusal(#"{"abcdefgh1":1,"abcdefgh2":1,"abcdefgh1":1}"#, .duplicateKey, 29, "/abcdefgh1"),
        Refusal(#"{"abcdefgh\n":1,"abcdefgh\u000A":1}"#, .duplicateKey, 16, "/abcdefgh\n"),
        Refusal(#"{"\uD83D\uDE00":1,"😀":1}"#, .duplicateKey, 18, "/😀"),
        Refusal(#"{"x":[{"a":{"b":1,"b":1}}],"x":0}"#, .duplicateKey, 18, "/x/0/a/b"),
        Refusal(#"{"a":1,"a":{"b":1,"b":1}}"#, .duplicateKey, 7, "/a"),
        Refusal(#"{"a":{"b":1},"b":1,"a":[]}"#, .duplicateKey, 19, "/a"), Refusal(#"[{"a":1},{"a":1,"a":1}]"#, .duplicateKey, 16, "/1/a"),
        Refusal(#""\u0000""#, .nul, 1), Refusal(#"["ab\u0000"]"#, .nul, 4, "/0"), Refusal(#"{"a":{"\u0000":1}}"#, .nul, 7, "/a"),
        Refusal(#""\uD800""#, .loneSurrogate, 1), Refusal(#""\uDC00""#, .loneSurrogate, 1), Refusal(#""\uDC00\uD800""#, .loneSurrogate, 1),
        Refusal(#""\uD800\uD800\uDC00""#, .loneSurrogate, 1), Refusal(#""\uDBFF\n""#, .loneSurrogate, 1),
        Refusal(#""\uD800\u0041""#, .loneSurrogate, 1),
        Refusal(#""\uD800x""#, .loneSurrogate, 1), Refusal(#"{"a":"\uD83D\uDE00\udfff"}"#, .loneSurrogate, 18, "/a"),
        Refusal(#"["\uD800\u0000"]"#, .loneSurrogate, 2, "/0"), Refusal(#"["\u0000\uD800"]"#, .nul, 2, "/0"),
        Refusal(#"{"\u0000":1,"\u0000":1}"#, .nul, 2), Refusal(#"{"a":1,"a":"\u0000"}"#, .duplicateKey, 7, "/a"),
        Refusal(#"{"a":"\u0000","a":1}"#, .nul, 6, "/a"),
    ]

    @Test("is refused with reason, position and pointer, and not as syntax", arguments: faults)
    func refuses(refusal: Refusal) {
        #expect(throws: refusal.error) { try JSON.check(refusal.bytes) }
        #expect(throws: refusal.error) { try JSONValue(parsing: refusal.bytes) }
        #expect(!refusal.error.isSyntax)
    }

    @Test("is tolerated on demand: the value is there and the first fault is told", arguments: faults)
    func tolerates(refusal: Refusal) throws {
        let (value, fault) = try JSONValue.parse(tolerating: refusal.bytes)
        #expect(fault == refusal.error)
        #expect(Array(value.bytes) == refusal.bytes)
    }

    @Test(
        "passes on demand if it is only text, and then hides nothing else",
        arguments: [
            (#"["\u0000","\uD800",{"\udc00":1}]"#, JSONError?.none), (#"{"a":"\u0000","a":1}"#, JSONError(.duplicateKey, 14, "/a")),
            (#"{"\u0000":1,"\u0000":1}"#, JSONError(.duplicateKey, 12, "/\u{0}")),
            (#"{"a":1,"a":"\u0000"}"#, JSONError(.duplicateKey, 7, "/a")),
            (#"["\u0000",[[]]]"#, JSONError(.tooDeep, 11, "/1/0")), (#"["\u0000",1,2,3,4]"#, JSONError(.tooManyValues, 16, "/4")),
            (#"["\u0000""#, JSONError(.unexpectedEnd, 9, "/0")),
        ]
    )
    func structure(text: String, fault: JSONError?) {
        let limits = JSONLimits(depth: 2, values: 5)
        do {
            try JSON.checkStructure(Array(text.utf8), limits: limits)
            #expect(fault == nil)
        } catch {
            #expect(error == fault)
        }
    }

    @Test("gives way to a syntax error further on", arguments: faults)
    func syntaxFirst(refusal: Refusal) {
        let bytes = refusal.bytes + Array("x".utf8)
        let error = JSONError(.trailingBytes, refusal.bytes.count, "")
        #expect(throws: error) { try JSON.check(bytes) }
        #expect(throws: error) { try JSONValue(parsing: bytes) }
        #expect(throws: error) { try JSONValue.parse(tolerating: bytes) }
    }

    @Test("is told from syntax by the reason alone")
    func classes() {
        let content = JSONError.Reason.allCases.filter { !JSONError(reason: $0, position: 0, path: "").isSyntax }
        #expect(content == [.duplicateKey, .nul, .loneSurrogate, .tooDeep, .tooManyValues])
    }

    @Test("tells nothing of a document without faults")
    func sound() throws {
        #expect(try JSONValue.parse(tolerating: Array("[1]".utf8)).fault == nil)
    }

    @Test(
        "isn't seen where there is none: keys that only look alike",
        arguments: [
            "{\"\u{E9}\":1,\"e\u{301}\":2}", #"{"a":1,"A":1}"#, #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":1,"a ":1,"":1}"#,
            #"{"abcdefgh":1,"abcdefghi":2,"abcdefg":3}"#, #"{"\\u0061":1,"a":2}"#, #"{"a\u0001":1,"a":2}"#,
            #"{"\uD83D\uDE00":1,"\uD83D\uDE01":2}"#,
        ]
    )
    func lookAlikes(text: String) throws {
        try JSON.check(Array(text.utf8))
        #expect(try JSONValue(parsing: text).members.allSatisfy { !$0.key.isEmpty || text.contains(#""":"#) })
    }

    @Test("is found in objects of every size, wherever the second key stands", arguments: [2, 3, 23, 24, 25, 26, 63, 64, 65, 200])
    func sizes(count: Int) throws {
        for long in [false, true] {
            let keys = (0..<count).map { long ? "\"a long common prefix \($0)\"" : "\"\($0)\"" }
            try JSON.check(object(keys))
            for (first, second) in [(0, 1), (0, count - 1), (count - 2, count - 1), (count / 2, count - 1)] where first < second {
                var twice = keys
                twice[second] = twice[first]
                let position = 1 + twice[..<second].reduce(0) { $0 + $1.utf8.count + 3 }
                let error = JSONError(.duplicateKey, position, "/" + twice[first].dropFirst().dropLast())
                #expect(throws: error) { try JSON.check(object(twice)) }
            }
        }
    }

    @Test("costs linear time: 100,000 keys, plain or escaped, and one of them twice")
    func manyKeys() throws {
        for prefix in ["key", #"\u006bey"#, "a prefix of more than eight bytes "] {
            var keys = (0..<99_999).map { "\"\(prefix)\($0)\"" }
            let start = ContinuousClock.now
            try JSON.check(object(keys))
            keys[99_998] = "\"\(prefix)0\""
            #expect(throws: JSONError.self) { try JSON.check(object(keys)) }
            // Pairs would take a minute.
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    private func object(_ keys: [String]) -> [UInt8] {
        Array(("{" + keys.map { $0 + ":1" }.joined(separator: ",") + "}").utf8)
    }
}
