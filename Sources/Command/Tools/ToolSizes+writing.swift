import JSON
import MCP
import ToolBridge
import Tools

extension ToolSizes {
    /// Tables for people.
    var text: String {
        var tools = TextTable(["tool", ">bytes", ">tokens", "scope", "hints"])
        for row in rows {
            let hints = row.hints.joined(separator: ", ")
            tools.add([row.name, "\(row.bytes)", "\(Self.tokens(row.bytes))", row.scope?.description ?? "none", hints])
        }
        tools.add(["\(total.tools) tools", "\(total.bytes)", "\(Self.tokens(total.bytes))", "", ""])
        var sets = TextTable(["toolset", ">tools", ">bytes", ">tokens"])
        for set in toolsets { sets.add([set.name, "\(set.tools)", "\(set.bytes)", "\(Self.tokens(set.bytes))"]) }
        return """
            \(tools.text)

            \(sets.text)

            Bytes are those of tools/list in revision \(Self.revision); tokens are an estimate, bytes / \(Self.bytesPerToken) rounded up.
            """
    }

    /// The same as one object.
    var json: [UInt8] {
        var writer = JSONWriter(reserving: 16_384)
        writer.object { writer in
            writer.member("revision", Self.revision.description)
            writer.member("bytesPerToken", Self.bytesPerToken)
            writer.key("tools")
            writer.array { writer in
                for row in rows { row.write(to: &writer) }
            }
            writer.key("total")
            total.write(to: &writer, isNamed: false)
            writer.key("toolsets")
            writer.array { writer in
                for set in toolsets { set.write(to: &writer, isNamed: true) }
            }
        }
        return writer.bytes
    }
}

extension ToolSizes.Row {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("bytes", bytes)
            writer.member("tokens", ToolSizes.tokens(bytes))
            writer.member("scope", scope?.description)
            writer.key("annotations")
            writer.object { writer in
                writer.member("readOnlyHint", annotations.readOnly)
                writer.member("destructiveHint", annotations.destructive)
                writer.member("idempotentHint", annotations.idempotent)
                writer.member("openWorldHint", annotations.openWorld)
            }
        }
    }
}

extension ToolSizes.Total {
    fileprivate func write(to writer: inout JSONWriter, isNamed: Bool) {
        writer.object { writer in
            if isNamed { writer.member("name", name) }
            writer.member("tools", tools)
            writer.member("bytes", bytes)
            writer.member("tokens", ToolSizes.tokens(bytes))
        }
    }
}
