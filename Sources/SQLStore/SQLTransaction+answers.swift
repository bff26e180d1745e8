import ToolBridge

extension SQLTransaction {
    func recordedAnswer(_ key: String, after time: Timestamp) throws(StoreError) -> (request: RepeatableRequest, answer: RecordedAnswer)? {
        try connection.first(Statements.recordedAnswer, owned(.text(key), .time(time))) { row throws(StoreError) in
            guard let fingerprint = row.bytes(0), let status = row.integer(1).flatMap({ Int(exactly: $0) }),
                let headers = row.bytes(2).flatMap({ RecordedAnswer.Header.unpacked($0) }), let body = row.bytes(3)
            else { throw .rejected(underlying: SchemaError.unreadableRow(table: "recorded_answer")) }
            let request = RepeatableRequest(key: key, fingerprint: fingerprint)
            return (request, RecordedAnswer(status: status, headers: headers, body: body))
        }
    }

    func record(_ answer: RecordedAnswer, to request: RepeatableRequest, at time: Timestamp) throws(StoreError) {
        try connection.run(
            Statements.recordAnswer,
            owned(
                .text(request.key),
                .bytes(request.fingerprint),
                .integer(Int64(answer.status)),
                .bytes(RecordedAnswer.Header.packed(answer.headers)),
                .bytes(answer.body),
                .time(time)
            )
        )
    }

    func forgetAnswers(recordedBy time: Timestamp) throws(StoreError) {
        try connection.run(Statements.forgetAnswers, [.time(time)])
    }
}

extension RecordedAnswer.Header {
    /// Each name and each value as its length in four bytes, the highest first, and its UTF-8.
    fileprivate static func packed(_ headers: [RecordedAnswer.Header]) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in headers.flatMap({ [$0.name, $0.value] }) {
            let length = UInt32(truncatingIfNeeded: text.utf8.count)
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: length >> UInt32(shift))) }
            bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }

    /// `nil` for what wasn't packed so.
    fileprivate static func unpacked(_ bytes: [UInt8]) -> [RecordedAnswer.Header]? {
        var rest = bytes[...]
        var texts: [String] = []
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let length = Int(rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            rest = rest.dropFirst(4)
            guard rest.count >= length else { return nil }
            texts.append(String(decoding: rest.prefix(length), as: UTF8.self))
            rest = rest.dropFirst(length)
        }
        guard texts.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: texts.count, by: 2).map { RecordedAnswer.Header(texts[$0], texts[$0 + 1]) }
    }
}
