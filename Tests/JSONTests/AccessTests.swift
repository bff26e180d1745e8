import JSON
import Testing

@Suite("Typed access")
struct AccessTests {
    private let value: JSONValue = [
        "params": [
            "name": 1, "text": "x", "n": 5.0, "half": 1.5, "list": [1], "yes": true, "none": .null,
            "a/b": "x",
        ]
    ]

    private func message(_ body: (JSONValue) throws -> Void) -> String? {
        do {
            try body(try value.require("params"))
            return nil
        } catch {
            return String(describing: error)
        }
    }

    @Test("gives what is there")
    func present() throws {
        let params = try value.requireObject("params")
        #expect(try params.requireString("text") == "x")
        #expect(try params.requireInteger("n") == 5)
        #expect(try params.requireBoolean("yes"))
        #expect(try params.requireArray("list").count == 1)
        #expect(try params.require("none").isNull)
        #expect(try params.optionalString("text") == "x")
        #expect(try params.optionalInteger("name") == 1)
        #expect(try params.optionalBoolean("yes") == true)
        #expect(try params.optionalArray("list")?.count == 1)
        #expect(try value.optionalObject("params")?.count == 8)
    }

    @Test("takes absent and null for nil where a member is optional")
    func absent() throws {
        let params = try value.requireObject("params")
        for key in ["none", "missing"] {
            #expect(try params.optionalString(key) == nil)
            #expect(try params.optionalInteger(key) == nil)
            #expect(try params.optionalBoolean(key) == nil)
            #expect(try params.optionalObject(key) == nil)
            #expect(try params.optionalArray(key) == nil)
        }
    }

    @Test("says what would be right, and where")
    func errors() {
        #expect(message { _ = try $0.requireString("name") } == "/params/name must be a string, not a number")
        #expect(message { _ = try $0.requireString("missing") } == "/params/missing is missing")
        #expect(message { _ = try $0.require("a~/b") } == "/params/a~0~1b is missing")
        #expect(message { _ = try $0.requireInteger("half") } == "/params/half must be an integer, not another number")
        #expect(message { _ = try $0.requireInteger("text") } == "/params/text must be an integer, not a string")
        #expect(message { _ = try $0.requireBoolean("none") } == "/params/none must be a boolean, not null")
        #expect(message { _ = try $0.requireObject("list") } == "/params/list must be an object, not an array")
        #expect(message { _ = try $0.requireArray("yes") } == "/params/yes must be an array, not a boolean")
        #expect(message { _ = try $0.optionalString("name") } == "/params/name must be a string, not a number")
        #expect(message { _ = try $0.optionalObject("a/b") } == "/params/a~1b must be an object, not a string")
        #expect(message { _ = try $0.require("list").require("x") } == "/params/list must be an object, not an array")
        #expect(message { _ = try $0.require("text").optionalInteger("x") } == "/params/text must be an object, not a string")
        #expect(message { _ in _ = try JSONValue(arrayLiteral: 1).require("x") } == "The document must be an object, not an array")
    }

    @Test("keeps the parts of an error apart")
    func parts() {
        let error = #expect(throws: JSONAccessError.self) { try value.requireString("params") }
        #expect(error?.pointer == "/params")
        #expect(error?.expected == "a string")
        #expect(error?.found == "an object")
    }
}
