import JSON
import Testing

@Suite("JSON Schema: the public test suite (2020-12)", .enabled(if: SharedData.isDue, "needs the test data beside the package"))
struct SchemaSuiteTests {
    @Test("every required group passes wholly, or is refused when compiled for the reason in the table")
    func required() throws {
        let counts = try run("json-schema-test-suite", SuiteTable.required)
        #expect(counts == SuiteCounts(files: 46, passed: 1_179, refused: 120))
    }

    @Test("every optional group passes wholly, or is refused for the reason in the table")
    func optional() throws {
        let counts = try run("json-schema-test-suite/optional", SuiteTable.optional)
        #expect(counts == SuiteCounts(files: 13, passed: 139, refused: 23))
    }

    @Test("format asserts nothing: no format refuses a value")
    func formats() throws {
        for name in try SharedData.jsonNames(in: "json-schema-test-suite/optional/format") {
            let groups = try file("json-schema-test-suite/optional/format/\(name)")
            for group in groups.elements {
                let schema = try JSONSchema(try group.require("schema"))
                for test in try group.require("tests").elements {
                    let violation = schema.validate(try test.require("data"))
                    #expect(violation == nil, "\(name): \(test.bytes)")
                }
            }
        }
    }

    /// A file of the suite; some hold U+0000, which is a content fault.
    private func file(_ path: String) throws -> JSONValue {
        try JSONValue.parse(tolerating: SharedData.file(path)).value
    }

    private func run(_ folder: String, _ refusals: [SuiteRefusal]) throws -> SuiteCounts {
        var counts = SuiteCounts()
        var met: [String: Set<String>] = [:]
        var table: [String: [String: JSONSchemaError.Reason]] = [:]
        for refusal in refusals {
            for group in refusal.groups {
                table[refusal.file, default: [:]][group] = refusal.reason
            }
        }
        for name in try SharedData.jsonNames(in: folder) {
            counts.files += 1
            for group in try file("\(folder)/\(name)").elements {
                let title = try group.requireString("description")
                let tests = try group.require("tests")
                let expected = table[name]?[title]
                let source = try group.require("schema")
                do throws(JSONSchemaError) {
                    let schema = try JSONSchema(source)
                    #expect(expected == nil, "\(name): \(title) is no longer refused")
                    for test in tests.elements {
                        guard let data = test["data"] else {
                            Issue.record("\(name): \(title): a case without data")
                            continue
                        }
                        counts.passed += 1
                        let violation = schema.validate(data)
                        let verdict = test["valid"]?.boolean
                        #expect((violation == nil) == verdict, "\(name): \(title): \(violation?.description ?? "fits")")
                    }
                } catch {
                    counts.refused += tests.count
                    met[name, default: []].insert(title)
                    #expect(error.reason == expected, "\(name): \(title): \(error)")
                }
            }
        }
        #expect(met == table.mapValues { Set($0.keys) })
        return counts
    }
}

/// What became of a folder of the suite, in files and cases.
struct SuiteCounts: Equatable {
    var files = 0
    var passed = 0
    var refused = 0
}
