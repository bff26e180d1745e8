import JSON

extension ToolResult {
    /// Writes the whole answer to a call, as this revision knows it (T7, T8, T11, B10, B13).
    ///
    /// - Parameters:
    ///   - meta: The `_meta` of results of 2026-07-28.
    ///   - isSingleLine: Whether structured bytes may hold no line breaks between their tokens.
    ///   - wrapsObjects: Whether objects too are wrapped where other values are.
    func response(to id: JSONValue, for revision: Revision, meta: [UInt8], isSingleLine: Bool, wrapsObjects: Bool = false) -> [UInt8] {
        let structured = structured(for: revision, isSingleLine: isSingleLine, wrapsObjects: wrapsObjects)
        var writer = JSONWriter(reserving: 512 + meta.count + (structured?.count ?? 0) * 9 / 4)
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            writer.member("id", id)
            writer.key("result")
            write(to: &writer, structured, for: revision, meta: meta)
        }
        return writer.bytes
    }

    /// The result alone, as it stands in a task (TK4).
    func result(for revision: Revision, meta: [UInt8], isSingleLine: Bool) -> [UInt8] {
        var writer = JSONWriter()
        write(to: &writer, structured(for: revision, isSingleLine: isSingleLine, wrapsObjects: false), for: revision, meta: meta)
        return writer.bytes
    }

    private func structured(for revision: Revision, isSingleLine: Bool, wrapsObjects: Bool) -> [UInt8]? {
        structured.map { json in
            let json = isSingleLine ? json.onOneLine : json
            return revision.hasStructuredContent && !revision.hasAnyStructuredContent ? json.wrapped(objectsToo: wrapsObjects) : json
        }
    }

    private func write(to writer: inout JSONWriter, _ structured: [UInt8]?, for revision: Revision, meta: [UInt8]) {
        writer.object { writer in
            if revision.hasResultTypes { writer.member("resultType", "complete") }
            writer.key("content")
            writer.array { writer in
                if textIsStructured, let structured {
                    ContentBlock.text(String(decoding: structured, as: UTF8.self)).write(to: &writer, for: revision)
                }
                for block in content { block.write(to: &writer, for: revision) }
            }
            if let structured, revision.hasStructuredContent { writer.member("structuredContent", raw: structured) }
            if isError { writer.member("isError", true) }
            if revision.hasResultTypes { writer.member("_meta", raw: meta) }
        }
    }
}

extension [UInt8] {
    /// JSON with a space for each line break; they can stand only between tokens.
    var onOneLine: [UInt8] {
        guard contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return self }
        return map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    }

    /// An object as it is unless they count too, any other JSON value as `{"result": …}` (T8).
    fileprivate func wrapped(objectsToo: Bool) -> [UInt8] {
        let first = first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        return first == UInt8(ascii: "{") && !objectsToo ? self : Array(#"{"result":"#.utf8) + self + Array("}".utf8)
    }
}

/// Writes an answer around a result that is already written.
func response(to id: JSONValue?, result: [UInt8]) -> [UInt8] {
    var writer = JSONWriter(reserving: 64 + result.count)
    writer.object { writer in
        writer.member("jsonrpc", "2.0")
        if let id { writer.member("id", id) }
        writer.member("result", raw: result)
    }
    return writer.bytes
}
