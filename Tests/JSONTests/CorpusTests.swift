import Foundation
import JSON
import Testing

@Suite("The public corpora", .enabled(if: SharedData.isDue, "needs the test data beside the package"))
struct CorpusTests {
    /// What becomes of a text: taken, refused for its content (422), refused for its syntax (400).
    private enum Verdict {
        case taken, content, syntax

        init(_ body: () throws -> Void) throws {
            do {
                try body()
                self = .taken
            } catch let error as JSONError {
                self = error.isSyntax ? .syntax : .content
            }
        }
    }

    private static let refusedForContent: Set<String> = [
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json", "y_object_escaped_null_in_key.json",
        "y_string_null_escape.json",
        "i_object_key_lone_2nd_surrogate.json", "i_string_1st_surrogate_but_2nd_missing.json",
        "i_string_1st_valid_surrogate_2nd_invalid.json",
        "i_string_incomplete_surrogate_and_escape_valid.json", "i_string_incomplete_surrogate_pair.json",
        "i_string_incomplete_surrogates_escape_valid.json", "i_string_invalid_lonely_surrogate.json", "i_string_invalid_surrogate.json",
        "i_string_inverted_surrogates_U+1D11E.json", "i_string_lone_second_surrogate.json", "i_structure_500_nested_arrays.json",
    ]

    private func expected(_ name: String) -> Verdict {
        if Self.refusedForContent.contains(name) {
            return .content
        }
        return name.hasPrefix("y_") || name.hasPrefix("i_number_") ? .taken : .syntax
    }

    @Test("JSONTestSuite: all 318 texts get the verdict of the contract, alone and as a member")
    func testSuite() throws {
        let files = try SharedData.files(in: "json-test-suite")
        #expect(files.count == 318)
        var counts: [String: Int] = [:]
        for (name, bytes) in files {
            let expected = expected(name)
            let wrapped = Array(#"{"uid":"00000000-0000-4000-8000-000000000000","x":"#.utf8) + bytes + Array("}".utf8)
            for text in [bytes, wrapped] {
                #expect(try Verdict { try JSON.check(text) } == expected, "\(name)")
                #expect(try Verdict { _ = try JSONValue(parsing: text) } == expected, "\(name)")
                let tolerated = try Verdict {
                    if let fault = try JSONValue.parse(tolerating: text).fault {
                        throw fault
                    }
                }
                #expect(tolerated == expected, "\(name)")
            }
            counts["\(name.prefix(2))\(expected)", default: 0] += 1
        }
        #expect(counts == ["n_syntax": 188, "y_taken": 91, "y_content": 4, "i_taken": 10, "i_content": 11, "i_syntax": 14])
    }

    @Test("JSONTestSuite: accepted numbers keep their digits")
    func digits() throws {
        for (name, bytes) in try SharedData.files(in: "json-test-suite") where name.hasPrefix("i_number_") {
            let value = try JSONValue(parsing: bytes)
            let number = try #require(Array(value.elements).first)
            let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(String(decoding: number.bytes, as: UTF8.self) == text.dropFirst().dropLast(), "\(name)")
            var writer = JSONWriter()
            writer.value(value)
            #expect(writer.bytes == Array(value.bytes), "\(name)")
            // None of them may stop anything either.
            _ = (number.integer, number.integral, number.double, number == 1)
        }
    }

    @Test("Big List of Naughty Strings: all 515 go through reader and writer byte by byte")
    func naughtyStrings() throws {
        let file = try #require(try SharedData.files(in: "naughty-strings").first { $0.name == "blns.json" })
        let ours = try JSONValue(parsing: file.bytes)
        let foundation = try JSONDecoder().decode([String].self, from: Data(file.bytes))
        #expect(ours.count == 515)
        #expect(foundation.count == 515)
        for (value, expected) in zip(ours.elements, foundation) {
            let text = try #require(value.string)
            #expect(Array(text.utf8) == Array(expected.utf8))
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("text", text)
                writer.key(escaping: text)
                writer.integer(1)
            }
            // The string "text" itself isn't among them, so the two keys differ.
            let again = try JSONValue(parsing: writer.bytes)
            #expect(Array(try #require(again["text"]?.string).utf8) == Array(expected.utf8))
            #expect(again[expected]?.integer == 1)
        }
    }
}
