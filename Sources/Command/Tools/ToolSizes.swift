import JSON
import MCP
import Program
import ToolBridge
import Tools

/// What the list of tools costs a model, tool by tool and set by set.
///
/// A tokenizer's count depends on the model; a quarter of the bytes is near enough to compare.
struct ToolSizes {
    static let bytesPerToken = 4
    /// Whose form of the list is measured.
    static let revision = Revision.v2026_07_28

    struct Row {
        let name: String
        let bytes: Int
        let scope: AccessScope?
        let annotations: ToolAnnotations
    }

    struct Total {
        let name: String
        let tools: Int
        /// Of the whole result of `tools/list`.
        let bytes: Int
    }

    let rows: [Row]
    let total: Total
    /// Each set alone.
    let toolsets: [Total]

    /// - Throws: ``MCP/DefinitionError``, which would be a slip of ours.
    init<Caller>(_ catalogue: ToolCatalogue<Caller>, _ selection: ToolSelection) throws {
        let tools = catalogue.tools(selection)
        rows = tools.map { tool in
            Row(
                name: tool.name,
                bytes: tool.published(for: Self.revision).count,
                scope: AccessScope(of: tool),
                annotations: tool.annotations
            )
        }
        total = try Total("total", tools)
        toolsets = try Toolset.allCases.map { toolset in
            try Total(toolset.rawValue, catalogue.tools(ToolSelection([toolset], isReadOnly: selection.isReadOnly)))
        }
    }

    static func tokens(_ bytes: Int) -> Int { (bytes + bytesPerToken - 1) / bytesPerToken }
}

extension ToolSizes.Total {
    fileprivate init<Caller>(_ name: String, _ tools: [Tool<Caller>]) throws {
        let list = try ServerDefinition(info: .toolbridge, tools: tools).publishedTools(for: ToolSizes.revision)
        self.init(name: name, tools: tools.count, bytes: list?.count ?? 0)
    }
}

extension ToolSizes.Row {
    /// The hints that hold, in MCP's words.
    var hints: [String] {
        [
            annotations.readOnly ? "read-only" : nil, annotations.destructive ? "destructive" : nil,
            annotations.idempotent ? "idempotent" : nil, annotations.openWorld ? "open-world" : nil,
        ]
        .compactMap { $0 }
    }
}
