import JSON

extension Prompt {
    /// Writes the entry in `prompts/list` as this revision knows it.
    func write(to writer: inout JSONWriter, for revision: Revision) {
        writer.object { writer in
            writer.member("name", name)
            if revision.hasTitlesAndLinks { writer.member("title", title) }
            writer.member("description", description)
            if !arguments.isEmpty {
                writer.key("arguments")
                writer.array { writer in
                    for argument in arguments { argument.write(to: &writer, for: revision) }
                }
            }
            icons.writeMember(to: &writer, for: revision)
            MetaMember.write(meta, to: &writer, for: revision)
        }
    }

    /// Writes the result of `prompts/get`.
    func result(_ messages: [PromptMessage], for revision: Revision, meta: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            if revision.hasResultTypes { writer.member("resultType", "complete") }
            writer.member("description", description)
            writer.key("messages")
            writer.array { writer in
                for message in messages {
                    writer.object { writer in
                        writer.member("role", message.role.rawValue)
                        writer.key("content")
                        message.content.write(to: &writer, for: revision)
                    }
                }
            }
            if revision.hasResultTypes { writer.member("_meta", raw: meta) }
        }
        return writer.bytes
    }
}

extension DeclaredArgument {
    fileprivate func write(to writer: inout JSONWriter, for revision: Revision) {
        writer.object { writer in
            writer.member("name", name)
            if revision.hasTitlesAndLinks, let title { writer.member("title", title) }
            if !description.isEmpty { writer.member("description", description) }
            writer.member("required", isRequired)
        }
    }
}

extension Completions {
    /// Writes the result of `completion/complete` (C2).
    func result(for revision: Revision, meta: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            if revision.hasResultTypes { writer.member("resultType", "complete") }
            writer.key("completion")
            writer.object { writer in
                writer.member("values", strings: values)
                if let total { writer.member("total", total) }
                writer.member("hasMore", hasMore)
            }
            if revision.hasResultTypes { writer.member("_meta", raw: meta) }
        }
        return writer.bytes
    }
}
