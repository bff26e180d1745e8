import JSON

/// What the doctor found, in the order in which it looked.
package struct Report: Sendable {
    package private(set) var results: [CheckResult] = []

    package init(_ results: [CheckResult] = []) {
        self.results = results
    }

    package mutating func add(_ result: CheckResult) {
        results.append(result)
    }

    package func count(_ status: CheckStatus) -> Int {
        results.count { $0.status == status }
    }

    /// 0 if nothing failed, else 1.
    package var exitCode: Int32 { count(.fail) == 0 ? 0 : 1 }

    /// The report for programs: `{"version":1,"checks":[…],"summary":{…}}`, a single line.
    package var json: String {
        var writer = JSONWriter(reserving: 4096)
        writer.object { writer in
            writer.member("version", 1)
            writer.key("checks")
            writer.array { writer in
                for result in results { result.write(to: &writer) }
            }
            writer.key("summary")
            writer.object { writer in
                for status in CheckStatus.allCases { writer.member(escaping: status.rawValue, count(status)) }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The last line for people.
    package var summary: String {
        CheckStatus.allCases.map { "\(count($0)) \($0.word)" }.joined(separator: ", ")
    }
}

extension CheckResult {
    /// For people: a line, and after a failure or warning what to do.
    package var lines: [String] {
        let word = status.word + String(repeating: " ", count: max(0, 6 - status.word.count))
        let name = id + String(repeating: " ", count: max(0, 6 - id.count))
        let first = "\(word)  \(name)  \(title): \(detail)"
        return fix.map { [first, "        fix: \($0)"] } ?? [first]
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("status", status.rawValue)
            writer.member("title", title)
            writer.member("detail", detail)
            writer.key("fix")
            if let fix { writer.string(fix) } else { writer.null() }
            writer.member("ms", milliseconds)
        }
    }
}
