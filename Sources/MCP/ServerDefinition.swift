import JSON

/// What a server offers, checked, with the answers that never change already written.
public struct ServerDefinition<Caller: Sendable>: Sendable {
    public let info: Implementation
    /// What a model should know about the whole server: a constant (SEC9).
    public let instructions: String?
    /// In the order in which they are listed (T3).
    public let tools: [Tool<Caller>]
    /// How long clients may keep `server/discover` and `tools/list` (K6).
    public let caching: CachingHints

    let published: PublishedAnswers
    private let toolsByName: [String: Int]

    /// - Throws: `DefinitionError` naming the tool whose declaration breaks a rule (T4, T5, J1–J3, R9).
    public init(
        info: Implementation,
        instructions: String? = nil,
        tools: [Tool<Caller>],
        caching: CachingHints = .constant
    ) throws(DefinitionError) {
        guard !info.name.isEmpty, !info.version.isEmpty else { throw DefinitionError("the server needs a name and a version") }
        var toolsByName: [String: Int] = [:]
        for (index, tool) in tools.enumerated() {
            try tool.check()
            guard toolsByName.updateValue(index, forKey: tool.name) == nil else {
                throw DefinitionError("two tools have the name \(tool.name)")
            }
        }
        self.info = info
        self.instructions = instructions
        self.tools = tools
        self.caching = caching
        self.toolsByName = toolsByName
        published = PublishedAnswers(info: info, instructions: instructions, tools: tools, caching: caching)
    }

    /// Where the tool with exactly these bytes as its name stands.
    func indexOfTool(named name: String) -> Int? {
        guard let index = toolsByName[name], tools[index].name.sameBytes(name) else { return nil }
        return index
    }
}

/// Why a server can't start with a declaration.
public struct DefinitionError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Tool {
    /// The rules that each tool must keep (T4, T5, J1–J3, R9).
    func check() throws(DefinitionError) {
        let shown = name.isEmpty ? "a tool without a name" : "tool \(name)"
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(isNameByte) else {
            throw DefinitionError("\(shown): a name is 1 to 64 of A-Z a-z 0-9 _ . -")
        }
        guard !title.isEmpty, !description.isEmpty else { throw DefinitionError("\(shown): it needs a title and a description") }
        if let fault { throw DefinitionError("\(shown): \(fault)") }
        if let fault = SchemaRules.fault(inInput: inputSchema) { throw DefinitionError("\(shown): its input schema \(fault)") }
        if let outputSchema, let fault = SchemaRules.fault(inOutput: outputSchema) {
            throw DefinitionError("\(shown): its output schema \(fault)")
        }
    }
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
    default: false
    }
}
